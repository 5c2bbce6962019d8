"""The report of an electronic register as pages of one form and period, in canonical cells.

The report shows marks, absences and period marks, no topics and no homework; of lessons and of a subgroup's list it
shows only those with an entry. What it cannot show is silent: its absence there says nothing (`PageCells.silent`).

Codes: EJOURNAL_PUPIL_UNKNOWN, EJOURNAL_SUBJECT_UNKNOWN, EJOURNAL_NO_GROUP, EJOURNAL_PERIOD_SHORT, EJOURNAL_OTHER_DAYS,
EJOURNAL_OTHER_FINALS, ENTRY_UNKNOWN, LEGEND_UNKNOWN, PUPIL_TWICE, TOO_MANY_LESSONS, PAGE_HELD.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.names import normalise_name
from mappings.paper.ejournal import UnknownMeaning, cell_tokens, letters
from mappings.paper.pages import LISTED, NO_NUMBER, PageCells, problems_of
from mappings.vocabulary import canonical
from state.identity import SourcedId
from state.local import Problem
from state.register import EPOCH, NTH_BITS, CellKind, Page, RegisterCell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from connectors.paper.wire import EjournalCell, EjournalPupil, EjournalReport, EjournalSubject, TemplatePage
    from mappings.vocabulary import Tokens

    Cells = dict[tuple[date, int, CellKind, SourcedId | None], RegisterCell]

SILENT = frozenset({CellKind.LESSON, CellKind.TOPIC, CellKind.HOMEWORK})
"""Of no page does the report show all of these."""
_MOST_LESSONS = (1 << NTH_BITS) - 1


@dataclass(slots=True)
class _Sheet:
    """One page being filled."""

    printed: TemplatePage
    is_form: bool
    cells: Cells = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def put(self, day: date, nth: int, kind: CellKind, person: SourcedId | None, value: str, raw: str = "") -> None:
        page = Page(group=SourcedId(self.printed.group), subject=SourcedId(self.printed.subject))
        cell = RegisterCell(page=page, day=day, nth=nth, kind=kind, person=person, value=value, raw=raw)
        self.cells[day, nth, kind, person] = cell


def report_pages(
    report: EjournalReport,
    printed: Sequence[TemplatePage],
    form: SourcedId,
    roster: Mapping[str, SourcedId],
    *,
    finals: bool,
    by: str,
) -> tuple[tuple[PageCells, ...], tuple[Problem, ...]]:
    """(the pages of the subjects that the report has, all problems).

    Args:
        report: read whole, of this form and year.
        printed: the form's pages of the period and those of its subgroups, as `sverka paper template` lays them out.
        form: the form's own id.
        roster: `normalise_name(name)` → pupil of the form; names that two share are left out.
        finals: the report's «Итоговая оценка за период» is that of this very period.
        by: who takes the report in.
    """
    try:
        letters(report.legend)
    except UnknownMeaning as unknown:
        told = Problem(code="LEGEND_UNKNOWN", where=report.source, raw=str(unknown), blocks=True)
        return (), (*problems_of(report.flaws), told)
    common = list(_common(report, printed, finals=finals))
    sheets = _by_subject(printed, form)
    pupils = list(_pupils(report.pupils, roster, common))
    filled: dict[int, _Sheet] = {}
    apart: dict[str, Problem] = {}
    for pupil, block in pupils:
        for subject in block.subjects:
            known = sheets.get(normalise_name(subject.name), ())
            filled.update((id(sheet), sheet) for sheet in known)
            _fill(known, pupil, subject, report, finals=finals)
            if not known and (subject.cells or subject.final):
                apart.setdefault(normalise_name(subject.name), _untaught(subject))
    listed = [who for who, _ in pupils]
    pages = [_finished(sheet, listed, common, report.source, finals=finals, by=by) for sheet in filled.values()]
    own = [problem for sheet in filled.values() for problem in sheet.problems]
    held = [
        Problem(code="PAGE_HELD", where=report.source, raw=sheet.printed.label)
        for sheet, page in zip(filled.values(), pages, strict=True)
        if not page.whole
    ]
    ordered = sorted(pages, key=lambda page: (page.page.subject, page.page.group))
    return tuple(ordered), tuple(dict.fromkeys((*common, *apart.values(), *own, *held)))


def _common(report: EjournalReport, printed: Sequence[TemplatePage], *, finals: bool) -> Iterator[Problem]:
    """What is wrong with the report as a whole; where it blocks, no page of it is whole."""
    yield from problems_of(report.flaws)
    days = sorted({day for page in printed for day, _ in page.columns if not report.starts <= day <= report.ends})
    span = f"{report.starts:%d.%m.%Y}-{report.ends:%d.%m.%Y}"
    if days:
        yield Problem(code="EJOURNAL_PERIOD_SHORT", where=report.source, raw=span, blocks=True)
    starts, ends = min(page.starts for page in printed), max(page.ends for page in printed)
    outside = sum(
        not starts <= cell.day <= ends
        for pupil in report.pupils
        for subject in pupil.subjects
        for cell in subject.cells
    )
    if outside:
        yield Problem(code="EJOURNAL_OTHER_DAYS", where=report.source, raw=str(outside))
    if not finals and any(subject.final for pupil in report.pupils for subject in pupil.subjects):
        yield Problem(code="EJOURNAL_OTHER_FINALS", where=report.source, raw=span)


def _by_subject(printed: Iterable[TemplatePage], form: SourcedId) -> dict[str, tuple[_Sheet, ...]]:
    found: dict[str, list[_Sheet]] = defaultdict(list)
    for page in printed:
        found[normalise_name(page.subject_label)].append(_Sheet(page, is_form=page.group == form))
    return {subject: tuple(sheets) for subject, sheets in found.items()}


def _pupils(
    blocks: Iterable[EjournalPupil], roster: Mapping[str, SourcedId], problems: list[Problem]
) -> Iterator[tuple[SourcedId, EjournalPupil]]:
    """Whose block each is. A pupil nobody knows for certain may be anybody of the form, so no page is whole then."""
    seen: set[SourcedId] = set()
    for block in blocks:
        pupil = roster.get(normalise_name(block.name))
        if pupil is None or pupil in seen:
            code = "PUPIL_TWICE" if pupil else "EJOURNAL_PUPIL_UNKNOWN"
            problems.append(Problem(code=code, where=block.place, raw=block.name, blocks=True))
            continue
        seen.add(pupil)
        yield pupil, block


def _untaught(subject: EjournalSubject) -> Problem:
    """A subject that the form has no page of, named once, at its first entry."""
    where = subject.cells[0].place if subject.cells else subject.final_place
    return Problem(code="EJOURNAL_SUBJECT_UNKNOWN", where=where, raw=subject.name, blocks=True)


# --- one pupil's row --------------------------------------------------------------------------------------------------


def _fill(
    sheets: Sequence[_Sheet], pupil: SourcedId, subject: EjournalSubject, report: EjournalReport, *, finals: bool
) -> None:
    """The row's entries lie on the page of the group in which the pupil has the subject."""
    mine = [sheet for sheet in sheets if sheet.is_form or any(key == pupil for key, _ in sheet.printed.pupils)]
    for cell in subject.cells:
        if sheets and sheets[0].printed.starts <= cell.day <= sheets[0].printed.ends:
            _entry(sheets, mine, pupil, cell, report.legend)
    if finals and subject.final and sheets:
        if len(mine) != 1:
            _unplaced(sheets, subject.final_place, subject.final)
            return
        tokens = canonical(subject.final)
        _tell_illegal(mine[0], tokens, subject.final_place, subject.final, blocks=False)
        raw = subject.final if tokens.illegal else ""
        mine[0].put(mine[0].printed.ends, 0, CellKind.FINAL, pupil, tokens.text, raw)


