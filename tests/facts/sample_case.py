"""A school of one form, ten days and two subjects, kept on paper and in the diary: what samples are drawn from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from connectors.paper.sample_list import What, write_sample_list
from gateway.register.sample_check import SampleStatus, status
from gateway.register.sample_draw import Aim, draw
from gateway.register.sample_frame import SampleScope
from gateway.register.sample_sheet import Entered, drawn_units, enter, sheet_digest
from gateway.register.sample_units import UnitKind
from gateway.reports.directory import directory
from gateway.reports.sample_sheet import heading, sample_lines
from state.identity import (
    SourcedId,
    calendar_id,
    form_id,
    lesson_id,
    membership_id,
    period_id,
    pupil_id,
    staff_id,
    subject_id,
)
from state.records import Consent, Form, Lesson, Membership, PersonName, Pupil, RecordType, Subject
from state.register import EPOCH, CellKind, Page, RegisterCell
from state.snapshot import Scope, Snapshot
from state.store import Store, migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from connectors.paper.sample_list import SampleLine
    from state.samples import SampleDraw

FORM = form_id(2026, "7Б")
ALGEBRA, PHYSICS = subject_id("Алгебра"), subject_id("Физика")
LIST = Page(group=FORM, subject=SourcedId(""))
PUPILS = tuple(pupil_id(f"Б-{number}") for number in range(1, 7))
NAMES = ("Волкова Анна", "Зуев Пётр", "Ким Яна", "Лунин Олег", "Мохов Илья", "Носова Вера")
TEACHERS = {ALGEBRA: staff_id("Образцова Анна Ивановна"), PHYSICS: staff_id("Примеров Борис Петрович")}
PERIOD = period_id(calendar_id(2026, "quarter"), 1)
STARTS, UNTIL = date(2026, 9, 1), date(2026, 9, 14)
DAYS = tuple(STARTS + timedelta(days=number) for number in range(10))
ZONE = ZoneInfo("Europe/Moscow")
DEPUTY = "Завуч А.А."
CELL_PARTS = 3
"""Slashes in the name of a cell."""

Truth = dict[tuple[SourcedId, date, SourcedId], str]
"""(subject, day, pupil) → mark."""


def truth() -> Truth:
    """Every third cell has a mark, some pupils are absent."""
    cells = [(subject, day, pupil) for subject in (ALGEBRA, PHYSICS) for day in DAYS for pupil in PUPILS]
    signs = ("5", "", "", "н", "", "4", "", "")
    return {cell: signs[index % len(signs)] for index, cell in enumerate(cells) if signs[index % len(signs)]}


def seat(pupil: SourcedId, **days: date | None) -> Membership:
    return Membership(sourced_id=membership_id(pupil, FORM), person=pupil, group=FORM, **days)


def taught(subject: SourcedId, day: date, number: int = 1) -> Lesson:
    return Lesson(
        sourced_id=lesson_id(FORM, day, number, subject, 1),
        group=FORM,
        subject=subject,
        day=day,
        number=number,
        teachers=(TEACHERS[subject],),
    )


def side(cells: Mapping[tuple[SourcedId, date, SourcedId], str], **more: Any) -> list[RegisterCell]:
    """Both subjects' lessons of the ten days with these marks, as the diary shows them."""

    def cell(subject: SourcedId, day: date, kind: CellKind, person: SourcedId | None, value: str) -> RegisterCell:
        page = Page(group=FORM, subject=subject)
        extra = more if kind is CellKind.MARKS else {}
        return RegisterCell(page=page, day=day, nth=1, kind=kind, person=person, value=value, **extra)

    found = [
        cell(subject, day, kind, None, value)
        for subject in (ALGEBRA, PHYSICS)
        for day in DAYS
        for kind, value in ((CellKind.LESSON, f"1|{TEACHERS[subject]}"), (CellKind.TOPIC, f"Тема {day.day}"))
    ]
    found += [cell(subject, day, CellKind.MARKS, pupil, mark) for (subject, day, pupil), mark in cells.items()]
    return found + members(PUPILS)


def members(people: tuple[SourcedId, ...]) -> list[RegisterCell]:
    return [
        RegisterCell(page=LIST, day=EPOCH, nth=0, kind=CellKind.MEMBER, person=person, value="1") for person in people
    ]


