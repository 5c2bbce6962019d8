"""What any Target keeps, tried on the hosted diary's adapter against the emulated diary over real HTTP."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

import pytest

from connectors.dnevnik.hosts import import_service_url
from connectors.dnevnik.imports import ImportService
from connectors.dnevnik.rest import DnevnikClient
from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.server import RunningSandbox
from connectors.transport.client import Transport
from connectors.transport.secret import Secret
from gateway.adapters.dnevnik import DnevnikRegister, DnevnikTarget, school_guid
from gateway.ports import PersonQuery, RegisterWindow
from gateway.sync.values import Action, Done, Refused, Route, Step
from mappings.vocabulary import canonical
from state.identity import RemoteId, SourcedId, form_id, membership_id, pupil_id, staff_id, subgroup_id
from state.records import PersonName, RecordType
from state.register import EPOCH, CellKind
from state.snapshot import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from connectors.dnevnik import wire

KEY, YEAR = "school-1", 2026
SCOPE = Scope(school_year=YEAR, lessons_from=date(2026, 9, 1), lessons_to=date(2026, 10, 20))
FORM_A, FORM_B = form_id(YEAR, "7А"), form_id(YEAR, "7Б")
HALF = subgroup_id(FORM_A, "1", "1 группа")
SUBJECT, CALENDAR, PERIOD, BELLS = map(SourcedId, ("subject:алгебра", "calendar:2026:quarter", "period:1", "bells:1"))
PUPIL, TEACHER = pupil_id("Л-1"), staff_id("Орлова Анна Павловна")
PUPIL_NAME = {"family": "Королёв", "given": "Пётр", "patronymic": "Ильич"}
TEACHER_NAME = {"family": "Орлова", "given": "Анна", "patronymic": "Павловна"}


class School:
    """A school working on its diary: performs steps and remembers the diary's ids as the links would."""

    def __init__(self, sandbox: RunningSandbox, folder: Path) -> None:
        self.control = SandboxControl(sandbox.root)
        info = self.control.info()
        self.control.set_school(KEY, "Школа № 1", school_guid(KEY))
        self.transport = Transport(sandbox.base_url, Secret(info["tokens"]["admin"]))
        self.client = DnevnikClient(self.transport)
        imports = ImportService(self.transport, import_service_url(sandbox.base_url), school_guid(KEY))
        self.target = DnevnikTarget(
            self.client,
            imports,
            profile="dnevnik-import-service",
            school=info["school_id"],
            school_key=KEY,
            school_year=YEAR,
        )
        self.register = DnevnikRegister(self.client, school=info["school_id"])
        self.refs: dict[SourcedId, RemoteId] = {}
        self.folder = folder

    def step(self, action: Action, kind: RecordType, sourced_id: SourcedId, **fields: Any) -> Step:
        return Step(
            step_id=f"0001-{action}",
            action=action,
            record_type=kind,
            sourced_id=sourced_id,
            route=Route.IMPORT_SERVICE,
            reason="new",
            remote_id=self.refs.get(sourced_id),
            **fields,
        )

    def create(self, kind: RecordType, sourced_id: SourcedId, /, **after: Any) -> RemoteId:
        outcome = self.target.perform(self.step(Action.CREATE, kind, sourced_id, after=after), self.refs)
        assert isinstance(outcome, Done), outcome
        assert outcome.remote_id is not None
        self.refs[sourced_id] = outcome.remote_id
        return outcome.remote_id

    def enter(self, kind: RecordType, sourced_id: SourcedId, /, **after: Any) -> dict[str, Any]:
        """The administrator uploads a workbook with this one person."""
        step = dataclasses.replace(self.step(Action.CREATE, kind, sourced_id, after=after), route=Route.FILE)
        path = self.folder / "people.xlsx"
        self.target.write_person_file([step], path, self.refs)
        return self.control.upload_persons(path.read_bytes())

    def find(self, kind: RecordType, sourced_id: SourcedId, name: dict[str, str], **more: Any) -> RemoteId:
        query = PersonQuery(sourced_id=sourced_id, record_type=kind, name=PersonName(**name), **more)
        (match,) = self.target.find_persons([query])[sourced_id]
        self.refs[sourced_id] = match.remote_id
        return match.remote_id

    def furnish(self) -> None:
        """Calendar, bells, subject, two forms, a subgroup, a teacher and a pupil in 7А."""
        self.create(RecordType.CALENDAR, CALENDAR, name="Четверти", kind="quarter", school_year=YEAR)
        days = {"starts": "2026-09-01", "ends": "2026-10-25"}
        self.create(RecordType.GRADING_PERIOD, PERIOD, calendar=CALENDAR, name="1 четверть", number=1, **days)
        bells = [{"number": 1, "starts": "08:30:00", "ends": "09:15:00"}]
        self.create(RecordType.BELL_SCHEDULE, BELLS, name="Первая смена", bells=bells)
        self.create(RecordType.SUBJECT, SUBJECT, name="Алгебра", area="")
        for form, name in ((FORM_A, "7А"), (FORM_B, "7Б")):
            self.create(RecordType.FORM, form, name=name, grade=7, calendar=CALENDAR, bells=BELLS)
        self.create(RecordType.SUBGROUP, HALF, name="1 группа", form=FORM_A, division="1")
        self.enter(RecordType.STAFF, TEACHER, name=TEACHER_NAME)
        self.enter(RecordType.PUPIL, PUPIL, name=PUPIL_NAME, birth_date="2013-05-04", sex="male")
        self.find(RecordType.STAFF, TEACHER, TEACHER_NAME)
        self.find(RecordType.PUPIL, PUPIL, PUPIL_NAME, birth_date=date(2013, 5, 4))
        self.join(FORM_A)

    def join(self, form: SourcedId) -> None:
        self.create(RecordType.MEMBERSHIP, membership_id(PUPIL, form), person=PUPIL, group=form)

    def lesson(self, day: str, number: int, group: SourcedId = FORM_A) -> SourcedId:
        sourced_id = SourcedId(f"lesson:{group}|{day}|{number}")
        fields = {"group": group, "subject": SUBJECT, "day": day, "number": number, "teachers": [TEACHER]}
        self.create(RecordType.LESSON, sourced_id, **fields)
        return sourced_id

    def autumn(self) -> list[SourcedId]:
        """One lesson of 7А on every working day of September."""
        days = (date(2026, 9, day) for day in range(1, 31))
        return [self.lesson(day.isoformat(), 2) for day in days if day.isoweekday() < 6]

    def window(self, starts: date, ends: date) -> RegisterWindow:
        return RegisterWindow(
            starts=starts,
            ends=ends,
            groups={self.refs[key]: key for key in (FORM_A, FORM_B, HALF)},
            subjects={self.refs[SUBJECT]: SUBJECT},
            persons={self.refs[key]: key for key in (PUPIL, TEACHER)},
            lessons={},
            timezone="Europe/Moscow",
        )

    def seen(self, kind: RecordType) -> dict[RemoteId, Any]:
        return {row.remote_id: row.record for row in self.target.snapshot(SCOPE).of(kind)}


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with RunningSandbox() as sandbox:
        one = School(sandbox, tmp_path)
        with one.transport, one.control:
            one.furnish()
            yield one