def _entry(
    sheets: Sequence[_Sheet],
    mine: Sequence[_Sheet],
    pupil: SourcedId,
    cell: EjournalCell,
    legend: Mapping[str, str],
) -> None:
    """One cell of marks. Where several pages fit, the timetable tells whose lesson that day was."""
    there = [sheet for sheet in mine if any(day == cell.day for day, _ in sheet.printed.columns)]
    fitting = mine if len(mine) == 1 else there
    if len(fitting) != 1:
        _unplaced(sheets, cell.place, cell.raw)
        return
    (sheet,) = fitting
    if cell.ordinal > _MOST_LESSONS:
        raw = f"{cell.day:%d.%m}"
        sheet.problems.append(Problem(code="TOO_MANY_LESSONS", where=cell.place, raw=raw, blocks=True))
        return
    tokens, spelt = cell_tokens(cell.raw, legend), _spelt(cell.raw, legend)
    is_guessed = bool(tokens.illegal) and not canonical(spelt).illegal
    _tell_illegal(sheet, tokens, cell.place, cell.raw, blocks=is_guessed)
    if not is_guessed:
        sheet.put(cell.day, cell.ordinal, CellKind.LESSON, None, NO_NUMBER)
        sheet.put(cell.day, cell.ordinal, CellKind.MARKS, pupil, tokens.text, spelt if tokens.illegal else "")
        if not sheet.is_form:
            sheet.put(EPOCH, 0, CellKind.MEMBER, pupil, LISTED)


def _spelt(raw: str, legend: Mapping[str, str]) -> str:
    """The entry in our own words: «О Н» is «оп нп», what the check reads by the vocabulary alone; «5-» stays «5-»."""
    known = letters(legend)
    return " ".join(known.get(word, word) for word in raw.split())


def _tell_illegal(sheet: _Sheet, tokens: Tokens, place: str, raw: str, *, blocks: bool) -> None:
    """A sign outside the vocabulary stands on the page as it is, and the check names it; an absence letter that the
    legend lacks would be read as one there, so it blocks."""
    if tokens.illegal:
        sheet.problems.append(Problem(code="ENTRY_UNKNOWN", where=place, raw=raw, blocks=blocks))


def _unplaced(sheets: Sequence[_Sheet], place: str, raw: str) -> None:
    """It may belong on any of these pages, so none of them is whole."""
    for sheet in sheets:
        sheet.problems.append(Problem(code="EJOURNAL_NO_GROUP", where=place, raw=raw, blocks=True))


def _finished(
    sheet: _Sheet,
    pupils: Sequence[SourcedId],
    common: Sequence[Problem],
    source: str,
    *,
    finals: bool,
    by: str,
) -> PageCells:
    if sheet.is_form:
        for pupil in pupils:
            sheet.put(EPOCH, 0, CellKind.MEMBER, pupil, LISTED)
    silent = SILENT | (frozenset() if sheet.is_form else {CellKind.MEMBER})
    return PageCells(
        page=Page(group=SourcedId(sheet.printed.group), subject=SourcedId(sheet.printed.subject)),
        period=SourcedId(sheet.printed.period),
        whole=not any(problem.blocks for problem in (*common, *sheet.problems)),
        by=by,
        cells=tuple(sheet.cells[key] for key in sorted(sheet.cells, key=lambda key: (*key[:3], key[3] or ""))),
        problems=(*common, *sheet.problems),
        silent=silent if finals else silent | {CellKind.FINAL},
        place=source,
        label=sheet.printed.label,
    )
