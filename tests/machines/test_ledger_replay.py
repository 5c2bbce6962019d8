"""The ledger replayed to any moment is the diary as the last pull before that moment saw it (A2).

A made-up diary is edited in time: marks are set, changed, deleted, entered for past days and entered anew, lessons
appear, move and lose their topic, pupils join and leave. Pulls of some days or of all come at random moments through
the real absorb. A full pull makes the ledger the diary; a pull of some days makes it so on these days alone.
"""

from __future__ import annotations

import os
import random
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from contracts.store_case import START, Clock

from gateway.register.history import seen_at
from state.identity import SourcedId, form_id, pupil_id, staff_id, subject_id
from state.register import EPOCH, CellKind, Page, RegisterCell, unpack
from state.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable

IS_FULL = bool(os.environ.get("SVERKA_FULL"))
MOMENTS = 10_000 if IS_FULL else 300
ON_POSTGRES = 1_000 if IS_FULL else 60
SEEDS = range(5 if IS_FULL else 2)
FIRST, LAST = date(2026, 9, 1), date(2026, 10, 25)
FORM, OTHER = form_id(2026, "7Б"), form_id(2026, "7В")
SUBJECTS = tuple(map(subject_id, ("Алгебра", "Физика")))
PUPILS = tuple(pupil_id(f"Б-{number}") for number in range(12))
TEACHERS = tuple(map(staff_id, ("Образцова Анна Ивановна", "Примеров Пётр Олегович")))
MARKS = ("2", "3", "4", "5", "4 5", "н", "н 4", "осв")

Place = tuple[Page, date, int, CellKind, SourcedId | None]
Content = dict[Place, RegisterCell]


