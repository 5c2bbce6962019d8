"""A typed page becomes register cells: one spelling for marks and absences, what stands outside it kept as written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.names import normalise_name
from mappings.paper.spread import paired, spread_cells
from mappings.vocabulary import canonical
from state.identity import SourcedId
from state.local import Problem
from state.register import EPOCH, NTH_BITS, CellKind, Page, RegisterCell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from connectors.paper.wire import PaperColumn, PaperPage, PaperRightRow, PaperRow, PaperText
    from connectors.sources.wire import Flaw

LISTED = "+"
"""The value of a MEMBER cell."""
NO_NUMBER = "|"
"""The value of a LESSON cell: paper tells neither the lesson's number nor the teacher's id."""
_MOST_LESSONS = (1 << NTH_BITS) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCells:
    """One page in canonical form. `whole` only where the person said so and nothing on the page was left out."""

    page: Page
    period: SourcedId
    whole: bool
    by: str
    cells: tuple[RegisterCell, ...]
    problems: tuple[Problem, ...]
    strangers: Mapping[SourcedId, str] = field(default_factory=dict)
    """Pupils of the paper that the roster does not know («paper:<name>») → the name as typed."""
    silent: frozenset[CellKind] = frozenset()
    """Kinds of cells whose absence says nothing, because such a file cannot show all of them."""
    place: str = ""
    """«file!sheet», or the file."""
    label: str = ""
    """What a person calls the page."""

    @property
    def blank(self) -> bool:
        """Nobody has typed anything here yet."""
        typed = any(cell.kind not in (CellKind.LESSON, CellKind.MEMBER) for cell in self.cells)
        return not (typed or self.whole or self.by or self.problems)


def problems_of(flaws: Sequence[Flaw]) -> tuple[Problem, ...]:
    """The connector's flaws as the problems of a file."""
    return tuple(Problem(code=flaw.code, where=flaw.where, raw=flaw.raw, blocks=flaw.blocks) for flaw in flaws)


def page_cells(paper: PaperPage, place: str, roster: Mapping[str, SourcedId]) -> PageCells:
    """The page's cells, sorted by column and pupil; a sign outside the vocabulary stays in `raw` and is judged later.

    Args:
        paper: a page as read.
        place: «file!sheet», for problems that concern the whole page.
        roster: `normalise_name(«Фамилия Имя»)` → pupil, for the form's own pupils; names that two share are left out.
    """
    page = Page(group=SourcedId(paper.group), subject=SourcedId(paper.subject))
    problems = [*problems_of(paper.flaws)]
    strangers: dict[SourcedId, str] = {}
    pupils = list(_pupils(paper.rows, roster, strangers, problems))
    placed, single = paired(paper)
    columns = [column for column in placed if _countable(column.day, column.nth, column.place, problems)]
    alone = list(_numbered(columns, single, problems))
    cells = [cell for column in columns for cell in _column(page, column, pupils)]
    cells += spread_cells(page, paper.ends, columns, alone)
    cells += [cell for pupil, row in pupils for cell in _pupil(page, pupil, row, paper.ends)]
    whole = paper.whole and not any(problem.blocks for problem in problems)
    if paper.whole and not whole:
        problems.append(Problem(code="PAGE_HELD", where=place))
    return PageCells(
        page=page,
        period=SourcedId(paper.period),
        whole=whole,
        by=paper.by,
        cells=tuple(cells),
        problems=tuple(problems),
        strangers=strangers,
        place=place,
        label=paper.label,
    )


def _pupils(
    rows: Sequence[PaperRow],
    roster: Mapping[str, SourcedId],
    strangers: dict[SourcedId, str],
    problems: list[Problem],
) -> Iterator[tuple[SourcedId, PaperRow]]:
    """Whose row each is; a pupil who stands twice on the page is a problem, and the second row is left out."""
    seen: set[SourcedId] = set()
    for row in rows:
        pupil = SourcedId(row.key) if row.key else _written_in(row, roster, strangers, problems)
        if pupil in seen:
            problems.append(Problem(code="PUPIL_TWICE", where=row.place, raw=row.name, blocks=True))
            continue
        seen.add(pupil)
        yield pupil, row


def _written_in(
    row: PaperRow, roster: Mapping[str, SourcedId], strangers: dict[SourcedId, str], problems: list[Problem]
) -> SourcedId:
    name = normalise_name(row.name)
    if name in roster:
        return roster[name]
    problems.append(Problem(code="PUPIL_NOT_LISTED", where=row.place, raw=row.name))
    stranger = SourcedId(f"paper:{name}")
    strangers[stranger] = row.name
    return stranger


def _countable(day: date, nth: int, place: str, problems: list[Problem]) -> bool:
    if nth <= _MOST_LESSONS:
        return True
    problems.append(Problem(code="TOO_MANY_LESSONS", where=place, raw=f"{day:%d.%m}", blocks=True))
    return False


def _numbered(
    columns: Sequence[PaperColumn], rows: Sequence[PaperRightRow], problems: list[Problem]
) -> Iterator[tuple[int, PaperRightRow]]:
    """Rows of the right page alone, each with its number after the day's columns."""
    taken = [column.day for column in columns]
    for row in rows:
        taken.append(row.day)
        nth = taken.count(row.day)
        if _countable(row.day, nth, row.place, problems):
            yield nth, row


def _column(page: Page, column: PaperColumn, pupils: Sequence[tuple[SourcedId, PaperRow]]) -> Iterator[RegisterCell]:
    def cell(kind: CellKind, person: SourcedId | None, value: str, raw: str = "") -> RegisterCell:
        return RegisterCell(
            page=page, day=column.day, nth=column.nth, kind=kind, person=person, value=value, raw=_raw(value, raw)
        )

    yield cell(CellKind.LESSON, None, NO_NUMBER)
    for pupil, row in pupils:
        if mark := row.cells.get((column.day, column.nth)):
            yield cell(CellKind.MARKS, pupil, canonical(mark.text).text, mark.text)
    for kind, text in ((CellKind.TOPIC, column.topic), (CellKind.HOMEWORK, column.homework)):
        if text:
            yield cell(kind, None, text.text)


def _pupil(page: Page, pupil: SourcedId, row: PaperRow, ends: date) -> Iterator[RegisterCell]:
    if row.final:
        yield _final(page, pupil, row.final, ends)
    yield RegisterCell(page=page, day=EPOCH, nth=0, kind=CellKind.MEMBER, person=pupil, value=LISTED)


def _final(page: Page, pupil: SourcedId, final: PaperText, ends: date) -> RegisterCell:
    value = canonical(final.text).text
    return RegisterCell(
        page=page, day=ends, nth=0, kind=CellKind.FINAL, person=pupil, value=value, raw=_raw(value, final.text)
    )


def _raw(value: str, written: str) -> str:
    """`RegisterCell.raw` is blank where the side wrote the value itself."""
    return "" if written == value else written
