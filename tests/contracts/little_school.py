"""A school of two forms, told in a few words: the local side of the push tests. Every name is invented."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from state.identity import (
    SourcedId,
    bell_schedule_id,
    calendar_id,
    form_id,
    guardian_id,
    lesson_id,
    membership_id,
    period_id,
    pupil_id,
    staff_id,
    subgroup_id,
    subject_id,
)
from state.records import (
    Bell,
    BellSchedule,
    Calendar,
    Consent,
    Form,
    GradingPeriod,
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
from state.snapshot import Scope, Snapshot

YEAR = 2026
TODAY = date(2026, 9, 9)
SCOPE = Scope(school_year=YEAR, lessons_from=date(2026, 9, 7), lessons_to=date(2026, 9, 13))
FORM_A, FORM_B = form_id(YEAR, "7А"), form_id(YEAR, "7Б")
MATHS, ENGLISH = "Математика", "Английский язык"
HALVES = ("Группа 1", "Группа 2")
GIVEN = ("Пётр", "Анна", "Иван", "Ольга", "Семён", "Вера", "Глеб", "Нина")
ALL = frozenset(RecordType)


@dataclass(frozen=True, kw_only=True)
class Local:
    """What `planning.LocalSide` asks for."""

    snapshot: Snapshot[Record]
    consents: tuple[Consent, ...]


@dataclass
class LittleSchool:
    """Mutable on purpose: a test says what changed, then asks for `local()`."""

    pupils: dict[str, SourcedId] = field(default_factory=dict)
    """Personal file → form; a blank form is a pupil who has left."""
    subgroups: dict[str, str] = field(default_factory=dict)
    """Personal file → name of the English subgroup of form 7А."""
    teachers: dict[str, str] = field(
        default_factory=lambda: {MATHS: "Орлов Пётр Ильич", ENGLISH: "Белова Анна Олеговна"}
    )
    lessons: list[tuple[SourcedId, str, date, int, tuple[str, ...]]] = field(default_factory=list)
    unconsented: set[SourcedId] = field(default_factory=set)
    complete: frozenset[RecordType] = ALL
    scope: Scope = SCOPE
    bell_end: time = time(9, 10)
    names: dict[str, str] = field(default_factory=dict)
    """Personal file → family name, where it is not the usual one."""
    renumbered: dict[str, str] = field(default_factory=dict)
    """New personal file → the old one of the same child."""

    def local(self) -> Local:
        return Local(snapshot=self.snapshot(), consents=self.consents())

    def snapshot(self) -> Snapshot[Record]:
        calendar = calendar_id(YEAR, "quarter")
        bells = bell_schedule_id("1 смена")
        records: dict[RecordType, tuple[Record, ...]] = {
            RecordType.BELL_SCHEDULE: (
                BellSchedule(
                    sourced_id=bells, name="1 смена", bells=(Bell(number=1, starts=time(8, 30), ends=self.bell_end),)
                ),
            ),
            RecordType.CALENDAR: (Calendar(sourced_id=calendar, name="Четверти", kind="quarter", school_year=YEAR),),
            RecordType.GRADING_PERIOD: (
                GradingPeriod(
                    sourced_id=period_id(calendar, 1),
                    calendar=calendar,
                    name="1 четверть",
                    number=1,
                    starts=date(2026, 9, 1),
                    ends=date(2026, 10, 25),
                ),
            ),
            RecordType.SUBJECT: tuple(Subject(sourced_id=subject_id(name), name=name) for name in self.teachers),
            RecordType.STAFF: tuple(
                Staff(sourced_id=staff_id(name), name=person(name), birth_date=born(name, 1980))
                for name in sorted(self._staff())
            ),
            RecordType.PUPIL: tuple(
                Pupil(
                    sourced_id=pupil_id(file),
                    name=self.name(file),
                    personal_file=file,
                    birth_date=self.birth_date(file),
                )
                for file in self.pupils
            ),
            RecordType.GUARDIAN: tuple(
                Guardian(
                    sourced_id=guardian_id(pupil_id(file), f"Мать {file}"),
                    pupil=pupil_id(file),
                    name=PersonName(family="Мать", given=file),
                    kinship="мать",
                )
                for file in self.pupils
            ),
            RecordType.FORM: tuple(
                Form(sourced_id=form, name=name, grade=7, calendar=calendar, bells=bells)
                for form, name in ((FORM_A, "7А"), (FORM_B, "7Б"))
            ),
            RecordType.SUBGROUP: tuple(
                Subgroup(sourced_id=subgroup(name), name=name, form=FORM_A, division="1") for name in HALVES
            ),
            RecordType.MEMBERSHIP: tuple(
                Membership(sourced_id=membership_id(pupil_id(file), group), person=pupil_id(file), group=group)
                for file, group in self._seats()
            ),
            RecordType.LESSON: self._placed(),
        }
        return Snapshot(scope=self.scope, records=records, complete=self.complete)

    def consents(self) -> tuple[Consent, ...]:
        people = [pupil_id(file) for file in self.pupils] + [staff_id(name) for name in self._staff()]
        return tuple(Consent(subject=one, given=date(2026, 8, 20)) for one in people if one not in self.unconsented)

    def name(self, file: str) -> PersonName:
        file = self.renumbered.get(file, file)
        family = self.names.get(file, f"Ученик{file}")
        return PersonName(family=family, given=GIVEN[sum(map(ord, file)) % len(GIVEN)])

    def as_entered(self, file: str) -> dict[str, object]:
        """The pupil as a secretary types one into the diary."""
        return {"name": dataclasses.asdict(self.name(file)), "birth_date": self.birth_date(file).isoformat()}

    def birth_date(self, file: str) -> date:
        return born(self.renumbered.get(file, file), 2013)

    def _staff(self) -> set[str]:
        return set(self.teachers.values()).union(*(lesson[4] for lesson in self.lessons))

    def _seats(self) -> list[tuple[str, SourcedId]]:
        in_forms = [(file, form) for file, form in self.pupils.items() if form]
        return in_forms + [(file, subgroup(name)) for file, name in self.subgroups.items() if self.pupils.get(file)]

    def _placed(self) -> tuple[Lesson, ...]:
        placed: list[Lesson] = []
        seen: dict[tuple[object, ...], int] = {}
        for group, subject, day, number, teachers in sorted(self.lessons):
            slot = (group, subject, day, number)
            seen[slot] = seen.get(slot, 0) + 1
            placed.append(
                Lesson(
                    sourced_id=lesson_id(group, day, number, subject_id(subject), seen[slot]),
                    group=group,
                    subject=subject_id(subject),
                    day=day,
                    number=number,
                    teachers=tuple(sorted(staff_id(name) for name in teachers)),
                )
            )
        return tuple(placed)


def born(name: str, year: int) -> date:
    """A birthday of the name's own."""
    return date(year, 1, 1) + timedelta(days=sum(map(ord, name)) % 300)


