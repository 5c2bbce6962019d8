"""The report on the school's own data: each fault is told once, heaviest first, and sound data say nothing."""

from __future__ import annotations

import ast
import dataclasses
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import gateway.sync.quality.remarks as room
from gateway.sync.quality.examine import examine_data
from gateway.sync.quality.remarks import Weight
from mappings.problems import problem_text
from mappings.references import LinkIndex
from mappings.sources.assemble import Assembled
from mappings.sources.seating import Seating
from mappings.tables import read
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
from state.local import Problem
from state.records import (
    Consent,
    Form,
    Guardian,
    Lesson,
    Membership,
    PersonName,
    Pupil,
    RecordType,
    Staff,
    Subgroup,
    Subject,
)
from state.snapshot import Scope, Snapshot

if TYPE_CHECKING:
    from gateway.sync.quality.remarks import DataReport
    from state.records import Record

TODAY = date(2026, 11, 22)
FORM = form_id(2026, "7Б")
HALF = subgroup_id(FORM, "1", "1 группа")
ALGEBRA = subject_id("Алгебра")
TUTOR = Staff(
    sourced_id=staff_id("Ли Ян Бо"),
    name=PersonName(family="Ли", given="Ян", patronymic="Бо"),
    birth_date=date(1980, 1, 1),
    snils="112-233-445 95",
)
PUPIL = Pupil(
    sourced_id=pupil_id("1"),
    name=PersonName(family="Цой", given="Инна"),
    personal_file="1",
    birth_date=date(2013, 5, 5),
    snils="087-654-303 00",
)
PARENT = Guardian(
    sourced_id=guardian_id(PUPIL.sourced_id, "Цой Анна"),
    pupil=PUPIL.sourced_id,
    name=PersonName(family="Цой", given="Анна"),
    birth_date=date(1985, 1, 1),
    phone="+79030000000",
)


def seat(person: SourcedId, group: SourcedId) -> Membership:
    return Membership(sourced_id=membership_id(person, group), person=person, group=group)


SOUND: dict[RecordType, tuple[Record, ...]] = {
    RecordType.STAFF: (TUTOR,),
    RecordType.PUPIL: (PUPIL,),
    RecordType.GUARDIAN: (PARENT,),
    RecordType.FORM: (Form(sourced_id=FORM, name="7Б", grade=7, tutor=TUTOR.sourced_id),),
    RecordType.SUBGROUP: (Subgroup(sourced_id=HALF, name="1 группа", form=FORM, division="1"),),
    RecordType.MEMBERSHIP: (seat(PUPIL.sourced_id, FORM), seat(PUPIL.sourced_id, HALF)),
    RecordType.SUBJECT: (Subject(sourced_id=ALGEBRA, name="Алгебра"),),
    RecordType.LESSON: (
        Lesson(
            sourced_id=lesson_id(FORM, TODAY, 1, ALGEBRA, 1),
            group=FORM,
            subject=ALGEBRA,
            day=TODAY,
            number=1,
            teachers=(TUTOR.sourced_id,),
        ),
    ),
}


def told(
    changes: dict[RecordType, tuple[Record, ...]] | None = None,
    problems: tuple[Problem, ...] = (),
    linked: tuple[SourcedId, ...] = (),
    consents: tuple[SourcedId, ...] | None = None,
) -> DataReport:
    """The report on a sound school with some records replaced; everybody has consented unless said otherwise."""
    records = SOUND | (changes or {})
    everybody = tuple(one.sourced_id for kind in (RecordType.PUPIL, RecordType.STAFF) for one in records[kind])
    granted = everybody if consents is None else consents
    school = Assembled(
        snapshot=Snapshot(
            scope=Scope(school_year=2026, lessons_from=TODAY, lessons_to=TODAY),
            records=records,
            complete=frozenset(RecordType),
        ),
        consents=tuple(Consent(subject=one, given=date(2026, 9, 1)) for one in granted),
        orders=(),
        problems=(),
        rooms=(),
        seating=Seating(divisions=(), problems=(), everybody_sits=True),
    )
    links = LinkIndex(
        IdentityLink(
            record_type=RecordType.SUBJECT, sourced_id=one, remote_id=RemoteId(one), rule="x", evidence="", ours=False
        )
        for one in linked
    )
    return examine_data(school, problems, links, TODAY)


