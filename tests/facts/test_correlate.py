"""Who is who between the two sides."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from mappings.correlate import correlate
from mappings.people.sides import PeopleMemory
from state.identity import (
    IdentityLink,
    RemoteId,
    SourcedId,
    form_id,
    guardian_id,
    lesson_id,
    membership_id,
    pupil_id,
    staff_id,
    subgroup_id,
    subject_id,
)
from state.records import (
    Form,
    Guardian,
    Lesson,
    Membership,
    PersonName,
    Pupil,
    Record,
    RecordType,
    Staff,
    Subgroup,
    Subject,
)
from state.snapshot import RemoteRecord, Scope, Snapshot

SCOPE = Scope(school_year=2026, lessons_from=date(2026, 9, 7), lessons_to=date(2026, 9, 13))
DAY = date(2026, 9, 8)
FORM = form_id(2026, "7Б")
MATHS = subject_id("Математика")
ANNA, BORIS, CLARA = staff_id("Анна А"), staff_id("Борис Б"), staff_id("Клара К")


def side(*records: Record) -> Snapshot[Record]:
    return Snapshot(scope=SCOPE, records=_by_type((kind_of(record), record) for record in records))


def diary(*rows: tuple[str, Record], complete: frozenset[RecordType] = frozenset(RecordType)) -> Snapshot[RemoteRecord]:
    seen = ((kind_of(record), RemoteRecord(remote_id=RemoteId(key), record=record)) for key, record in rows)
    return Snapshot(scope=SCOPE, records=_by_type(seen), complete=complete)


def _by_type(pairs):
    found: dict[RecordType, tuple] = {}
    for kind, item in pairs:
        found[kind] = (*found.get(kind, ()), item)
    return found


def kind_of(record: Record) -> RecordType:
    return RecordType(type(record).__name__.lower())


def link(kind: RecordType, sourced: str, remote: str) -> IdentityLink:
    return IdentityLink(
        record_type=kind, sourced_id=SourcedId(sourced), remote_id=RemoteId(remote), rule="x", evidence="", ours=False
    )


BORN = date(2013, 4, 5)
KIM = PersonName(family="Ким", given="Ян")
MOTHER = PersonName(family="Ли", given="Анна", patronymic="Юрьевна")


def candidate(key: str, name: PersonName = KIM, birth_date: date | None = BORN, snils: str = "") -> SimpleNamespace:
    return SimpleNamespace(
        remote_id=RemoteId(key), user_id=f"u{key}", name=name, birth_date=birth_date, snils=snils, sex=""
    )


def pairs(found) -> dict[str, str]:
    return {one.sourced_id: one.remote_id for one in found.links}


def subject(sourced: str, name: str) -> Subject:
    return Subject(sourced_id=SourcedId(sourced), name=name)


def pupil(file: str, name: PersonName = KIM, **facts: object) -> Pupil:
    facts = {"birth_date": BORN, **facts}
    return Pupil(sourced_id=pupil_id(file), name=name, personal_file=file, **facts)  # type: ignore[arg-type]


def lesson(sourced: str, teachers: tuple[str, ...], group: str = FORM, subject: str = MATHS) -> Lesson:
    return Lesson(
        sourced_id=SourcedId(sourced),
        group=SourcedId(group),
        subject=SourcedId(subject),
        day=DAY,
        number=2,
        teachers=tuple(map(SourcedId, teachers)),
    )


KNOWN = (
    link(RecordType.FORM, FORM, "f1"),
    link(RecordType.SUBJECT, MATHS, "s1"),
    link(RecordType.STAFF, ANNA, "a"),
    link(RecordType.STAFF, BORIS, "b"),
    link(RecordType.STAFF, CLARA, "c"),
)


def remote_lesson(key: str, *teachers: str) -> tuple[str, Lesson]:
    return key, lesson(key, teachers, group="f1", subject="s1")


def test_names_meet_whatever_their_spelling():
    """A subject is recognised across case, spaces and ё."""
    found = correlate(side(subject("subject:1", "Чёрчение")), diary(("9", subject("9", "ЧЕРЧЕНИЕ"))), (), {})
    assert pairs(found) == {"subject:1": "9"}


def test_a_recognised_object_is_not_ours():
    """A link by natural key may never lead to a deletion, and its evidence holds no name."""
    found = correlate(side(subject("subject:1", "Труд")), diary(("9", subject("9", "Труд"))), (), {})
    assert not found.links[0].ours
    assert found.links[0].rule == "subject-name"
    assert "труд" not in found.links[0].evidence.casefold()


def test_a_form_meets_across_spellings_of_its_name():
    """«7 "б"» of the diary is our «7Б»."""
    ours = Form(sourced_id=FORM, name="7Б", grade=7)
    theirs = Form(sourced_id=SourcedId("f1"), name='7 "б"', grade=7)
    assert pairs(correlate(side(ours), diary(("f1", theirs)), (), {})) == {FORM: "f1"}


def test_two_objects_under_one_name_are_nobodys():
    """Two subjects of one name: nothing is linked, a person decides."""
    found = correlate(
        side(subject("subject:1", "Труд")), diary(("8", subject("8", "Труд")), ("9", subject("9", "труд"))), (), {}
    )
    assert not found.links
    assert [(item.sourced_id, item.candidates) for item in found.ambiguous] == [("subject:1", 2)]


def test_what_is_linked_is_asked_no_more():
    """A linked record keeps its object even when another bears its name."""
    known = (link(RecordType.SUBJECT, "subject:1", "8"),)
    remote = diary(("8", subject("8", "Труд (старое)")), ("9", subject("9", "Труд")))
    assert not correlate(side(subject("subject:1", "Труд")), remote, known, {}).links


def test_a_vanished_object_is_recognised_anew():
    """When the linked object is certainly gone, one of the same name takes its place."""
    known = (link(RecordType.SUBJECT, "subject:1", "8"),)
    remote = diary(("9", subject("9", "Труд")))
    assert pairs(correlate(side(subject("subject:1", "Труд")), remote, known, {})) == {"subject:1": "9"}


def test_an_incomplete_reading_proves_no_vanishing():
    """The linked object may only be out of sight: the link stays."""
    known = (link(RecordType.SUBJECT, "subject:1", "8"),)
    remote = diary(("9", subject("9", "Труд")), complete=frozenset())
    assert not correlate(side(subject("subject:1", "Труд")), remote, known, {}).links


def test_a_subgroup_meets_by_division_and_name_else_by_name():
    """Equal names in two divisions stay apart; a diary without divisions is served by the name."""
    one, two = (
        Subgroup(sourced_id=subgroup_id(FORM, division, "Группа 1"), name="Группа 1", form=FORM, division=division)
        for division in ("1", "2")
    )
    third = Subgroup(sourced_id=subgroup_id(FORM, "3", "Юноши"), name="Юноши", form=FORM, division="3")
    remote = diary(
        ("x", Subgroup(sourced_id=SourcedId("x"), name="группа 1", form=SourcedId("f1"), division="2")),
        ("y", Subgroup(sourced_id=SourcedId("y"), name="Группа 1", form=SourcedId("f1"), division="1")),
        ("z", Subgroup(sourced_id=SourcedId("z"), name="Юноши", form=SourcedId("f1"))),
    )
    found = correlate(side(one, two, third), remote, KNOWN, {})
    assert pairs(found) == {one.sourced_id: "y", two.sourced_id: "x", third.sourced_id: "z"}


def test_a_single_candidate_is_the_person():
    """Exactly one of that name and birth date makes the link, with the rule, what agreed, and the account."""
    found = correlate(side(pupil("1")), diary(), (), {pupil_id("1"): [candidate("77")]})
    assert [(one.remote_id, one.rule, one.user_id) for one in found.links] == [("77", "name-birth", "u77")]
    assert found.links[0].evidence.startswith("family=same given=same birth_date=same personal_file=one_side#")


def test_a_name_alone_is_a_question():
    """Without a birth date the same name proves nobody: a person is asked, and is told what is known."""
    found = correlate(side(pupil("1")), diary(), (), {pupil_id("1"): [candidate("77", birth_date=None)]})
    assert not found.links
    (question,) = found.ambiguous
    assert (question.kind, question.people[0].remote_id, question.people[0].rule) == (
        "possible_match",
        "77",
        "name-alone",
    )
    assert question.people[0].plain()["likeness"][:2] == [["family", "same"], ["given", "same"]]


def test_somebody_like_ours_in_the_same_form_is_a_question():
    """Nobody answered under our spelling, and the diary's list of the form shows one with a slip in it."""
    ours = pupil("1", PersonName(family="Козлова", given="Ольга", patronymic="Ильинична"))
    group = Form(sourced_id=FORM, name="7Б", grade=7)
    seat = Membership(sourced_id=membership_id(pupil_id("1"), FORM), person=pupil_id("1"), group=FORM)
    theirs = Pupil(
        sourced_id=SourcedId("77"),
        name=PersonName(family="Козлва", given="Ольга", patronymic="Ильинична"),
        personal_file="",
    )
    remote = diary(
        ("77", theirs),
        ("f1", Form(sourced_id=SourcedId("f1"), name='7 "б"', grade=7)),
        ("77@f1", Membership(sourced_id=SourcedId("77@f1"), person=SourcedId("77"), group=SourcedId("f1"))),
    )
    (question,) = correlate(side(ours, group, seat), remote, (), {}).ambiguous
    assert (question.kind, question.people[0].rule, question.people[0].forms) == (
        "possible_match",
        "name-form",
        ("7Б",),
    )


