"""Made-up registers in a model of their own: forms, pages, columns, pupils, twice, and frames made of them.

Nothing here knows how a register is checked. A cell's key is put together by the arithmetic of the written-down format
(18 bits page, 14 day, 3 nth, 3 kind, 22 person), not by the product's own function.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from gateway.register.summary import Elsewhere
from state.identity import SourcedId
from state.register import Page
from state.summaries import Summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    Place = tuple[int, int]
    """(day counted from FIRST, nth lesson of that day)."""

FIRST = date(2026, 9, 1)
ENDS = date(2026, 10, 25)
LESSON, MARKS, TOPIC, HOMEWORK, FINAL, MEMBER, SPREAD = range(7)
_START = (FIRST - date(2010, 1, 1)).days
_END = (ENDS - date(2010, 1, 1)).days
SUBJECTS = ("алгебра", "физика", "история")
HALVES = ("а", "б")


def key(page: int, day: int, nth: int, kind: int, person: int) -> int:
    return (((page * 2**14 + day) * 2**3 + nth) * 2**3 + kind) * 2**22 + person


@dataclass
class Column:
    topic: str = ""
    homework: str = ""
    marks: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Pupil → (canonical value, what was written where it differs)."""

    def copy(self) -> Column:
        return Column(self.topic, self.homework, dict(self.marks))


@dataclass
class Sheet:
    """One page as one side keeps it."""

    columns: dict[Place, Column] = field(default_factory=dict)
    finals: dict[int, tuple[str, str]] = field(default_factory=dict)
    members: set[int] = field(default_factory=set)
    right: dict[Place, str] = field(default_factory=dict)
    """Paper only: what the right page says of a column («-»: it has no row), where that is not the left page's date."""
    alone: set[Place] = field(default_factory=set)
    """Paper only: rows of the right page without a column."""

    def copy(self) -> Sheet:
        return Sheet({place: one.copy() for place, one in self.columns.items()}, dict(self.finals), set(self.members))


@dataclass
class Spread:
    """One page of both sides. `taken` places carry a planted difference; `closed` pages take no more."""

    number: int
    group: str
    subject: str
    paper: Sheet
    diary: Sheet
    taken: set[Any] = field(default_factory=set)
    closed: bool = False


@dataclass
class Group:
    """A form and its two subgroups' pages; `list_page` and `half_lists` are the diary's own lists."""

    name: str
    grade: int
    pupils: list[int]
    spreads: list[Spread]
    lists: dict[str, tuple[int, set[int]]]
    """Group → (number of its list page, who is on the diary's list)."""
    taken: set[int] = field(default_factory=set)
    """Pupils who carry a difference of their own."""


@dataclass
class World:
    groups: list[Group]
    consentless: set[int] = field(default_factory=set)
    summary: dict[tuple[str, str, int], str] = field(default_factory=dict)
    """(form, subject, pupil) → the mark of the form's summary sheet."""

    @property
    def spreads(self) -> Iterator[Spread]:
        for group in self.groups:
            yield from group.spreads


def person_id(number: int) -> SourcedId:
    return SourcedId(f"pupil:{number}")


def build(seed: int, forms: int) -> World:
    """That many forms of twelve pupils with five pages each; both sides say the same."""
    draw = random.Random(f"register {seed}")
    world = World([_form(draw, number) for number in range(forms)])
    for group in world.groups:
        for one in group.spreads:
            world.summary |= {(group.name, one.subject, pupil): mark for pupil, (mark, _) in one.paper.finals.items()}
    return world


def _form(draw: random.Random, number: int) -> Group:
    pupils = [number * 12 + seat + 1 for seat in range(12)]
    grade, name = (1 if number % 6 == 5 else 2 + number % 9), f"form:{number}"
    halves = {f"subgroup:{number}:{half}": set(pupils[seat::2]) for seat, half in enumerate(HALVES)}
    lists = {one: (number * 8 + place + 6, set(who)) for place, (one, who) in enumerate(halves.items())}
    lists[name] = (number * 8 + 8, set(pupils))
    listed = [(name, subject, pupils) for subject in SUBJECTS]
    listed += [(one, "английский", sorted(who)) for one, who in halves.items()]
    spreads = [_spread(draw, number * 8 + place + 1, grade, *told) for place, told in enumerate(listed)]
    return Group(name, grade, pupils, spreads, lists)


def _spread(draw: random.Random, number: int, grade: int, group: str, subject: str, pupils: list[int]) -> Spread:
    sheet = Sheet(members=set(pupils))
    for step in range(8):
        for nth in (1, 2) if step == 5 else (1,):
            homework = f"§ {number}, № {step}{nth}" if grade > 1 else ""
            sheet.columns[step * 4, nth] = Column(
                f"Тема {number} урок {step} {nth}", homework, _marks(draw, grade, pupils)
            )
    if grade > 1:
        sheet.finals = {pupil: (draw.choice("2345"), "") for pupil in pupils}
    return Spread(number, group, subject, sheet, sheet.copy())