def codes(report: DataReport) -> set[str]:
    return {remark.code for remark in report.remarks}


def pupil(number: str, family: str = "Ким", **more: Any) -> Pupil:
    return dataclasses.replace(
        PUPIL,
        sourced_id=pupil_id(number),
        personal_file=number,
        name=PersonName(family=family, given="Инна"),
        snils="",
        **more,
    )


def test_sound_data_say_nothing() -> None:
    """No remark where every card is filled, everybody is placed and everything is taught."""
    assert told().remarks == ()


TWIN = pupil("2", "Цой")
FAULTS: dict[str, dict[RecordType, tuple[Record, ...]]] = {
    "PUPIL_WITHOUT_BIRTH_DATE": {RecordType.PUPIL: (dataclasses.replace(PUPIL, birth_date=None),)},
    "PUPIL_WITHOUT_SNILS": {RecordType.PUPIL: (dataclasses.replace(PUPIL, snils=""),)},
    "STAFF_WITHOUT_BIRTH_DATE": {RecordType.STAFF: (dataclasses.replace(TUTOR, birth_date=None),)},
    "STAFF_WITHOUT_SNILS": {RecordType.STAFF: (dataclasses.replace(TUTOR, snils=""),)},
    "BIRTH_DATE_UNLIKELY": {RecordType.PUPIL: (dataclasses.replace(PUPIL, birth_date=date(1913, 5, 5)),)},
    "AGE_UNUSUAL_FOR_FORM": {RecordType.PUPIL: (dataclasses.replace(PUPIL, birth_date=date(2009, 5, 5)),)},
    "PUPIL_TWICE": {RecordType.PUPIL: (PUPIL, TWIN)},
    "SNILS_SHARED": {RecordType.PUPIL: (PUPIL, dataclasses.replace(pupil("2"), snils=PUPIL.snils))},
    "NAMESAKES_IN_FORM": {
        RecordType.PUPIL: (pupil("1", birth_date=None), pupil("2", birth_date=None)),
        RecordType.MEMBERSHIP: tuple(seat(pupil_id(one), group) for one in "12" for group in (FORM, HALF)),
    },
    "PUPIL_WITHOUT_GUARDIAN": {RecordType.GUARDIAN: ()},
    "GUARDIAN_WITHOUT_CONTACT": {RecordType.GUARDIAN: (dataclasses.replace(PARENT, phone=""),)},
    "GUARDIAN_TOO_YOUNG": {RecordType.GUARDIAN: (dataclasses.replace(PARENT, birth_date=PUPIL.birth_date),)},
    "FORM_WITHOUT_TUTOR": {RecordType.FORM: (Form(sourced_id=FORM, name="7Б", grade=7),)},
    "FORM_WITHOUT_PUPILS": {
        RecordType.FORM: (*SOUND[RecordType.FORM], Form(sourced_id=form_id(2026, "7В"), name="7В", grade=7))
    },
    "FORM_WITHOUT_LESSONS": {
        RecordType.FORM: (*SOUND[RecordType.FORM], Form(sourced_id=form_id(2026, "7В"), name="7В", grade=7))
    },
    "SUBGROUP_SEAT_MISSING": {
        RecordType.PUPIL: (PUPIL, pupil("2")),
        RecordType.MEMBERSHIP: (*SOUND[RecordType.MEMBERSHIP], seat(pupil_id("2"), FORM)),
    },
    "DIVISION_WITHOUT_PUPILS": {RecordType.MEMBERSHIP: (seat(PUPIL.sourced_id, FORM),)},
    "SUBJECTS_ALIKE": {
        RecordType.SUBJECT: (
            *SOUND[RecordType.SUBJECT],
            Subject(sourced_id=subject_id("Английский язык"), name="Английский язык"),
            Subject(sourced_id=subject_id("Английскй язык"), name="Английскй язык"),
        )
    },
    "LESSONS_WITHOUT_TEACHER": {
        RecordType.LESSON: tuple(dataclasses.replace(one, teachers=()) for one in SOUND[RecordType.LESSON])
    },
}


@pytest.mark.parametrize("code", FAULTS)
def test_each_fault_is_told(code: str) -> None:
    """One fault in otherwise sound data is in the report, with the weight the table gives it."""
    report = told(FAULTS[code])
    assert code in codes(report)
    assert {remark.weight for remark in report.remarks if remark.code == code} == {
        Weight(read("quality")[code]["weight"])
    }