def subgroup(name: str) -> SourcedId:
    return subgroup_id(FORM_A, "1", name)


def person(full: str) -> PersonName:
    family, given, patronymic = full.split()
    return PersonName(family=family, given=given, patronymic=patronymic)


def usual(pupils: int = 4) -> LittleSchool:
    """Pupils alternate between the two forms; each form has maths every day of the week, 7А has English in halves."""
    school = LittleSchool()
    for number in range(1, pupils + 1):
        file = f"К-{number:03d}"
        school.pupils[file] = FORM_A if number % 2 else FORM_B
        if number % 2:
            school.subgroups[file] = "Группа 1" if number % 4 == 1 else "Группа 2"
    for offset in range(5):
        day = SCOPE.lessons_from + timedelta(days=offset)
        for form in (FORM_A, FORM_B):
            school.lessons.append((form, MATHS, day, 1, (school.teachers[MATHS],)))
    for name in HALVES:
        school.lessons.append(
            (subgroup(name), ENGLISH, SCOPE.lessons_from + timedelta(days=3), 2, (school.teachers[ENGLISH],))
        )
    return school


def without(snapshot: Snapshot[Record], record_type: RecordType) -> Snapshot[Record]:
    """The snapshot as it is before that file was imported."""
    kept = {kind: rows for kind, rows in snapshot.records.items() if kind is not record_type}
    return dataclasses.replace(snapshot, records=kept, complete=snapshot.complete - {record_type})