def test_what_was_created_is_in_the_next_snapshot_under_the_returned_id(school: School) -> None:
    """Every write is verified by reading back: ids and carried fields come back as written."""
    lesson = school.refs[school.lesson("2026-09-01", 1)]
    snapshot = school.target.snapshot(SCOPE)
    found = {(kind, row.remote_id): row.record for kind in RecordType for row in snapshot.of(kind)}
    refs = school.refs
    form = found[RecordType.FORM, refs[FORM_A]]
    assert (form.name, form.grade, form.calendar, form.bells) == ("7А", 7, refs[CALENDAR], refs[BELLS])
    assert found[RecordType.SUBGROUP, refs[HALF]].form == refs[FORM_A]
    assert found[RecordType.SUBGROUP, refs[HALF]].division == "1"
    assert found[RecordType.SUBJECT, refs[SUBJECT]].name == "Алгебра"
    assert found[RecordType.CALENDAR, refs[CALENDAR]].name == "Четверти"
    assert found[RecordType.GRADING_PERIOD, refs[PERIOD]].ends == date(2026, 10, 25)
    assert [bell.number for bell in found[RecordType.BELL_SCHEDULE, refs[BELLS]].bells] == [1]
    member = found[RecordType.MEMBERSHIP, refs[membership_id(PUPIL, FORM_A)]]
    assert (member.person, member.group) == (refs[PUPIL], refs[FORM_A])
    assert found[RecordType.PUPIL, refs[PUPIL]].name == PersonName(**PUPIL_NAME)
    placed = found[RecordType.LESSON, lesson]
    assert (placed.group, placed.subject, placed.number) == (refs[FORM_A], refs[SUBJECT], 1)
    assert placed.teachers == (refs[TEACHER],)


