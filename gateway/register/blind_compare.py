"""Two people's copies of one page, compared and joined: values in, values out; the diary has no part in it.

Equal means what it means in the check: marks by the vocabulary, topics and homework by how they are written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.paper.layout import NO, YES
from gateway.register.rules.texts import same_text
from mappings.paper.spread import NO_COLUMN, NO_ROW, counts_cell
from mappings.vocabulary import canonical
from state.register import EPOCH, CellKind, RegisterCell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from state.identity import SourcedId
    from state.register import Page

    Key = tuple[date, int, CellKind, SourcedId | None]
    Cells = Mapping[Key, RegisterCell]

COUNTED = frozenset({CellKind.MARKS, CellKind.FINAL, CellKind.TOPIC, CellKind.HOMEWORK})
"""The kinds that the figure of agreement counts, as the check's own figure does."""
THERE = frozenset({CellKind.LESSON, CellKind.MEMBER})
"""Kinds whose cells are there or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A place where the two copies say different things; a copy that says nothing there is blank."""

    number: int
    """From 1, in the order of days, lessons and pupils; the same as long as both copies are."""
    place: str
    """Its key in memory: «2026-09-04|2|MARKS|pupil:…»."""
    day: date
    nth: int
    kind: CellKind
    person: SourcedId | None
    first: str
    second: str
    """As typed; «да» or «нет» for a column or a pupil; of the right page the value of its SPREAD cell."""

    @property
    def key(self) -> Key:
        return self.day, self.nth, self.kind, self.person


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    differences: tuple[Difference, ...]
    compared: int
    """Marks, period marks, topics and homework that one of the two typed at least."""
    equal: int

    @property
    def agreement(self) -> float | None:
        """Percent of what was typed; None where nobody typed a mark or a text."""
        return 100 * self.equal / self.compared if self.compared else None


def compared(first: Iterable[RegisterCell], second: Iterable[RegisterCell]) -> Comparison:
    """Where the two differ, in the order of the page, and how much of what they typed is equal."""
    one, other = _by_key(first), _by_key(second)
    keys = sorted(one.keys() | other.keys(), key=_order)
    unequal = [key for key in keys if not _same(one.get(key), other.get(key), key[2])]
    counted = sum(key[2] in COUNTED for key in keys)
    differences = tuple(
        Difference(
            number=number,
            place=place_of(key),
            day=key[0],
            nth=key[1],
            kind=key[2],
            person=key[3],
            first=_shown(one.get(key), key[2]),
            second=_shown(other.get(key), key[2]),
        )
        for number, key in enumerate(unequal, 1)
    )
    return Comparison(
        differences=differences, compared=counted, equal=counted - sum(key[2] in COUNTED for key in unequal)
    )


def unsettled(differences: Sequence[Difference], settled: Mapping[str, str]) -> tuple[Difference, ...]:
    """Those that nobody has decided. A column or a pupil that paper lacks decides about all of its cells."""
    gone = _gone(differences, settled)
    return tuple(one for one in differences if one.place not in settled and not _is_gone(one.key, gone))


def joined(
    page: Page,
    first: Iterable[RegisterCell],
    second: Iterable[RegisterCell],
    differences: Sequence[Difference],
    settled: Mapping[str, str],
) -> tuple[RegisterCell, ...]:
    """The page both agree on, with what a third look read where they differ. Raises ValueError while any is open.

    How many lessons each page of the spread has follows from the lessons that are left: nobody is asked.
    """
    first, second = tuple(first), tuple(second)
    if unsettled(differences, settled):
        raise ValueError("differences are not settled")
    one, other = _by_key(first), _by_key(second)
    differing = {difference.place for difference in differences}
    gone = _gone(differences, settled)
    cells = []
    for key in sorted(one.keys() | other.keys(), key=_order):
        if _is_gone(key, gone):
            continue
        if place_of(key) in differing:
            cells += _decided(page, key, settled[place_of(key)], one.get(key), other.get(key))
        else:
            cells.append(one.get(key) or other[key])
    return (*cells, *_counts(page, cells, _ends((*first, *second))))