def test_a_number_the_diary_confirmed_links():
    """Asked for the number alone, the diary named somebody of the same given name: the family name has changed."""
    married = PersonName(family="Пак", given="Анна", patronymic="Юрьевна")
    ours = Staff(sourced_id=ANNA, name=MOTHER, birth_date=BORN, snils="112-233-445 95")
    answer = candidate("77", married, snils="112-233-445 95")
    assert correlate(side(ours), diary(), (), {ANNA: [answer]}).links[0].rule == "snils"


def test_several_candidates_are_a_question():
    """Two people answer: nobody is linked."""
    found = correlate(side(pupil("1")), diary(), (), {pupil_id("1"): [candidate("77"), candidate("78")]})
    assert not found.links
    assert [(item.kind, item.candidates) for item in found.ambiguous] == [("ambiguous_match", 2)]


def test_one_candidate_for_two_namesakes_is_a_question():
    """Two pupils claim one person of the diary: neither gets him."""
    both = {pupil_id("1"): [candidate("77")], pupil_id("2"): [candidate("77")]}
    found = correlate(side(pupil("1"), pupil("2")), diary(), (), both)
    assert not found.links
    assert len(found.ambiguous) == 2


def test_a_linked_namesake_is_no_candidate():
    """The person already linked to another pupil is left out, so the second pupil is new."""
    known = (link(RecordType.PUPIL, pupil_id("1"), "77"),)
    found = correlate(side(pupil("1"), pupil("2")), diary(), known, {pupil_id("2"): [candidate("77")]})
    assert not found.links
    assert not found.ambiguous


