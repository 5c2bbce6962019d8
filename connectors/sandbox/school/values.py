"""The nouns of the demo school: frozen, made by `generate`, written to files by `write_files`. Nobody in it is real."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from datetime import date, time
    from pathlib import Path

K = TypeVar("K")
V = TypeVar("V")

MALE, FEMALE = "М", "Ж"
LEFT = "выбыл"
"""What stands in «Класс» of a pupil who has left."""


class UnknownInDemoSchool(LookupError):
    """Asked for a pupil, form or staff member that the demo school does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoName:
    family: str
    given: str
    patronymic: str = ""

    @property
    def full(self) -> str:
        return " ".join(part for part in (self.family, self.given, self.patronymic) if part)

    @property
    def initials(self) -> str:
        """«Фамилия И.О.»."""
        marks = "".join(f"{part[0]}." for part in (self.given, self.patronymic) if part)
        return f"{self.family} {marks}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoGuardian:
    """A guardian; siblings hold equal ones."""

    name: DemoName
    sex: str
    birth_date: date
    kinship: str
    home_phone: str = ""
    mobile_phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPupil:
    personal_file: str
    name: DemoName
    sex: str
    birth_date: date
    snils: str
    form: str
    """«7Б»; `LEFT` once the pupil has left."""
    admitted: date
    """Дата приема в школу."""
    moved: date
    """Дата зачисления/перевода into the form, or of leaving."""
    order_number: str
    order_date: date
    guardians: tuple[DemoGuardian, ...]

    @property
    def has_left(self) -> bool:
        return self.form == LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStaff:
    number: int
    """The personnel number, by which plan rows and substitutions name a teacher; namesakes differ in it."""
    name: DemoName
    sex: str
    birth_date: date
    snils: str
    email: str
    position: str
    speciality: str = ""
    """The group of subjects taught; blank for those who teach nothing."""
    subjects: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    leads: str = ""
    """The form of which they are the tutor."""
    timetable_name: str = ""
    """How the timetable program spells them: the full name or «Фамилия И.О.»."""
    room: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoForm:
    name: str
    grade: int
    shift: int
    days: int
    """School days a week: 5 or 6."""
    pupils: tuple[str, ...]
    """Personal files, in alphabetical order of the pupils."""
    tutor: int
    """Personnel number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSubgroup:
    form: str
    division: str
    """The timetable's divisiontag: subgroups of one division are disjoint and cover the form."""
    name: str
    pupils: tuple[str, ...]
    """Personal files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlanRow:
    """One row of the curriculum plan: who teaches what to whom, how often."""

    form: str
    subject: str
    division: str
    """Blank for the whole form."""
    subgroup: str
    teacher: int
    hours: float
    """A week; 0.5 is every second week."""
    weeks: str
    """"11" every week, "10" week A, "01" week B."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCard:
    """A plan row placed on the weekly timetable."""

    row: int
    """Index into `DemoSchool.plan`."""
    weekday: int
    """ISO: Monday = 1."""
    period: int
    room: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSubstitution:
    day: date
    period: int
    form: str
    subgroup: str
    subject: str
    absent: int
    substitute: int | None
    """None: the lesson is cancelled."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoConsent:
    who: str
    """«ученик» or «сотрудник»."""
    name: DemoName
    birth_date: date
    personal_file: str
    """Blank for staff."""
    given: date
    withdrawn: date | None
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBell:
    number: int
    shift: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSpan:
    """A quarter or a holiday, both ends included."""

    name: str
    starts: date
    ends: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCalendar:
    school_year: int
    """2026 means 2026/27."""
    quarters: tuple[DemoSpan, ...]
    holidays: tuple[DemoSpan, ...]
    week_a: date
    """The Monday of a week A of the two-week cycle."""


@dataclass(frozen=True, kw_only=True)
class DemoSchool:
    """A whole school on paper. Equal seeds and sizes make equal schools, on any machine."""

    name: str
    seed: int
    calendar: DemoCalendar
    bells: tuple[DemoBell, ...]
    rooms: tuple[str, ...]
    subjects: tuple[str, ...]
    staff: tuple[DemoStaff, ...]
    pupils: tuple[DemoPupil, ...]
    forms: tuple[DemoForm, ...]
    subgroups: tuple[DemoSubgroup, ...]
    plan: tuple[DemoPlanRow, ...]
    cards: tuple[DemoCard, ...]
    substitutions: tuple[DemoSubstitution, ...]
    consents: tuple[DemoConsent, ...]

    @cached_property
    def _pupils(self) -> dict[str, DemoPupil]:
        return {pupil.personal_file: pupil for pupil in self.pupils}

    @cached_property
    def _forms(self) -> dict[str, DemoForm]:
        return {form.name: form for form in self.forms}

    @cached_property
    def _staff(self) -> dict[int, DemoStaff]:
        return {person.number: person for person in self.staff}

    def pupil(self, personal_file: str) -> DemoPupil:
        """The pupil of that personal file; raises `UnknownInDemoSchool`."""
        return _found(self._pupils, personal_file)

    def form(self, name: str) -> DemoForm:
        """The form of that name («7Б»); raises `UnknownInDemoSchool`."""
        return _found(self._forms, name)

    def person(self, number: int) -> DemoStaff:
        """The staff member of that personnel number; raises `UnknownInDemoSchool`."""
        return _found(self._staff, number)

    @cached_property
    def unconsented(self) -> tuple[DemoPupil, ...]:
        """Those who must never leave the machine: no consent was ever given, or it was withdrawn before term (R109)."""
        held = {consent.personal_file for consent in self.consents if consent.withdrawn is None}
        return tuple(pupil for pupil in self.pupils if pupil.personal_file not in held)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFiles:
    """Where the files were written; a blank slot (None) was not part of the task."""

    pupils: Path
    staff: Path
    timetable: Path
    subgroups: Path
    consents: Path
    substitutions: Path | None = None

    @property
    def all(self) -> tuple[Path, ...]:
        """The files that exist, in the order in which a school would import them."""
        listed = (self.staff, self.pupils, self.timetable, self.subgroups, self.consents, self.substitutions)
        return tuple(path for path in listed if path is not None)


def _found(table: dict[K, V], key: K) -> V:
    if key not in table:
        raise UnknownInDemoSchool(key)
    return table[key]
