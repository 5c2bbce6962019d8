"""Transcriptions: what one paper register page says, as somebody typed it over, with its history."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import func, select

from state.cells import CELLS, cell_lines, cells_of, lines_digest
from state.columns import insert_rows
from state.identity import SourcedId
from state.local import Problem
from state.register import CellKind, Page, RegisterCell, pack, unpack
from state.tables import TRANSCRIPTION as T

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from state.keys import RegisterKeys
    from state.work import Work

_LATEST = """
    SELECT page_group, page_subject, period, number, source, sha256, imported_by, cells_sha256, body
    FROM transcription WHERE school = ? AND number IN
        (SELECT max(number) FROM transcription WHERE school = ? GROUP BY page_group, page_subject, period)
"""


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
    rows = sorted(work.fetch(_LATEST, (work.school, work.school)))
    return tuple(_from_row(*row) for row in rows)


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


def _from_row(
    group: str, subject: str, period: str, number: int, source: str, sha256: str, by: str, cells_sha256: str, body: str
) -> KeptTranscription:
    told = json.loads(body)
    return KeptTranscription(
        number=number,
        cells_sha256=cells_sha256,
        page=Page(group=SourcedId(group), subject=SourcedId(subject)),
        period=SourcedId(period),
        source=source,
        sha256=sha256,
        whole=told["whole"],
        problems=tuple(Problem(**problem) for problem in told["problems"]),
        imported_by=by,
        silent=frozenset(map(CellKind, told["silent"])),
    )