class Diary:
    """What the diary shows now; each edit is one thing somebody does there."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.cells: Content = {}
        for group in (FORM, OTHER):
            for pupil in chance.sample(PUPILS, 8):
                self._put(group, "", EPOCH, 0, CellKind.MEMBER, pupil, "1")
        for _lesson in range(20):
            self.give_lesson()

    def edit(self, now: datetime) -> None:
        acts = (
            (self.set_mark, 8),
            (self.delete, 3),
            (self.enter_anew, 2),
            (self.give_lesson, 2),
            (self.move_lesson, 1),
            (self.change_list, 1),
            (self.set_final, 1),
        )
        act = self.chance.choices([one for one, _weight in acts], [weight for _one, weight in acts])[0]
        if act in (self.set_mark, self.enter_anew, self.set_final):
            act(now)  # type: ignore[operator]
        else:
            act()  # type: ignore[operator]

    def set_mark(self, now: datetime) -> None:
        """Sets or changes a mark of any lesson, so of a day long gone as well."""
        lesson = self._any(CellKind.LESSON)
        if lesson:
            page, day, nth, _kind, _person = lesson
            pupil, text = self.chance.choice(PUPILS), self.chance.choice(MARKS)
            raw = text.replace(" ", "/") if self.chance.random() < 0.3 else ""
            told = now if self.chance.random() < 0.8 else None
            self._put(page.group, page.subject, day, nth, CellKind.MARKS, pupil, text, raw=raw, set_at=told)

    def delete(self) -> None:
        place = self._any(self.chance.choice((CellKind.MARKS, CellKind.TOPIC, CellKind.FINAL)))
        if place:
            del self.cells[place]

    def enter_anew(self, now: datetime) -> None:
        """The same mark by another hand at another moment."""
        place = self._any(CellKind.MARKS)
        if place:
            page, day, nth, kind, person = place
            held = self.cells[place]
            author = self.chance.choice(TEACHERS)
            self._put(page.group, page.subject, day, nth, kind, person, held.value, set_at=now, author=author)

    def give_lesson(self) -> None:
        group, subject = self.chance.choice((FORM, OTHER)), self.chance.choice(SUBJECTS)
        day = FIRST + timedelta(days=self.chance.randrange((LAST - FIRST).days + 1))
        nth = self.chance.randint(1, 2)
        lesson = f"{self.chance.randint(1, 7)}|{self.chance.choice(TEACHERS)}"
        self._put(group, subject, day, nth, CellKind.LESSON, None, lesson)
        self._put(group, subject, day, nth, CellKind.TOPIC, None, f"Тема {self.chance.randrange(99)}")

    def move_lesson(self) -> None:
        """Everything of a lesson stands under another day; what stood there is gone."""
        lesson = self._any(CellKind.LESSON)
        if lesson:
            page, day, nth, *_ = lesson
            target = FIRST + timedelta(days=self.chance.randrange((LAST - FIRST).days + 1))
            taken = {place: cell for place, cell in self.cells.items() if place[:3] == (page, day, nth)}
            self.cells = {
                place: cell
                for place, cell in self.cells.items()
                if place[:3] not in ((page, day, nth), (page, target, nth))
            }
            for place, cell in taken.items():
                self._put(page.group, page.subject, target, nth, place[3], place[4], cell.value, set_at=cell.set_at)

    def change_list(self) -> None:
        """A pupil leaves with or without the marks, or joins."""
        group, pupil = self.chance.choice((FORM, OTHER)), self.chance.choice(PUPILS)
        listed = (Page(group=group, subject=SourcedId("")), EPOCH, 0, CellKind.MEMBER, pupil)
        if listed not in self.cells:
            self._put(group, "", EPOCH, 0, CellKind.MEMBER, pupil, "1")
            return
        keeps_marks = self.chance.random() < 0.5
        gone = {place for place in self.cells if place[0].group == group and place[4] == pupil and not keeps_marks}
        self.cells = {place: cell for place, cell in self.cells.items() if place not in gone | {listed}}

    def set_final(self, now: datetime) -> None:
        group, subject = self.chance.choice((FORM, OTHER)), self.chance.choice(SUBJECTS)
        pupil, mark = self.chance.choice(PUPILS), self.chance.choice("2345")
        self._put(group, subject, LAST, 0, CellKind.FINAL, pupil, mark, set_at=now)

    def _any(self, kind: CellKind) -> Place | None:
        places = [place for place in self.cells if place[3] is kind]
        return self.chance.choice(places) if places else None

    def _put(
        self, group: SourcedId, subject: str, day: date, nth: int, kind: CellKind, person: SourcedId | None, value: str,
        *, raw: str = "", set_at: datetime | None = None, author: str = "",
    ) -> None:  # fmt: skip
        page = Page(group=group, subject=SourcedId(subject))
        self.cells[page, day, nth, kind, person] = RegisterCell(
            page=page, day=day, nth=nth, kind=kind, person=person, value=value, raw=raw, set_at=set_at, author=author
        )


def covered(cells: Content, groups: Iterable[SourcedId], starts: date, ends: date) -> Content:
    """What a pull of these groups and days shows."""
    always, asked = (CellKind.FINAL, CellKind.MEMBER), set(groups)
    return {
        place: cell
        for place, cell in cells.items()
        if place[0].group in asked and (place[3] in always or starts <= place[1] <= ends)
    }


class Told:
    """The same story twice: in the ledger, and as whole copies of what it must hold after each pull."""

    def __init__(self, url: str, seed: int, pulls: int) -> None:
        chance = random.Random(seed)
        self.clock = Clock()
        self.store = Store.open(url, f"school-{seed}", self.clock)
        self.kept: list[tuple[datetime, Content]] = [(START - timedelta(days=1), {})]
        diary = Diary(chance)
        for _pull in range(pulls):
            for _edit in range(chance.randrange(12)):
                self.clock.pass_time(seconds=chance.randrange(1, 4_000_000) / 1_000)
                diary.edit(self.clock())
            self.clock.pass_time(microseconds=chance.choice((0, 1, 60_000_000)))
            self._pull(diary, chance)

    def _pull(self, diary: Diary, chance: random.Random) -> None:
        groups = chance.choice(((FORM, OTHER), (FORM, OTHER), (FORM,)))
        starts, ends = FIRST, LAST
        if chance.random() < 0.4:
            starts = FIRST + timedelta(days=chance.randrange(40))
            ends = starts + timedelta(days=chance.randrange(14))
        seen = covered(diary.cells, groups, starts, ends)
        cells = list(seen.values())
        chance.shuffle(cells)
        with self.store.begin() as work:
            work.absorb(f"pull-{len(self.kept)}", cells, groups, starts, ends)
            work.commit()
        before = self.kept[-1][1]
        stays = {place: cell for place, cell in before.items() if place not in covered(before, groups, starts, ends)}
        self.kept.append((self.clock(), stays | seen))
        self._look(chance)

    def _look(self, chance: random.Random) -> None:
        """The quick way to whole pages shows what the entries show, whenever it was asked before."""
        with self.store.begin() as work:
            known = sorted(work.pages())
            pages = chance.sample(known, chance.randrange(len(known) + 1))
            now, entries = work.register_now(pages), work.register_frame(None, sorted(pages))
            assert now.equals(entries.select(now.columns))
            work.commit()

    def expected(self, at: datetime) -> Content:
        return next(content for moment, content in reversed(self.kept) if moment <= at)

    def replayed(self, at: datetime | None) -> Content:
        with self.store.begin() as work:
            pages, people, frame = work.pages(), work.persons(), work.register_frame(at)
        found: Content = {}
        for key, value, raw, author, set_at, _remote in frame.iter_rows():
            number, day, nth, kind, person = unpack(key)
            who = people[person] if person else None
            found[pages[number], day, nth, kind, who] = RegisterCell(
                page=pages[number], day=day, nth=nth, kind=kind, person=who, value=value, raw=raw, author=author,
                set_at=set_at,
            )  # fmt: skip
        return found

    def moments(self, chance: random.Random, count: int) -> Iterable[datetime]:
        """Anywhere between the first edit and now, and at, just before and just after pulls."""
        span = (self.clock() - START) // timedelta(microseconds=1)
        for _moment in range(count):
            if chance.random() < 0.3:
                yield chance.choice(self.kept[1:])[0] + timedelta(microseconds=chance.choice((-1, 0, 1)))
            else:
                yield START + timedelta(microseconds=chance.randrange(span))


@pytest.mark.parametrize("seed", SEEDS)
def test_any_moment_is_what_the_last_pull_before_it_saw(sqlite_url: str, seed: int) -> None:
    """Value, raw text, author and moment of every cell, and no cell besides."""
    agree(sqlite_url, seed, pulls=60, moments=MOMENTS // len(SEEDS))


@pytest.mark.postgres
def test_any_moment_on_postgres(postgres_url: str) -> None:
    """The same on the other engine."""
    agree(postgres_url, seed=99, pulls=25, moments=ON_POSTGRES)


def agree(url: str, seed: int, *, pulls: int, moments: int) -> None:
    told = Told(url, seed, pulls)
    assert told.replayed(None) == told.kept[-1][1]
    for at in told.moments(random.Random(seed), moments):
        assert told.replayed(at) == told.expected(at), at
    for at in told.moments(random.Random(seed), 20):
        with told.store.begin() as work:
            entries, then = work.entries_frame(work.pages()), work.register_frame(at)
        assert seen_at(entries, at).select(then.columns).equals(then), at