def test_a_snapshot_of_unchanged_things_has_an_unchanged_digest(school: School) -> None:
    """The basis of a plan does not depend on the order in which threads read."""
    school.lesson("2026-09-01", 1)
    assert school.target.snapshot(SCOPE).digest == school.target.snapshot(SCOPE).digest


def test_lessons_of_a_scope_longer_than_one_window_are_read_once(school: School) -> None:
    """Windows of thirty days meet without a gap and without a lesson read twice."""
    days = ("2026-09-01", "2026-09-30", "2026-10-01", "2026-10-20")
    wanted = sorted(school.refs[school.lesson(day, 2)] for day in days)
    rows = school.target.snapshot(SCOPE).of(RecordType.LESSON)
    assert sorted(row.remote_id for row in rows) == wanted


def test_a_pupil_is_found_whatever_the_letter_yo_is_written_as(school: School) -> None:
    """«Королев Петр» in the files and «Королёв Пётр» in the diary are one person, and so the other way round."""
    spelt = {"family": "Королев", "given": "Петр", "patronymic": "Ильич"}
    assert school.find(RecordType.PUPIL, SourcedId("pupil:x"), spelt, birth_date=date(2013, 5, 4)) == school.refs[PUPIL]


def test_a_namesake_with_another_birth_date_is_nobody(school: School) -> None:
    """A search answers all questions asked, the birth date among them."""
    query = PersonQuery(
        sourced_id=SourcedId("pupil:x"),
        record_type=RecordType.PUPIL,
        name=PersonName(**PUPIL_NAME),
        birth_date=date(2012, 1, 1),
    )
    assert school.target.find_persons([query]) == {SourcedId("pupil:x"): ()}


def test_a_guardian_is_looked_for_among_the_pupils_relatives_only(school: School) -> None:
    """The guardian's id names the pupil too: one human may stand behind several guardians."""
    mother = {"family": "Королёва", "given": "Инна", "patronymic": "Львовна"}
    guardian = SourcedId("guardian:л-1:королёва инна львовна")
    school.enter(RecordType.GUARDIAN, guardian, pupil=PUPIL, name=mother, kinship="мать", phone="+79000000000")
    account = next(row.user_id for row in school.target.snapshot(SCOPE).of(RecordType.PUPIL))
    pupil = school.refs[PUPIL]
    found = school.find(RecordType.GUARDIAN, guardian, mother, pupil=pupil, pupil_user_id=account)
    assert found.endswith(f"@{pupil}")
    record = school.seen(RecordType.GUARDIAN)[found]
    assert (record.pupil, record.kinship, record.name.given) == (pupil, "мать", "Инна")


def test_a_move_leaves_the_pupil_in_the_new_form_alone(school: School) -> None:
    """One step: joined there, left here, and the outcome names the new membership."""
    old, new = membership_id(PUPIL, FORM_A), membership_id(PUPIL, FORM_B)
    fields = {"before": {"person": PUPIL, "group": FORM_A}, "after": {"person": PUPIL, "group": FORM_B}}
    step = dataclasses.replace(
        school.step(Action.MOVE, RecordType.MEMBERSHIP, new, **fields), remote_id=school.refs[old]
    )
    outcome = school.target.perform(step, school.refs)
    assert outcome == Done(remote_id=RemoteId(f"{school.refs[PUPIL]}@{school.refs[FORM_B]}"))
    assert [row.group for row in school.seen(RecordType.MEMBERSHIP).values()] == [school.refs[FORM_B]]
    assert school.target.perform(step, school.refs) == outcome


def test_a_suspended_pupil_stays_in_the_diary(school: School) -> None:
    """A membership ends; the person is still shown, so that nobody creates them again."""
    member = membership_id(PUPIL, FORM_A)
    step = school.step(Action.SUSPEND, RecordType.MEMBERSHIP, member, before={"person": PUPIL, "group": FORM_A})
    assert isinstance(school.target.perform(step, school.refs), Done)
    assert not school.seen(RecordType.MEMBERSHIP)
    assert school.refs[PUPIL] in school.seen(RecordType.PUPIL)