def _marks(draw: random.Random, grade: int, pupils: list[int]) -> dict[int, tuple[str, str]]:
    said = ("", "", "5", "4", "3", "2", "н") if grade > 1 else ("", "", "", "н")
    drawn = {pupil: (draw.choice(said), "") for pupil in pupils}
    return {pupil: mark for pupil, mark in drawn.items() if mark[0]}


def frames(world: World) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Paper and diary as the check takes them."""
    return _frame(world, "paper"), _frame(world, "diary")


def _frame(world: World, side: str) -> pl.DataFrame:
    rows = [row for one in world.spreads for row in _rows(one.number, getattr(one, side))]
    if side == "diary":
        rows += [
            (key(number, 0, 0, MEMBER, pupil), "1", "")
            for group in world.groups
            for number, who in group.lists.values()
            for pupil in who
        ]
    frame = pl.DataFrame(rows, schema={"key": pl.Int64, "value": pl.String, "raw": pl.String}, orient="row")
    nobody = pl.lit(None, dtype=pl.Datetime("us", "UTC"))
    return frame.with_columns(author=pl.lit("staff:1"), set_at=nobody)


def _rows(page: int, sheet: Sheet) -> Iterator[tuple[int, str, str]]:
    for (day, nth), column in sheet.columns.items():
        place = page, _START + day, nth
        yield key(*place, LESSON, 0), f"{nth}|staff:1", ""
        if column.topic:
            yield key(*place, TOPIC, 0), column.topic, ""
        if column.homework:
            yield key(*place, HOMEWORK, 0), column.homework, ""
        for pupil, (value, raw) in column.marks.items():
            yield key(*place, MARKS, pupil), value, raw
    for pupil, (value, raw) in sheet.finals.items():
        yield key(page, _END, 0, FINAL, pupil), value, raw
    for (day, nth), said in sheet.right.items():
        yield key(page, _START + day, nth, SPREAD, 0), said, ""
    for day, nth in sheet.alone:
        yield key(page, _START + day, nth, SPREAD, 0), "+", "Тема"
    if odd := len(sheet.alone) - list(sheet.right.values()).count("-"):
        yield key(page, _END, 0, SPREAD, 0), f"{len(sheet.columns)}|{len(sheet.columns) + odd}", ""
    for pupil in sheet.members:
        yield key(page, 0, 0, MEMBER, pupil), "+", ""


def facts(world: World) -> dict[str, Any]:
    """What the check is told beside the cells."""
    pages = {one.number: Page(group=SourcedId(one.group), subject=SourcedId(one.subject)) for one in world.spreads}
    grades: dict[SourcedId, int] = {}
    divisions: dict[SourcedId, tuple[SourcedId, str]] = {}
    for group in world.groups:
        for name, (number, _who) in group.lists.items():
            pages[number] = Page(group=SourcedId(name), subject=SourcedId(""))
            grades[SourcedId(name)] = group.grade
            if name != group.name:
                divisions[SourcedId(name)] = SourcedId(group.name), "1"
    return {
        "pages": pages,
        "persons": {pupil: person_id(pupil) for group in world.groups for pupil in group.pupils},
        "consentless": frozenset(map(person_id, world.consentless)),
        "grades": grades,
        "divisions": divisions,
    }


def day_of(place: Place) -> str:
    return (FIRST + timedelta(days=place[0])).isoformat()


def summaries(world: World) -> list[Summary]:
    """The summary sheet of every form, of all its pupils and subjects."""
    told = []
    for group in world.groups:
        subjects = sorted({one.subject for one in group.spreads})
        marks = {
            (person_id(pupil), SourcedId(subject)): mark
            for (form, subject, pupil), mark in world.summary.items()
            if form == group.name and mark
        }
        told.append(
            Summary(
                form=SourcedId(group.name),
                period=SourcedId("period:1"),
                ends=ENDS,
                source="ведомость.xlsx",
                whole=True,
                pupils=tuple(map(person_id, group.pupils)),
                subjects=tuple(map(SourcedId, subjects)),
                marks=marks,
            )
        )
    return told


def elsewhere(world: World) -> Elsewhere:
    """The period marks and lists of pages and diary."""
    pages = {one.number: Page(group=SourcedId(one.group), subject=SourcedId(one.subject)) for one in world.spreads}

    def finals(side: str) -> dict[tuple[Page, date, SourcedId], str]:
        return {
            (pages[one.number], ENDS, person_id(pupil)): raw or mark
            for one in world.spreads
            for pupil, (mark, raw) in getattr(one, side).finals.items()
        }

    lists = [told for group in world.groups for told in group.lists.items()]
    return Elsewhere(
        page=finals("paper"),
        diary=finals("diary"),
        on_pages={(pages[one.number], ENDS): frozenset(map(person_id, one.paper.members)) for one in world.spreads},
        on_lists={SourcedId(name): frozenset(map(person_id, who)) for name, (_number, who) in lists},
    )
