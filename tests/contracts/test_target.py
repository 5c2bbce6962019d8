"""What any Target keeps, tried on the hosted diary's adapter against the emulated diary over real HTTP."""

from __future__ import annotations

import dataclasses
from datetime import date

from diary_school import (
    BELLS,
    CALENDAR,
    FORM_A,
    FORM_B,
    HALF,
    PERIOD,
    PUPIL,
    PUPIL_NAME,
    SCOPE,
    SUBJECT,
    TEACHER,
    School,
)

from gateway.ports import PersonQuery
from gateway.sync.values import Action, Done, Refused
from state.identity import RemoteId, SourcedId, membership_id
from state.records import PersonName, RecordType


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


def test_whoever_changed_the_family_name_is_among_the_answers(school: School) -> None:
    """Nobody bears the name: the given name and the birth date are asked alone, and count as confirmed."""
    query = PersonQuery(
        sourced_id=SourcedId("pupil:x"),
        record_type=RecordType.PUPIL,
        name=PersonName(family="Орлов", given=PUPIL_NAME["given"]),
        birth_date=date(2013, 5, 4),
    )
    (match,) = school.target.find_persons([query])[SourcedId("pupil:x")]
    assert (match.remote_id, match.name, match.sex) == (school.refs[PUPIL], PersonName(**PUPIL_NAME), "male")
    assert (match.birth_date, match.snils) == (date(2013, 5, 4), "")


def test_a_teacher_is_found_by_the_number_under_another_name(school: School) -> None:
    """The list of teachers shows no number, the search knows it."""
    number = "112-233-445 95"
    married = {"family": "Белова", "given": "Анна", "patronymic": "Олеговна"}
    school.enter(RecordType.STAFF, SourcedId("staff:белова"), name=married, snils=number)
    query = PersonQuery(
        sourced_id=SourcedId("staff:x"),
        record_type=RecordType.STAFF,
        name=PersonName(family="Громова", given="Анна", patronymic="Олеговна"),
        snils=number,
    )
    (match,) = school.target.find_persons([query])[SourcedId("staff:x")]
    assert (match.name, match.snils, match.birth_date) == (PersonName(**married), number, None)


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