def test_whoever_has_not_consented_is_named_as_staying_here() -> None:
    """A pupil and a teacher without a consent block, a guardian needs none of his or her own (R109, R110)."""
    report = told(consents=())
    assert [(one.code, one.weight, one.who) for one in report.remarks] == [
        ("CONSENT_MISSING", Weight.BLOCKS, "Ли Ян Бо"),
        ("CONSENT_MISSING", Weight.BLOCKS, "Цой Инна, 7Б"),
    ]


def test_a_subject_is_unmapped_only_once_the_diary_was_met() -> None:
    """Before the first plan nothing is linked, and that is no fault of the data."""
    physics = Subject(sourced_id=subject_id("Физика"), name="Физика")
    subjects = {RecordType.SUBJECT: (*SOUND[RecordType.SUBJECT], physics)}
    assert "SUBJECT_UNMAPPED" not in codes(told(subjects))
    report = told(subjects, linked=(ALGEBRA,))
    assert [remark.who for remark in report.remarks if remark.code == "SUBJECT_UNMAPPED"] == ["Физика"]


def test_what_nobody_has_is_told_once() -> None:
    """A list without a column of SNILS is one remark, not a thousand; one card that lacks it is named."""
    seats = {RecordType.MEMBERSHIP: tuple(seat(pupil_id(one), group) for one in "12" for group in (FORM, HALF))}

    def lacking(first: Pupil) -> list[tuple[str, str]]:
        report = told(seats | {RecordType.PUPIL: (first, pupil("2"))})
        return [(one.who, one.raw) for one in report.remarks if one.code == "PUPIL_WITHOUT_SNILS"]

    assert lacking(dataclasses.replace(PUPIL, snils="")) == [("", "2 / 2")]
    assert lacking(PUPIL) == [("Ким Инна, 7Б", "")]


def test_who_has_left_is_not_asked_for_papers() -> None:
    """A pupil in no form needs neither consent nor SNILS."""
    assert codes(told({RecordType.PUPIL: (PUPIL, pupil("2"))}, consents=(PUPIL.sourced_id, TUTOR.sourced_id))) == set()


def test_a_name_nobody_answers_to_comes_with_those_close_to_it() -> None:
    """The administrator sees whom the timetable most likely means."""
    problem = Problem(code="TEACHER_NOT_IN_STAFF", where="timetable.xml", raw="Ли Ян Бор")
    (remark,) = told(problems=(problem,)).remarks
    assert (remark.weight, remark.where, remark.raw, remark.hint) == (
        Weight.RISK, "timetable.xml", "Ли Ян Бор", "Ли Ян Бо"
    )  # fmt: skip


def test_what_blocks_a_push_comes_first() -> None:
    """Blocks, then risks, then notes; the most frequent kind first among equals."""
    problems = (
        Problem(code="COLUMN_UNKNOWN", where="a"),
        Problem(code="DATE_BAD", where="a!B1"),
        Problem(code="SNILS_BAD", where="a!B2"),
        Problem(code="SNILS_BAD", where="a!B3"),
        Problem(code="VALUE_MISSING", where="a!B4", blocks=True),
    )
    report = told(problems=problems)
    assert [remark.code for remark in report.remarks] == [
        "VALUE_MISSING", "SNILS_BAD", "SNILS_BAD", "DATE_BAD", "COLUMN_UNKNOWN"
    ]  # fmt: skip
    assert list(report.by_weight.values()) == [1, 3, 1]


def test_every_code_of_the_room_is_in_its_table_and_the_other_way_round() -> None:
    """No remark without words, no words without a remark."""
    folder = Path(room.__file__).parent
    used = {
        node.args[position].value
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        for position in [{"remark": 0, "_lacking": 2}.get(node.func.id, -1)]
        if position >= 0 and isinstance(node.args[position], ast.Constant)
    }
    assert used == set(read("quality"))


@pytest.mark.parametrize("code", sorted(read("quality")))
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_a_remark_is_one_sentence_and_an_advice(code: str, lang: str) -> None:
    """Both end in a full stop in either language."""
    assert all(text.endswith(".") for text in problem_text(code, lang))
