"""Canonical records: written down and read back without loss, in one byte form."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, time

import pytest

from state.identity import SourcedId
from state.local import LocalPart, Problem, SourceKind, part_from_plain, part_to_plain
from state.records import (
    RECORD_CLASSES,
    Bell,
    BellSchedule,
    Calendar,
    Consent,
    Form,
    GradingPeriod,
    Guardian,
    Lesson,
    Membership,
    OrderRef,
    PersonName,
    Pupil,
    Record,
    RecordType,
    Staff,
    Subgroup,
    Subject,
    Substitution,
    TimetableCard,
    canonical_json,
    digest,
    from_plain,
    to_plain,
)

NAME = PersonName(family="Ёлкина", given="Анна", patronymic="Петровна")
A, B = SourcedId("a"), SourcedId("b")
RECORDS: dict[RecordType, tuple[Record, ...]] = {
    RecordType.BELL_SCHEDULE: (
        BellSchedule(sourced_id=A, name="Будни", bells=(Bell(number=1, starts=time(8, 30), ends=time(9, 15)),)),
    ),
    RecordType.CALENDAR: (Calendar(sourced_id=A, name="Четверти", kind="quarter", school_year=2026),),
    RecordType.GRADING_PERIOD: (
        GradingPeriod(sourced_id=A, calendar=B, name="I", number=1, starts=date(2026, 9, 1), ends=date(2026, 10, 25)),
    ),
    RecordType.SUBJECT: (Subject(sourced_id=A, name="Алгебра"),),
    RecordType.STAFF: (
        Staff(sourced_id=A, name=NAME, sex="female", birth_date=date(1980, 2, 29), snils="1", email="e", position="p"),
        Staff(sourced_id=B, name=replace(NAME, patronymic="")),
    ),
    RecordType.PUPIL: (
        Pupil(sourced_id=A, name=NAME, personal_file="А-1", order=OrderRef(number="5", day=date(2026, 8, 30))),
        Pupil(sourced_id=B, name=NAME, personal_file="А-2", order=OrderRef(number="6")),
    ),
    RecordType.GUARDIAN: (Guardian(sourced_id=A, pupil=B, name=NAME, birth_date=date(1985, 1, 1), phone="+7"),),
    RecordType.FORM: (
        Form(sourced_id=A, name="7Б", grade=7, calendar=B, bells=B, tutor=B),
        Form(sourced_id=B, name="ОВЗ", grade=0),
    ),
    RecordType.SUBGROUP: (Subgroup(sourced_id=A, name="1 группа", form=B, division="1"),),
    RecordType.MEMBERSHIP: (
        Membership(sourced_id=A, person=A, group=B, starts=date(2026, 9, 1), order=OrderRef(number="5")),
        Membership(sourced_id=B, person=A, group=B, ends=date(2027, 5, 31)),
    ),
    RecordType.LESSON: (
        Lesson(sourced_id=A, group=A, subject=B, day=date(2026, 9, 1), number=0, teachers=(A, B), room="12"),
    ),
}


@pytest.mark.parametrize("kind", RecordType)
def test_a_record_survives_being_written_down(kind: RecordType) -> None:
    """Through JSON text and back it is the same record, for every record type."""
    for record in RECORDS[kind]:
        assert from_plain(RECORD_CLASSES[kind], json.loads(canonical_json(to_plain(record)))) == record


def test_a_local_part_survives_being_written_down() -> None:
    """Records of all types, cards, consents, substitutions and problems come back as they were."""
    part = LocalPart(
        kind=SourceKind.TIMETABLE,
        source="расписание.xml",
        sha256="0" * 64,
        records=RECORDS,
        cards=(
            TimetableCard(groups=(A, B), subject=A, teachers=(B,), weekdays=(1, 3), weeks="10", number=2, room="12"),
        ),
        week_cycle=2,
        consents=(Consent(subject=A, given=date(2026, 8, 1), withdrawn=date(2026, 12, 1), folder="3"),),
        substitutions=(
            Substitution(day=date(2026, 9, 2), number=1, group=A, subject=B, absent=A, substitute=None, reason="ОРВИ"),
        ),
        complete=frozenset({RecordType.FORM, RecordType.LESSON}),
        problems=(Problem(code="DUPLICATE_LESSON", where="расписание.xml:12", raw="x", blocks=True),),
    )
    assert part_from_plain(json.loads(canonical_json(part_to_plain(part)))) == part


def test_canonical_json_is_one_byte_form() -> None:
    """UTF-8, keys sorted, no spaces: the order of keys leaves no trace in a digest."""
    assert canonical_json({"б": 1, "а": [True, None, "ё"]}) == '{"а":[true,null,"ё"],"б":1}'.encode()
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})


def test_a_consent_holds_from_its_day_until_it_is_withdrawn() -> None:
    """The day it is given counts, the day it is withdrawn does not (R110)."""
    consent = Consent(subject=A, given=date(2026, 9, 1), withdrawn=date(2026, 9, 3))
    days = [date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3)]
    assert [consent.holds_on(day) for day in days] == [False, True, True, False]
    assert replace(consent, withdrawn=None).holds_on(date(2030, 1, 1))


def test_a_name_prints_as_registers_print_it() -> None:
    """«Фамилия И.О.», with what there is of given name and patronymic."""
    assert (NAME.full, NAME.initials) == ("Ёлкина Анна Петровна", "Ёлкина А.П.")
    assert replace(NAME, patronymic="").initials == "Ёлкина А."
    assert replace(NAME, given="", patronymic="").initials == "Ёлкина"
