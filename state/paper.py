"""Transcriptions: what one paper register page says, as somebody typed it over, with its history."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import func, select

from state.cells import CELLS, cell_lines, cells_of, lines_digest
from state.columns import insert_rows
from state.local import Problem
from state.register import CellKind, Page, RegisterCell, pack, unpack
from state.tables import TRANSCRIPTION as T

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from state.identity import SourcedId
    from state.keys import RegisterKeys
    from state.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptionHead:
    """What is known of a typed page beside its cells."""

    page: Page
    period: SourcedId
    source: str
    """File name without folders."""
    sha256: str
    whole: bool
    """True when blank cells mean "nothing on paper"; False when the file may show only a part of the page."""
    problems: tuple[Problem, ...] = ()
    imported_by: str = ""
    silent: frozenset[CellKind] = frozenset()
    """Kinds of cells that such a file shows some of at most: what it lacks of them is not compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcription(TranscriptionHead):
    """One register page of one grading period, from one file. The cells say nothing of authors and moments."""

    cells: tuple[RegisterCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTranscription(TranscriptionHead):
    """One in memory; its cells are asked for by `number`."""

    number: int
    cells_sha256: str
    """Of its cells as lines of text (`cells.py`)."""


def save_transcription(work: Work, keys: RegisterKeys, transcription: Transcription) -> bool:
    """The latest of its page and period is this one; False (nothing written) when the same file already is."""
    latest = select(T.c.sha256).where(*_slot(work, transcription)).order_by(T.c.number.desc()).limit(1)
    if work.connection.scalar(latest) == transcription.sha256:
        return False
    number = work.connection.scalar(select(func.max(T.c.number)).where(T.c.school == work.school)) or 0
    lines = cell_lines(_packed(keys, transcription.cells))
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
        "cells_sha256": lines_digest(lines),
        "cells": lines,
    }
    keys.flush()
    insert_rows(work.connection, T, [row])
    return True


def load_transcriptions(work: Work) -> tuple[KeptTranscription, ...]:
    """The latest of each (page, period), ordered by group, subject, period."""
    slot = (T.c.page_group, T.c.page_subject, T.c.period)
    latest = select(func.max(T.c.number)).where(T.c.school == work.school).group_by(*slot)
    heads = select(*(column for column in T.c if column is not T.c.cells))
    rows = work.connection.execute(heads.where(T.c.school == work.school, T.c.number.in_(latest)).order_by(*slot))
    return tuple(_from_row(row) for row in rows.mappings())


def transcribed_frame(work: Work, numbers: Sequence[int]) -> pl.DataFrame:
    """The cells of these transcriptions with the columns of CELLS, one after another, each ascending by key."""
    held = dict(work.fetch_among("SELECT number, cells FROM transcription WHERE school = ? AND number IN", numbers))
    return cells_of([held[number] for number in numbers])


def transcribed_cells(
    work: Work, number: int, pages: Mapping[int, Page], people: Mapping[int, SourcedId]
) -> tuple[RegisterCell, ...]:
    """The cells of one transcription, one by one."""
    return tuple(_cell(row, pages, people) for row in transcribed_frame(work, [number]).iter_rows())


def _slot(work: Work, transcription: Transcription) -> tuple[ColumnElement[bool], ...]:
    return (
        T.c.school == work.school,
        T.c.page_group == transcription.page.group,
        T.c.page_subject == transcription.page.subject,
        T.c.period == transcription.period,
    )


def _packed(keys: RegisterKeys, cells: Iterable[RegisterCell]) -> pl.DataFrame:
    rows = [(_key(keys, cell), cell.value, cell.raw) for cell in cells]
    return pl.DataFrame(rows, schema=CELLS, orient="row").sort("key")


def _key(keys: RegisterKeys, cell: RegisterCell) -> int:
    person = keys.person(cell.person) if cell.person else 0
    return pack(keys.page(cell.page.group, cell.page.subject), cell.day, cell.nth, cell.kind, person)


def _cell(row: tuple[Any, ...], pages: Mapping[int, Page], people: Mapping[int, SourcedId]) -> RegisterCell:
    page, day, nth, kind, person = unpack(row[0])
    who = people[person] if person else None
    return RegisterCell(page=pages[page], day=day, nth=nth, kind=kind, person=who, value=row[1], raw=row[2])


def _to_plain(transcription: Transcription) -> dict[str, Any]:
    return {
        "whole": transcription.whole,
        "silent": sorted(map(int, transcription.silent)),
        "problems": [asdict(problem) for problem in transcription.problems],
    }


def _from_row(row: Any) -> KeptTranscription:
    body = row["body"]
    return KeptTranscription(
        number=row["number"],
        cells_sha256=row["cells_sha256"],
        page=Page(group=row["page_group"], subject=row["page_subject"]),
        period=row["period"],
        source=row["source"],
        sha256=row["sha256"],
        whole=body["whole"],
        problems=tuple(Problem(**problem) for problem in body["problems"]),
        imported_by=row["imported_by"],
        silent=frozenset(map(CellKind, body["silent"])),
    )
