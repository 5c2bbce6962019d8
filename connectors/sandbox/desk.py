"""Register pages laid on the desk: finding cells that nobody has touched yet, in an order drawn from the seed."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sandbox.nouns import ACTIVE

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator
    from datetime import date

    from connectors.sandbox.nouns import Lesson
    from connectors.sandbox.papers import PaperColumn, PaperPage
    from connectors.sandbox.world import World

WHOLE = 0
"""The person of a mistake that takes the whole column."""
PLAIN_MARKS = frozenset("5432")


@dataclass(frozen=True, slots=True)
class Spot:
    """One column of one page, and one pupil's cell in it where the search was for cells."""

    page: PaperPage
    nth: int
    column: PaperColumn
    person: int = WHOLE

    @property
    def text(self) -> str:
        return self.column.cells.get(self.person, "")

    def write(self, text: str) -> None:
        """The cell on paper shows `text`; blank erases it."""
        self.column.cells[self.person] = text
        if not text:
            del self.column.cells[self.person]


@dataclass(slots=True)
class Desk:
    """Pages with what is already taken on them. Untouched columns come first, so that spots spread out."""

    world: World
    pages: list[PaperPage]
    draw: random.Random
    starts: date | None = None
    ends: date | None = None
    taken: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """id of a column → persons taken on it, WHOLE for the column itself."""
    done: Counter[str] = field(default_factory=Counter)

    def grade(self, page: PaperPage) -> int:
        return self.world.groups[page.group].parallel

    def lesson(self, spot: Spot) -> Lesson:
        return self.world.lessons[spot.column.lesson or 0]

    def columns(self, marked: bool) -> Iterator[Spot]:
        """Columns that have a lesson in the diary; `marked` leaves grade 1 out."""
        spots = [
            Spot(page, nth, column)
            for page in self.pages
            if self.grade(page) > 1 or not marked
            for nth, column in page.numbered()
            if column.lesson in self.world.lessons and self._in_window(column.day)
        ]
        self.draw.shuffle(spots)
        return iter(sorted(spots, key=lambda spot: len(self.taken[id(spot.column)])))

    def free_column(self, wanted: Callable[[Spot], bool], marked: bool = False) -> Spot | None:
        """A column that carries no mistake at all; it is taken from now on."""
        for spot in self.columns(marked):
            if not self.taken[id(spot.column)] and wanted(spot):
                self.taken[id(spot.column)].add(WHOLE)
                return spot
        return None

    def free_cell(self, wanted: Callable[[str], bool], marked: bool = True) -> Spot | None:
        """A cell whose text is wanted, in a column not taken as a whole; the cell is taken from now on."""
        for spot in self.columns(marked):
            taken = self.taken[id(spot.column)]
            if WHOLE in taken:
                continue
            for person in self._pupils(spot.page):
                cell = Spot(spot.page, spot.nth, spot.column, person)
                if person not in taken and wanted(cell.text):
                    taken.add(person)
                    return cell
        return None

    def _pupils(self, page: PaperPage) -> list[int]:
        """Those on the paper list who are members still, in a drawn order that does not depend on ids."""
        rows = self.world.members.get(page.group, {})
        active = [one for one in page.pupils if one in rows and rows[one].status == ACTIVE]
        active.sort(key=lambda one: self.world.persons[one].key)
        self.draw.shuffle(active)
        return active

    def _in_window(self, day: date) -> bool:
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)


def open_pages(world: World) -> list[PaperPage]:
    """Pages whose group and subject the diary still has, in an order that does not depend on ids."""
    pages = [page for page in world.papers.pages.values() if page.group in world.groups]
    pages = [page for page in pages if page.subject in world.subjects]
    return sorted(pages, key=lambda page: (world.groups[page.group].guid, world.subjects[page.subject].name))