def test_a_renumbered_file_is_a_question_not_a_second_person():
    """The candidate belongs to a pupil the files no longer hold: perhaps the same one under a new number."""
    known = (link(RecordType.PUPIL, pupil_id("old"), "77"),)
    found = correlate(side(pupil("1")), diary(), known, {pupil_id("1"): [candidate("77")]})
    assert not found.links
    (question,) = found.ambiguous
    assert (question.people[0].rule, question.people[0].holder) == ("left-and-came", pupil_id("old"))


def test_even_a_number_takes_nobody_away_from_another_record():
    """The number fits somebody who is linked to a record the files no longer hold: a person says that both are one."""
    ours = Staff(sourced_id=ANNA, name=MOTHER, birth_date=BORN, snils="112-233-445 95")
    known = (link(RecordType.STAFF, BORIS, "77"),)
    found = correlate(side(ours), diary(), known, {ANNA: [candidate("77", MOTHER, snils="112-233-445 95")]})
    assert not found.links
    (question,) = found.ambiguous
    assert (question.kind, question.people[0].rule, question.people[0].holder) == ("possible_match", "snils", BORIS)


def test_nobody_of_ours_who_may_not_be_named_is_a_candidate():
    """Whose consent is missing is not shown beside a namesake, though the files as they may travel do not hold them."""
    known = (link(RecordType.PUPIL, pupil_id("hidden"), "77"),)
    memory = PeopleMemory(hidden=frozenset({pupil_id("hidden")}))
    found = correlate(side(pupil("1")), diary(), known, {pupil_id("1"): [candidate("77")]}, memory)
    assert not found.ambiguous


def test_a_refused_candidate_is_asked_about_no_more():
    """A person has said that these are two: the pupil is new."""
    memory = PeopleMemory(refused=frozenset({("pupil", pupil_id("1"), RemoteId("77"))}))
    found = correlate(side(pupil("1")), diary(), (), {pupil_id("1"): [candidate("77")]}, memory)
    assert (found.links, found.ambiguous) == ((), ())


def test_whom_we_handed_over_is_recognised_without_a_birth_date():
    """Nobody bore that name before our workbook was uploaded, so whoever bears it now came from there."""
    memory = PeopleMemory(handed=frozenset({("pupil", pupil_id("1"))}))
    answers = {pupil_id("1"): [candidate("77", birth_date=None)]}
    found = correlate(side(pupil("1", birth_date=None)), diary(), (), answers, memory)
    assert [one.rule for one in found.links] == ["handed-over"]


def test_a_teacher_may_be_a_parent_too():
    """One person of the diary is linked as staff and as guardian, and as guardian of two pupils."""
    mother = [
        Guardian(sourced_id=guardian_id(pupil_id(file), MOTHER.full), pupil=pupil_id(file), name=MOTHER)
        for file in ("1", "2")
    ]
    teacher = Staff(sourced_id=ANNA, name=MOTHER, birth_date=BORN)
    answers = {one.sourced_id: [candidate("77", MOTHER)] for one in (*mother, teacher)}
    found = correlate(side(teacher, *mother), diary(), (), answers)
    assert {one.rule for one in found.links} == {"guardian-of-pupil", "name-birth"}
    assert [one.remote_id for one in found.links] == ["77"] * 3