def test_a_lesson_is_restaffed_and_moved_in_place(school: School) -> None:
    """An update keeps the lesson's id, and with it whatever teachers wrote on it."""
    lesson = school.lesson("2026-09-01", 1)
    after = {
        "group": FORM_A,
        "subject": SUBJECT,
        "day": "2026-09-02",
        "number": 3,
        "lead_teacher": None,
        "teachers": [],
    }
    step = school.step(Action.UPDATE, RecordType.LESSON, lesson, after=after)
    assert school.target.perform(step, school.refs) == Done(remote_id=school.refs[lesson])
    seen = school.seen(RecordType.LESSON)[school.refs[lesson]]
    assert (seen.day, seen.number, seen.teachers) == (date(2026, 9, 2), 3, ())


def test_a_subject_renamed_keeps_its_knowledge_area(school: School) -> None:
    """The service takes no change of a name alone: what we do not record is sent back as it was."""
    first = school.create(RecordType.SUBJECT, SourcedId("subject:x"), name="Физика", area="NaturalScience")
    step = school.step(
        Action.UPDATE, RecordType.SUBJECT, SourcedId("subject:x"), after={"name": "Физика 7", "area": ""}
    )
    assert isinstance(school.target.perform(step, school.refs), Done)
    record = school.seen(RecordType.SUBJECT)[first]
    assert (record.name, record.area) == ("Физика 7", "NaturalScience")


def test_a_lesson_with_entries_is_not_deleted(school: School) -> None:
    """The service would delete the marks with the lesson: we look first."""
    lessons = {school.refs[one]: one for one in school.autumn()}
    bare = school.lesson("2026-10-20", 1)
    school.control.play("2026-09-01", "2026-09-30")
    used = next(key for key in lessons if school.client.lesson_marks(key))
    absent = next(key for key in lessons if not school.client.lesson_marks(key) and school.client.log_entries([key]))
    outcomes = [
        school.target.perform(school.step(Action.DELETE, RecordType.LESSON, one, before={}), school.refs)
        for one in (lessons[used], lessons[absent], bare)
    ]
    assert outcomes == [Refused(code="marks_present"), Refused(code="marks_present"), Done(remote_id=school.refs[bare])]
    assert set(school.seen(RecordType.LESSON)) == set(lessons)


def test_a_form_with_lessons_is_not_deleted(school: School) -> None:
    """A form takes its lessons and its subgroups' lessons along, so it goes only when there are none."""
    school.lesson("2026-09-01", 1, group=HALF)
    kept = school.target.perform(school.step(Action.DELETE, RecordType.FORM, FORM_A, before={}), school.refs)
    gone = school.target.perform(school.step(Action.DELETE, RecordType.FORM, FORM_B, before={}), school.refs)
    assert (kept, type(gone)) == (Refused(code="lessons_present"), Done)


def test_a_refusal_keeps_the_diarys_code(school: School) -> None:
    """A person without a GUID in the diary is refused by name of the reason, not by an exception."""
    fields = {"person": SourcedId("pupil:nobody"), "group": FORM_A}
    refs = {**school.refs, SourcedId("pupil:nobody"): RemoteId("1")}
    step = school.step(Action.CREATE, RecordType.MEMBERSHIP, SourcedId("member:x"), after=fields)
    outcome = school.target.perform(step, refs)
    assert isinstance(outcome, Refused)
    assert outcome.code == "unknownGuid"


def test_what_a_step_refers_to_must_be_in_the_diary(school: School) -> None:
    """A missing reference sends nothing."""
    before = school.client.requests
    fields = {"group": FORM_A, "subject": SourcedId("subject:none"), "day": "2026-09-01", "number": 1, "teachers": []}
    step = school.step(Action.CREATE, RecordType.LESSON, SourcedId("lesson:x"), after=fields)
    assert school.target.perform(step, school.refs) == Refused(code="missing_reference")
    assert school.client.requests == before


def test_a_membership_made_twice_is_done(school: School) -> None:
    """Whoever was put into the form meanwhile is in it: the wish is fulfilled."""
    school.join(FORM_A)


def test_progress_reaches_its_total(school: School) -> None:
    """The last thing progress says is that everything is done."""
    told: list[tuple[int, int]] = []
    school.target.snapshot(SCOPE, lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0


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