class SampleSchool:
    """Both registers say the same until a test says otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'school.db'}"
        migrate(self.url)
        self.now = datetime(2026, 9, 15, 6, tzinfo=UTC)
        self.store = Store.open(self.url, "demo", lambda: self.now)
        self.lessons = [taught(subject, day) for subject in (ALGEBRA, PHYSICS) for day in DAYS]
        self.seats = [seat(pupil) for pupil in PUPILS]
        self.consenting = list(PUPILS)
        self.paper = truth()

    def pull(self, cells: list[RegisterCell]) -> None:
        self.now += timedelta(hours=1)
        with self.store.begin() as work:
            run = work.start_run("pull")
            work.absorb(run, cells, [FORM], date(2026, 9, 1), date(2026, 12, 30))
            work.end_run(run, {})
            work.commit()
        self.now += timedelta(hours=1)

    def scope(self, kind: UnitKind = UnitKind.CELL) -> SampleScope:
        names = (name.split(" ") for name in NAMES)
        pupils = tuple(
            Pupil(sourced_id=pupil, name=PersonName(family=name[0], given=name[1]), personal_file="x")
            for pupil, name in zip(PUPILS, names, strict=True)
        )
        subjects = tuple(
            Subject(sourced_id=one, name=name) for one, name in ((ALGEBRA, "Алгебра"), (PHYSICS, "Физика"))
        )
        records: dict[RecordType, tuple[Any, ...]] = {
            RecordType.SUBJECT: subjects,
            RecordType.PUPIL: pupils,
            RecordType.FORM: (Form(sourced_id=FORM, name="7Б", grade=7),),
            RecordType.MEMBERSHIP: tuple(self.seats),
            RecordType.LESSON: tuple(self.lessons),
        }
        days = Scope(school_year=2026, lessons_from=STARTS, lessons_to=UNTIL)
        consents = [Consent(subject=person, given=date(2026, 8, 20)) for person in self.consenting]
        return SampleScope(
            period=PERIOD,
            starts=STARTS,
            until=UNTIL,
            kind=kind,
            local=Snapshot(scope=days, records=records),
            consents=consents,
            zone=ZONE,
        )

    def draw(
        self, count: int = 40, kind: UnitKind = UnitKind.CELL, *, seed: str = "снег 15.09", **more: Any
    ) -> SampleDraw:
        return draw(
            self.store, self.scope(kind), Aim(count=count, risk=more.pop("risk", 0)), seed=seed, who=DEPUTY, **more
        )

    def lines(self, made: SampleDraw) -> tuple[SampleLine, ...]:
        scope = self.scope(UnitKind(made.unit))
        return sample_lines(drawn_units(self.store, scope, made), directory(scope.local, {}))

    def type_over(self, made: SampleDraw, answer: Callable[[SampleLine], str] | None = None) -> Path:
        """The workbook as an honest typist fills it in from paper, or as `answer` does."""
        lines = self.lines(made)
        answers = {index: (answer or self.on_paper)(line) for index, line in enumerate(lines)}
        path = self.folder / f"sample-{made.number}.xlsx"
        lessons = made.unit == UnitKind.LESSON
        write_sample_list(
            lines,
            path,
            draw=made.number,
            digest=sheet_digest(made),
            heading=heading(made.number, lessons=lessons),
            answers=answers,
        )
        return path

    def on_paper(self, line: SampleLine) -> str:
        subject = ALGEBRA if line.page.endswith("Алгебра") else PHYSICS
        match line.what:
            case What.LESSON:
                return "да" if line.day in DAYS else "нет"
            case What.TOPIC:
                return f"Тема {line.day.day}" if line.day in DAYS else ""
            case What.MARK:
                pupil = PUPILS[NAMES.index(line.asks)]
                blank = "-" if line.unit.count("/") == CELL_PARTS else ""
                return self.paper.get((subject, line.day, pupil), blank)
            case _:
                return ""

    def enter(self, path: Path) -> Entered:
        return enter(self.store, path, who="Переписчик Б.Б.")

    def status(self, made: SampleDraw) -> SampleStatus:
        return status(self.store, self.scope(UnitKind(made.unit)), made.number)

    def sampled(self, count: int = 40, kind: UnitKind = UnitKind.CELL) -> SampleStatus:
        """Drawn, typed over and judged."""
        made = self.draw(count, kind)
        self.enter(self.type_over(made))
        return self.status(made)
