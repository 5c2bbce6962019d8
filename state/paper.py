"""Transcriptions: what one paper register page says, as somebody typed it over, with its history."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from state.columns import insert_rows
from state.local import Problem
from state.register import CellKind, Page, RegisterCell
from state.tables import TRANSCRIPTION as T

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from state.identity import SourcedId
    from state.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcription:
    """One register page of one grading period, from one file."""

    page: Page
    period: SourcedId
    source: str
    """File name without folders."""
    sha256: str
    whole: bool
    """True when blank cells mean "nothing on paper"; False when the file may show only a part of the page."""
    cells: tuple[RegisterCell, ...]
    problems: tuple[Problem, ...] = ()
    imported_by: str = ""


def save_transcription(work: Work, transcription: Transcription) -> bool:
    """The latest of its page and period is this one; False (nothing written) when the same file already is."""
    latest = select(T.c.sha256).where(*_slot(work, transcription)).order_by(T.c.number.desc()).limit(1)
    if work.connection.scalar(latest) == transcription.sha256:
        return False
    number = work.connection.scalar(select(func.max(T.c.number)).where(T.c.school == work.school)) or 0
    row = {
        "school": work.school,
        "number": number + 1,
        "page_group": transcription.page.group,
        "page_subject": transcription.page.subject,
        "period": transcription.period,
        "source": transcription.source,
        "sha256": transcription.sha256,
        "imported_by": transcription.imported_by,
        "imported_at": work.now(),
        "body": _to_plain(transcription),
    }
    insert_rows(work.connection, T, [row])
    return True


def load_transcriptions(work: Work) -> tuple[Transcription, ...]:
    """The latest of each (page, period), ordered by group, subject, period."""
    slot = (T.c.page_group, T.c.page_subject, T.c.period)
    latest = select(func.max(T.c.number)).where(T.c.school == work.school).group_by(*slot)
    rows = work.connection.execute(select(T).where(T.c.school == work.school, T.c.number.in_(latest)).order_by(*slot))
    return tuple(_from_row(row) for row in rows.mappings())


def _slot(work: Work, transcription: Transcription) -> tuple[ColumnElement[bool], ...]:
    return (
        T.c.school == work.school,
        T.c.page_group == transcription.page.group,
        T.c.page_subject == transcription.page.subject,
        T.c.period == transcription.period,
    )


def _to_plain(transcription: Transcription) -> dict[str, Any]:
    return {
        "whole": transcription.whole,
        "problems": [asdict(problem) for problem in transcription.problems],
        "cells": [_cell_to_plain(cell) for cell in transcription.cells],
    }


def _from_row(row: Any) -> Transcription:
    body = row["body"]
    return Transcription(
        page=Page(group=row["page_group"], subject=row["page_subject"]),
        period=row["period"],
        source=row["source"],
        sha256=row["sha256"],
        whole=body["whole"],
        cells=tuple(_cell_from_plain(cell) for cell in body["cells"]),
        problems=tuple(Problem(**problem) for problem in body["problems"]),
        imported_by=row["imported_by"],
    )


def _cell_to_plain(cell: RegisterCell) -> list[Any]:
    return [
        cell.page.group,
        cell.page.subject,
        cell.day.isoformat(),
        cell.nth,
        int(cell.kind),
        cell.person,
        cell.value,
        cell.raw,
        cell.author,
        cell.set_at.isoformat() if cell.set_at else None,
        cell.remote_id,
    ]


# A school's pages hold 600 000 cells, but some hundred days and six kinds: each is read once.
_KINDS = {int(kind): kind for kind in CellKind}
_day = lru_cache(maxsize=1 << 12)(date.fromisoformat)


def _cell_from_plain(plain: list[Any]) -> RegisterCell:
    group, subject, day, nth, kind, person, value, raw, author, set_at, remote_id = plain
    return RegisterCell(
        page=Page(group=group, subject=subject),
        day=_day(day),
        nth=nth,
        kind=_KINDS[kind],
        person=person,
        value=value,
        raw=raw,
        author=author,
        set_at=datetime.fromisoformat(set_at) if set_at else None,
        remote_id=remote_id,
    )