def checked_value(difference: Difference, text: str) -> str | None:
    """What a person read on paper, as it is kept; None for a word that fits no such place.

    A column or pupil is there or not («да», «нет»); the pages of a spread disagree as the first or as the second
    typist has it («1», «2»); anything else is text as on paper, «—» for an empty cell.
    """
    said = " ".join(text.split())
    if difference.kind in THERE:
        return said.casefold() if said.casefold() in (YES, NO) else None
    if difference.kind is CellKind.SPREAD:
        return said if said in ("1", "2") else None
    return "" if said in ("—", "-", "–") else said


def place_of(key: Key) -> str:
    day, nth, kind, person = key
    return f"{day.isoformat()}|{nth}|{kind.name}|{person or ''}"


# --- inside -----------------------------------------------------------------------------------------------------------


def _by_key(cells: Iterable[RegisterCell]) -> dict[Key, RegisterCell]:
    return {(cell.day, cell.nth, cell.kind, cell.person): cell for cell in cells if not _is_count(cell)}


def _is_count(cell: RegisterCell) -> bool:
    """How many lessons each page has: it follows from the other cells."""
    return cell.kind is CellKind.SPREAD and cell.nth == 0


def _counts(page: Page, cells: Sequence[RegisterCell], ends: date) -> Iterator[RegisterCell]:
    spread = [cell.value for cell in cells if cell.kind is CellKind.SPREAD]
    left = sum(cell.kind is CellKind.LESSON for cell in cells)
    return counts_cell(page, ends, left, left - spread.count(NO_ROW) + spread.count(NO_COLUMN))


def _ends(cells: Sequence[RegisterCell]) -> date:
    """The period's last day, where its marks and counts stand; of a page without them its own last day."""
    closing = [cell.day for cell in cells if cell.kind is CellKind.FINAL or _is_count(cell)]
    return max(closing or [cell.day for cell in cells], default=EPOCH)


def _order(key: Key) -> tuple[date, int, int, str]:
    return key[0], key[1], int(key[2]), key[3] or ""


def _same(one: RegisterCell | None, other: RegisterCell | None, kind: CellKind) -> bool:
    if kind in THERE:
        return (one is None) == (other is None)
    return _said(one, kind) == _said(other, kind)


def _said(cell: RegisterCell | None, kind: CellKind) -> object:
    """What the cell says once habits of writing are set aside."""
    text = (cell.raw or cell.value) if cell else ""
    if kind in (CellKind.MARKS, CellKind.FINAL):
        tokens = canonical(text)
        return tokens.text, tokens.illegal
    if kind in (CellKind.TOPIC, CellKind.HOMEWORK):
        return same_text(text)
    return (cell.value, cell.raw) if cell else ("", "")


def _shown(cell: RegisterCell | None, kind: CellKind) -> str:
    if kind in THERE:
        return YES if cell else NO
    if kind is CellKind.SPREAD:
        return ": ".join(filter(None, (cell.value, cell.raw))) if cell else ""
    return (cell.raw or cell.value) if cell else ""


def _gone(differences: Sequence[Difference], settled: Mapping[str, str]) -> frozenset[object]:
    """Columns (day, nth) and pupils that paper lacks, as settled."""
    absent = [one for one in differences if one.kind in THERE and settled.get(one.place) == NO]
    return frozenset(one.person if one.kind is CellKind.MEMBER else (one.day, one.nth) for one in absent)


def _is_gone(key: Key, gone: frozenset[object]) -> bool:
    day, nth, _, person = key
    return (person is not None and person in gone) or (day, nth) in gone


def _decided(
    page: Page, key: Key, value: str, one: RegisterCell | None, other: RegisterCell | None
) -> list[RegisterCell]:
    """The cell that a third look read; none where the place is empty on paper."""
    day, nth, kind, person = key
    if kind in THERE:
        return [cell for cell in (one or other,) if cell]
    if kind is CellKind.SPREAD:
        return [cell for cell in (one if value == "1" else other,) if cell]
    if not value:
        return []
    plain = canonical(value).text if kind in (CellKind.MARKS, CellKind.FINAL) else value
    raw = "" if plain == value else value
    return [RegisterCell(page=page, day=day, nth=nth, kind=kind, person=person, value=plain, raw=raw)]
