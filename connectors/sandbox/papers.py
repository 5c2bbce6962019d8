"""The paper registers of the emulated school: what its teachers wrote by hand, and the mistakes they made on purpose.

A page is a group with a subject. A column remembers its diary lesson only to be found again; a paper-only column has
none. The n-th lesson of the day is counted when the page is read, as a person would count it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date


@dataclass(slots=True)
class PaperColumn:
    day: date
    number: int
    lesson: int | None
    topic: str = ""
    homework: str = ""
    cells: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class PaperPage:
    group: int
    subject: int
    pupils: dict[int, None] = field(default_factory=dict)
    """The list as it was when the teacher wrote it: later changes of membership do not reach paper."""
    columns: list[PaperColumn] = field(default_factory=list)
    finals: dict[tuple[int, int], str] = field(default_factory=dict)
    """(person, period number) → text."""

    def numbered(self) -> list[tuple[int, PaperColumn]]:
        """(nth, column) in the order of the days; nth counts this subject's lessons of one day from 1."""
        rows: list[tuple[int, PaperColumn]] = []
        for column in sorted(self.columns, key=lambda one: (one.day, one.number, one.lesson or 0)):
            same = rows and rows[-1][1].day == column.day
            rows.append((rows[-1][0] + 1 if same else 1, column))
        return rows


@dataclass(slots=True)
class Mistake:
    """One planted difference: `paper` and `diary` are the texts as each side shows them, blank where it shows none."""

    code: str
    group: int
    subject: int
    day: date
    nth: int
    person: int | None
    paper: str
    diary: str

    def plain(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "group_id": str(self.group),
            "subject_id": str(self.subject),
            "day": self.day.isoformat(),
            "nth": self.nth,
            "person_id": str(self.person) if self.person else None,
            "paper": self.paper,
            "diary": self.diary,
        }


@dataclass(slots=True)
class Papers:
    pages: dict[tuple[int, int], PaperPage] = field(default_factory=dict)
    played: set[int] = field(default_factory=set)
    """Lessons whose register has been kept."""
    mistakes: list[Mistake] = field(default_factory=list)
    corrections: int = 0

    def page(self, group: int, subject: int) -> PaperPage:
        return self.pages.setdefault((group, subject), PaperPage(group, subject))

    def shown(self, groups: list[int]) -> list[dict[str, Any]]:
        """The body of `/_sandbox/paper`."""
        return [_plain_page(page) for key, page in sorted(self.pages.items()) if key[0] in groups]


def _plain_page(page: PaperPage) -> dict[str, Any]:
    numbered = page.numbered()
    return {
        "group_id": str(page.group),
        "subject_id": str(page.subject),
        "pupils": [str(person) for person in page.pupils],
        "columns": [
            {
                "day": column.day.isoformat(),
                "nth": nth,
                "lesson_number": column.number,
                "topic": column.topic,
                "homework": column.homework,
            }
            for nth, column in numbered
        ],
        "cells": [
            {"day": column.day.isoformat(), "nth": nth, "person_id": str(person), "text": text}
            for nth, column in numbered
            for person, text in column.cells.items()
        ],
        "finals": [
            {"person_id": str(person), "period_number": number, "text": text}
            for (person, number), text in sorted(page.finals.items())
        ],
    }
