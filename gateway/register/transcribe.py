"""Taking typed pages in: they become transcriptions, in the same transaction as the note about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mappings.paper.pages import page_cells, problems_of
from mappings.paper.summary import sheet_summary
from state.identity import SourcedId
from state.local import Problem
from state.paper import Transcription
from state.records import digest, to_plain

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from connectors.paper.wire import PaperBook, PaperPage
    from mappings.paper.pages import PageCells
    from state.store import UnitOfWork
    from state.summaries import Summary

    Rosters = Mapping[SourcedId, Mapping[str, SourcedId]]

JOURNAL_KIND = "paper.imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One file's touched pages in canonical form, nothing of it stored yet."""

    source: str
    sha256: str
    pages: tuple[PageCells, ...]
    problems: tuple[Problem, ...]
    summaries: tuple[Summary, ...] = ()
    """The file's summary sheets that somebody has touched."""
    strangers: Mapping[SourcedId, str] = field(default_factory=dict)
    """Pupils of the summary sheets whom the school does not know, by the names typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribed:
    """What one file brought. Pages that nobody has touched are not counted and replace nothing."""

    source: str
    sha256: str
    pages: int
    whole: int
    """Pages that will be compared."""
    cells: int
    """Register cells on those pages, columns and list entries included."""
    changed: int
    """Pages that say something else than at the last import."""
    problems: tuple[Problem, ...]
    summaries: int = 0
    """Summary sheets of period marks."""


def typed_pages(book: PaperBook, rosters: Rosters, subjects: Collection[SourcedId] = ()) -> Typed:
    """The pages that somebody has touched.

    Args:
        book: a workbook or a CSV file, as read.
        rosters: what `gateway.register.template.rosters` gives; a page of a group outside it is refused.
        subjects: those of the school, for summary sheets on which some are written in by hand.
    """
    problems = [*problems_of(book.flaws)]
    read = [_canonical(book, paper, rosters, problems) for paper in book.pages]
    kept = _once([page for page in read if page is not None], problems)
    sheets = [
        sheet_summary(sheet, book.source, rosters[form], subjects)
        for sheet in book.summaries
        if (form := SourcedId(sheet.form)) in rosters
    ]
    lost = [sheet for sheet in book.summaries if sheet.form not in rosters]
    problems += [Problem(code="GROUP_UNKNOWN", where=f"{book.source}!{one.sheet}", blocks=True) for one in lost]
    return Typed(
        source=book.source,
        sha256=book.sha256,
        pages=kept,
        problems=(*problems, *(problem for sheet in sheets for problem in sheet.problems)),
        summaries=tuple(summary for sheet in sheets for summary in sheet.summaries),
        strangers={who: name for sheet in sheets for who, name in sheet.strangers.items()},
    )


def _once(pages: Sequence[PageCells], problems: list[Problem]) -> tuple[PageCells, ...]:
    """Each page once: of one that stands in a file twice the first is kept and never compared, for which is right?"""
    counted = Counter((page.page, page.period) for page in pages)
    first = {(page.page, page.period): page for page in reversed(pages)}
    kept = []
    for place, page in reversed(first.items()):
        if counted[place] == 1:
            kept.append(page)
            continue
        places = [one.place.partition("!")[2] for one in pages if (one.page, one.period) == (page.page, page.period)]
        twice = Problem(code="PAGE_TWICE", where=page.place, raw=f"{page.label}: {', '.join(places)}", blocks=True)
        problems.append(twice)
        kept.append(replace(page, whole=False, problems=(*page.problems, twice)))
    return tuple(kept)


def take_in(typed: Typed, unit: UnitOfWork, actor: str) -> Transcribed:
    """Every page is the latest transcription of its page and period; the caller commits.

    A page under double blind entry is refused with a problem: only what its two typists agree on may stand there.
    The journal gets figures only: no names and no cells. `actor` is who imports.
    """
    held = unit.blind.held()
    kept = [page for page in typed.pages if (page.page, page.period) not in held]
    refused = [
        Problem(code="PAGE_UNDER_BLIND_ENTRY", where=page.place, raw=page.label, blocks=True)
        for page in typed.pages
        if (page.page, page.period) in held
    ]
    changed = sum(unit.save_transcription(transcription_of(typed.source, page)) for page in kept)
    changed += sum(unit.paperwork.save_summary(summary) for summary in typed.summaries)
    unit.put_person_names({sid: name for page in kept for sid, name in page.strangers.items()} | {**typed.strangers})
    result = Transcribed(
        source=typed.source,
        sha256=typed.sha256,
        pages=len(kept),
        whole=sum(page.whole for page in kept),
        cells=sum(len(page.cells) for page in kept),
        changed=changed,
        problems=(*typed.problems, *refused),
        summaries=len(typed.summaries),
    )
    unit.record(JOURNAL_KIND, _figures(result, kept, typed.summaries), actor)
    return result


def _canonical(book: PaperBook, paper: PaperPage, rosters: Rosters, problems: list[Problem]) -> PageCells | None:
    """The page in canonical form; None where nobody typed a thing, nothing can be trusted, or the group is not ours."""
    place = f"{book.source}!{paper.sheet}"
    roster = rosters.get(SourcedId(paper.group))
    if roster is None:
        problems.append(Problem(code="GROUP_UNKNOWN", where=place, raw=paper.label, blocks=True))
        return None
    page = page_cells(paper, place, roster)
    problems += page.problems
    return page if paper.rows and not page.blank else None


def transcription_of(source: str, page: PageCells) -> Transcription:
    """Its digest is the page's own, so that an import changes only the pages that were typed on since the last one.

    Who typed the page over is part of it; who took an export of another register in is not.
    """
    typist = "" if page.silent else page.by
    return Transcription(
        page=page.page,
        period=page.period,
        source=source,
        sha256=digest([page.whole, typist, sorted(page.silent), [to_plain(cell) for cell in page.cells]]),
        whole=page.whole,
        cells=page.cells,
        problems=page.problems,
        imported_by=page.by,
        silent=page.silent,
    )


def _figures(result: Transcribed, pages: Sequence[PageCells], sheets: Sequence[Summary]) -> dict[str, object]:
    return {
        "sha256": result.sha256,
        "pages": result.pages,
        "whole": result.whole,
        "cells": result.cells,
        "changed": result.changed,
        "problems": dict(sorted(Counter(problem.code for problem in result.problems).items())),
        "keys": sorted([page.page.group, page.page.subject, page.period] for page in pages),
        **({"summaries": sorted([one.form, one.period, one.sha256] for one in sheets)} if sheets else {}),
    }
