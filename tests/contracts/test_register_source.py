"""What any RegisterSource keeps, tried on the hosted diary's adapter against the emulated diary over real HTTP."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from diary_school import (
    FORM_A,
    FORM_B,
    HALF,
    PUPIL,
    TEACHER,
    School,
)

from connectors.dnevnik.rest import DnevnikClient
from gateway.adapters.dnevnik import DnevnikRegister
from gateway.sync.values import Action
from mappings.vocabulary import canonical
from state.identity import SourcedId
from state.records import RecordType
from state.register import EPOCH, CellKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.dnevnik import wire


def test_the_pulled_register_says_what_the_teachers_wrote_on_paper(school: School) -> None:
    """Marks, absences, topics, homework and period marks over two windows, with our own ids, each cell once."""
    school.autumn()
    school.lesson("2026-10-15", 1)
    school.control.play("2026-09-01", "2026-10-25")
    (page,) = school.control.paper([school.refs[FORM_A]])
    (batch,) = school.register.pull(school.window(date(2026, 9, 1), date(2026, 10, 25)))
    cells = {(cell.kind, cell.day, cell.nth): cell for cell in batch.cells if cell.page.group == FORM_A}
    assert len(cells) == len(batch.cells)
    assert sorted(batch.groups) == sorted((FORM_A, FORM_B, HALF))
    paper: dict[tuple[CellKind, date, int], str] = {}
    for column in page["columns"]:
        day, nth = date.fromisoformat(column["day"]), column["nth"]
        paper[CellKind.LESSON, day, nth] = f"{column['lesson_number']}|{TEACHER}"
        paper[CellKind.TOPIC, day, nth] = column["topic"]
        paper[CellKind.HOMEWORK, day, nth] = column["homework"]
    for cell in page["cells"]:
        paper[CellKind.MARKS, date.fromisoformat(cell["day"]), cell["nth"]] = canonical(cell["text"]).text
    for final in page["finals"]:
        paper[CellKind.FINAL, date(2026, 10, 25), 0] = canonical(final["text"]).text
    paper[CellKind.MEMBER, EPOCH, 0] = "1"
    assert {key: cell.value for key, cell in cells.items()} == {key: text for key, text in paper.items() if text}
    assert {CellKind.MARKS, CellKind.FINAL, CellKind.HOMEWORK, CellKind.TOPIC} <= {kind for kind, _, _ in cells}
    assert {cell.person for cell in batch.cells} == {None, PUPIL}
    assert all(cell.set_at and cell.set_at.tzinfo is UTC for cell in batch.cells if cell.kind is CellKind.MARKS)
    assert batch.strangers == {}


def test_a_person_without_a_link_is_a_stranger_with_a_name(school: School) -> None:
    """Somebody entered by hand is shown as «remote:<id>» and called what the diary calls them."""
    hand = school.control.add_person(school.refs[FORM_A], "Гостев", "Лев", "Ильич")["person_id"]
    day = date(2026, 9, 1)
    window = dataclasses.replace(school.window(day, day), groups={school.refs[FORM_A]: FORM_A})
    (batch,) = school.register.pull(window)
    assert batch.strangers == {SourcedId(f"remote:{hand}"): "Гостев Лев Ильич"}
    assert {cell.person for cell in batch.cells} == {PUPIL, SourcedId(f"remote:{hand}")}


def test_a_pull_makes_no_more_calls_than_it_must(school: School) -> None:
    """One list of pupils for all groups, a window of lessons and the finals for each, marks and attendance by lists."""
    lessons = school.autumn()
    school.control.play("2026-09-01", "2026-09-30")
    before = school.client.requests
    list(school.register.pull(school.window(date(2026, 9, 1), date(2026, 10, 25))))
    made = school.client.requests - before
    groups, windows, lists = 3, 2, 1
    assert 0 < len(lessons) <= 100
    assert made == school.register.minimum == lists + groups * windows + 2 + groups + 1  # the last: reporting periods


def test_a_group_that_is_gone_is_named_and_the_others_are_read(school: School) -> None:
    """What the diary no longer has says nothing: neither that marks vanished, nor that the pull failed."""
    school.lesson("2026-09-01", 1)
    school.target.perform(school.step(Action.DELETE, RecordType.FORM, FORM_B), school.refs)
    (batch,) = school.register.pull(school.window(date(2026, 9, 1), date(2026, 9, 1)))
    assert batch.gone == (FORM_B,)
    assert sorted(batch.groups) == sorted((FORM_A, HALF))
    assert any(cell.kind is CellKind.LESSON for cell in batch.cells)


class Snatched(DnevnikClient):
    """A client during whose reading somebody deletes a lesson: after its list, before its marks."""

    victim = ""
    snatch: Any = None

    def marks(self, lessons: Sequence[str]) -> tuple[wire.Mark, ...]:
        if self.victim in lessons:
            self.snatch(self.victim)
        return super().marks(lessons)


def test_a_lesson_that_disappears_while_it_is_read_is_simply_gone(school: School) -> None:
    """The batch is read again and tells the register as it is now."""
    kept, lost = school.lesson("2026-09-01", 1), school.lesson("2026-09-02", 1)
    client = Snatched(school.transport)
    client.victim = school.refs[lost]
    client.snatch = lambda _: school.target.perform(school.step(Action.DELETE, RecordType.LESSON, lost), school.refs)
    register = DnevnikRegister(client, school=school.control.info()["school_id"])
    (batch,) = register.pull(school.window(date(2026, 9, 1), date(2026, 9, 2)))
    assert [cell.remote_id for cell in batch.cells if cell.kind is CellKind.LESSON] == [school.refs[kept]]