def test_a_namesake_of_the_mother_stays_a_question():
    """Two guardians of one pupil under one name: which of them is ours, a person says."""
    mine = Guardian(sourced_id=SourcedId("g"), pupil=pupil_id("1"), name=MOTHER)
    answers = {SourcedId("g"): [candidate("9@77", MOTHER, None), candidate("8@77", MOTHER, None)]}
    assert not correlate(side(mine), diary(), (), answers).links


def test_a_guardian_is_looked_for_only_among_the_pupils_own():
    """The same name under another pupil is another person."""
    mine = Guardian(sourced_id=SourcedId("g"), pupil=pupil_id("1"), name=PersonName(family="Ким", given="Ева"))
    known = (link(RecordType.PUPIL, pupil_id("1"), "77"), link(RecordType.PUPIL, pupil_id("2"), "78"))
    other = Guardian(sourced_id=SourcedId("9@78"), pupil=SourcedId("78"), name=mine.name)
    own = Guardian(sourced_id=SourcedId("9@77"), pupil=SourcedId("77"), name=mine.name)
    assert not correlate(side(mine), diary(("9@78", other)), known, {}).links
    assert pairs(correlate(side(mine), diary(("9@77", own)), known, {})) == {"g": "9@77"}


def test_a_membership_needs_both_ends_linked():
    """The group is recognised in the same pass, so its members are too."""
    group = Form(sourced_id=FORM, name="7Б", grade=7)
    seat = Membership(sourced_id=membership_id(pupil_id("1"), FORM), person=pupil_id("1"), group=FORM)
    remote = diary(
        ("f1", Form(sourced_id=SourcedId("f1"), name="7Б", grade=7)),
        ("77@f1", Membership(sourced_id=SourcedId("77@f1"), person=SourcedId("77"), group=SourcedId("f1"))),
    )
    unknown = correlate(side(group, seat), remote, (), {})
    assert pairs(unknown) == {FORM: "f1"}
    known = correlate(side(group, seat), remote, (link(RecordType.PUPIL, pupil_id("1"), "77"),), {})
    assert pairs(known) == {FORM: "f1", seat.sourced_id: "77@f1"}


def test_lessons_of_one_slot_meet_by_teacher_first():
    """Two equal lessons in one slot are told apart by who teaches, whatever the order."""
    ours = side(lesson("L1", (ANNA,)), lesson("L2", (BORIS,)))
    remote = diary(remote_lesson("1", "b"), remote_lesson("2", "a"))
    assert pairs(correlate(ours, remote, KNOWN, {})) == {"L1": "2", "L2": "1"}


def test_left_over_lessons_meet_in_order_as_changed():
    """Equal ones first; the rest of the slot is paired, and what remains is new on one side."""
    ours = side(lesson("L1", (ANNA,)), lesson("L2", (BORIS,)), lesson("L3", (CLARA,)))
    remote = diary(remote_lesson("1", "c"), remote_lesson("2", "x"))
    found = correlate(ours, remote, KNOWN, {})
    assert pairs(found) == {"L3": "1", "L1": "2"}
    assert {one.sourced_id: one.rule for one in found.links} == {"L3": "lesson-teachers", "L1": "lesson-slot"}


def test_a_diary_of_one_teacher_is_met_by_the_first():
    """Our lesson has two teachers, the diary shows the first of them."""
    ours = side(lesson("L1", (ANNA, BORIS)), lesson("L2", (BORIS,)))
    remote = diary(remote_lesson("1", "b"), remote_lesson("2", "a"))
    found = correlate(ours, remote, KNOWN, {})
    assert pairs(found) == {"L1": "2", "L2": "1"}


def test_another_slot_is_another_lesson():
    """Lessons of another number never meet."""
    mine = lesson(lesson_id(FORM, DAY, 2, MATHS, 1), (ANNA,))
    other = Lesson(
        sourced_id=SourcedId("1"),
        group=SourcedId("f1"),
        subject=SourcedId("s1"),
        day=DAY,
        number=3,
        teachers=(SourcedId("a"),),
    )
    assert not correlate(side(mine), diary(("1", other)), KNOWN, {}).links


@pytest.mark.parametrize("flip", [False, True])
def test_the_order_of_reading_does_not_matter(flip: bool):
    """The same records in another order give the same links."""
    lessons = [lesson("L1", (ANNA,)), lesson("L2", (BORIS,)), lesson("L3", (CLARA,))]
    rows = [remote_lesson("1", "x"), remote_lesson("2", "b"), remote_lesson("3", "y")]
    if flip:
        lessons.reverse()
        rows.reverse()
    assert pairs(correlate(side(*lessons), diary(*rows), KNOWN, {})) == {"L1": "1", "L2": "2", "L3": "3"}
