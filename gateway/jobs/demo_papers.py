"""The demo's paper register: what the sandbox's teachers wrote by hand, typed into our own blank pages.

In a school a deputy head does this by looking at the paper; here the sandbox tells what stands on it.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from connectors.paper.template import write_template
from connectors.paper.wire import PageEntries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from connectors.paper.wire import Column, TemplatePage
    from state.identity import IdentityLink, SourcedId


@dataclass(frozen=True)
class Names:
    """The diary's ids under our names."""

    groups: Mapping[str, SourcedId]
    subjects: Mapping[str, SourcedId]
    persons: Mapping[str, SourcedId]

    @staticmethod
    def of(links: Iterable[IdentityLink]) -> Names:
        kept = list(links)

        def named(*types: str) -> dict[str, SourcedId]:
            return {str(link.remote_id): link.sourced_id for link in kept if link.record_type in types}

        return Names(groups=named("form", "subgroup"), subjects=named("subject"), persons=named("pupil"))


def type_over(pages: Sequence[TemplatePage], paper: Sequence[dict[str, Any]], names: Names, path: Path) -> None:
    """The workbook of these pages, filled in from the sandbox's paper as a careful person would."""
    written = {(names.groups[sheet["group_id"]], names.subjects[sheet["subject_id"]]): sheet for sheet in paper}
    entries = {
        number: _entries(page, written[page.group, page.subject], names)  # type: ignore[index]
        for number, page in enumerate(pages)
        if (page.group, page.subject) in written
    }
    write_template(pages, path, entries)


def _entries(page: TemplatePage, sheet: dict[str, Any], names: Names) -> PageEntries:
    on_paper = [(date.fromisoformat(item["day"]), int(item["nth"])) for item in sheet["columns"]]
    struck, extra = _columns(page.columns, on_paper)
    cells = {
        (str(names.persons[item["person_id"]]), date.fromisoformat(item["day"]), int(item["nth"])): str(item["text"])
        for item in sheet["cells"]
    }
    listed = {str(names.persons[person]) for person in sheet["pupils"]}
    for key, _label in page.pupils:
        if key not in listed:
            cells |= _unseen_by_the_diary(key, on_paper)
    return PageEntries(
        cells=cells,
        topics={_column(item): item["topic"] for item in sheet["columns"] if item["topic"]},
        homework={_column(item): item["homework"] for item in sheet["columns"] if item["homework"]},
        finals={str(names.persons[item["person_id"]]): item["text"] for item in sheet["finals"] if _of(item, page)},
        extra_columns=extra,
        struck=struck,
        whole=True,
        by="завуч",
    )


def _of(final: dict[str, Any], page: TemplatePage) -> bool:
    return page.period.endswith(f":{final['period_number']}")


def _column(item: dict[str, Any]) -> Column:
    return date.fromisoformat(item["day"]), int(item["nth"])


def _columns(printed: Iterable[Column], on_paper: Iterable[Column]) -> tuple[frozenset[Column], tuple[date, ...]]:
    """Printed columns the paper lacks, and days of the paper that were not printed."""
    ours, theirs = Counter(day for day, _nth in printed), Counter(day for day, _nth in on_paper)
    missing = ours - theirs
    struck = {(day, nth) for day, nth in printed if nth > ours[day] - missing[day]}
    return frozenset(struck), tuple(sorted((theirs - ours).elements()))


def _unseen_by_the_diary(pupil: str, columns: Sequence[Column]) -> dict[tuple[str, date, int], str]:
    """A few marks of a pupil without consent: kept on paper only, as the law asks."""
    chance = random.Random(pupil)
    return {(pupil, day, nth): chance.choice(("5", "4", "4", "3")) for day, nth in columns if chance.random() < 0.2}
