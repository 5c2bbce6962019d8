"""The shapes the diary sends (models.md), exactly as far as Sverka reads them.

Unknown fields are ignored, absent ones are blank. Every id has a number and, where the diary gives one, a text twin;
the number exceeds 2^53, so `key` is always text (models.md, Conventions). Field names are ours, aliases the diary's.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

Number = int | str | None
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]
Keys = Annotated[tuple[int | str, ...], BeforeValidator(lambda value: () if value is None else value)]
"""A list of ids; the diary sends null as well as [] (models.md, Nulls vs absence)."""


def _key(text: str | None, number: Number) -> str:
    return text or ("" if number is None else str(number))


def _keys(texts: tuple[int | str, ...], numbers: tuple[int | str, ...]) -> tuple[str, ...]:
    return tuple(map(str, texts or numbers))


def utc(moment: datetime) -> datetime:
    """A moment of entry in UTC: the diary sends those without a zone (models.md, Dates)."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class _Keyed(_Wire):
    id: Number = None
    id_str: str | None = None

    @property
    def key(self) -> str:
        return _key(self.id_str, self.id)


class Person(_Keyed):
    user_id: Number = Field(None, alias="userId")
    user_id_str: str | None = Field(None, alias="userId_str")
    first_name: Text = Field("", alias="firstName")
    last_name: Text = Field("", alias="lastName")
    middle_name: Text = Field("", alias="middleName")
    short_name: Text = Field("", alias="shortName")
    sex: Text = ""

    @property
    def user_key(self) -> str:
        """The account's id; blank: this person has none."""
        return _key(self.user_id_str, self.user_id)


class SchoolTeacher(_Wire):
    """PascalCase on the wire, unlike `Person`."""

    id: Number = Field(None, alias="Id")
    id_str: str | None = Field(None, alias="IdStr")
    user_id: Number = Field(None, alias="UserId")
    user_id_str: str | None = Field(None, alias="UserIdStr")
    first_name: Text = Field("", alias="FirstName")
    last_name: Text = Field("", alias="LastName")
    middle_name: Text = Field("", alias="MiddleName")
    short_name: Text = Field("", alias="ShortName")
    sex: Text = Field("", alias="Sex")
    birth: datetime | None = Field(None, alias="DateBirth")
    email: Text = Field("", alias="Email")
    position: Text = Field("", alias="NameTeacherPosition")

    @property
    def key(self) -> str:
        return _key(self.id_str, self.id)

    @property
    def user_key(self) -> str:
        return _key(self.user_id_str, self.user_id)


class UserRelative(_Wire):
    type: Text = ""
    person: Person


class School(_Keyed):
    name: Text = ""
    full_name: Text = Field("", alias="fullName")
    mark_type: Text = Field("", alias="markType")


class EduGroup(_Keyed):
    """A class, or a subgroup whose parents are classes."""

    type: Text = "Group"
    name: Text = ""
    full_name: Text = Field("", alias="fullName")
    parent_ids: Keys = Field((), alias="parentIds")
    parent_ids_str: Keys = Field((), alias="parentIds_str")
    parallel: int | None = None
    timetable: Number = None
    timetable_str: str | None = None
    status: Text = "Active"
    study_year: int | None = Field(None, alias="studyyear")

    @property
    def is_subgroup(self) -> bool:
        return self.type == "Subgroup"

    @property
    def parents(self) -> tuple[str, ...]:
        return _keys(self.parent_ids_str, self.parent_ids)

    @property
    def timetable_key(self) -> str:
        """The bell schedule; blank: none (0 is what the diary sends for none)."""
        key = _key(self.timetable_str, self.timetable)
        return "" if key == "0" else key


class Student(_Wire):
    person: Person
    status: Text = Field("Active", alias="membershipstatus")


class GroupStudents(_Wire):
    group: EduGroup
    students: tuple[Student, ...] = ()


class Subject(_Keyed):
    name: Text = ""
    area: Text = Field("", alias="knowledgeArea")


class TimetableItem(_Wire):
    number: int = Field(0, alias="LessonNumber")
    """0 and less are breaks."""
    start: datetime | time | None = Field(None, alias="Start")
    finish: datetime | time | None = Field(None, alias="Finish")


class Timetable(_Wire):
    """A bell schedule. ASSUMED: `Id`/`IdStr`, which the evidence does not show but groups refer to."""

    id: Number = Field(None, validation_alias=AliasChoices("Id", "id"))
    id_str: str | None = Field(None, validation_alias=AliasChoices("IdStr", "id_str"))
    name: Text = Field("", alias="Name")
    items: tuple[TimetableItem, ...] = Field((), alias="Items")

    @property
    def key(self) -> str:
        return _key(self.id_str, self.id)


class ReportingPeriod(_Keyed):
    start: datetime
    finish: datetime
    number: int = 0
    type: Text = ""
    name: Text = ""
    year: int | None = None


class ReportingPeriodGroup(_Keyed):
    """`name` comes only from the import service; REST shows none."""

    name: Text = ""
    type: Text = ""
    study_year: int | None = None
    periods: tuple[ReportingPeriod, ...] = Field((), alias="reportingPeriods")


class Work(_Keyed):
    type: Text = ""
    text: Text = ""
    created_by: Number = Field(None, alias="createdBy")
    sent: datetime | None = Field(None, alias="sentDate")


class Lesson(_Keyed):
    title: Text = ""
    starts: datetime = Field(alias="date")
    number: int | None = None
    subject: Subject | None = None
    group: Number = None
    group_str: str | None = None
    works: tuple[Work, ...] = ()
    teachers: Keys = ()
    teachers_str: Keys = ()

    @property
    def day(self) -> date:
        """The local day: lesson dates carry no zone and mean the school's own."""
        return self.starts.date()

    @property
    def group_key(self) -> str:
        return _key(self.group_str, self.group)

    @property
    def teacher_keys(self) -> tuple[str, ...]:
        return _keys(self.teachers_str, self.teachers)


class Mark(_Keyed):
    value: Text = ""
    text_value: Text = Field("", alias="textValue")
    person: Number = None
    person_str: str | None = None
    work: Number = None
    work_str: str | None = None
    lesson: Number = None
    lesson_str: str | None = None
    number: int | None = None
    entered: datetime | None = Field(None, alias="date")

    @property
    def person_key(self) -> str:
        return _key(self.person_str, self.person)

    @property
    def work_key(self) -> str:
        return _key(self.work_str, self.work)

    @property
    def lesson_key(self) -> str:
        """Blank for period and exam marks."""
        return _key(self.lesson_str, self.lesson)


class LessonLogEntry(_Wire):
    """Attendance; it has no id, its key is (lesson, person)."""

    person: Number = None
    person_str: str | None = None
    lesson: Number = None
    lesson_str: str | None = None
    status: Text = ""
    created: datetime | None = Field(None, alias="createdDate")

    @property
    def person_key(self) -> str:
        return _key(self.person_str, self.person)

    @property
    def lesson_key(self) -> str:
        return _key(self.lesson_str, self.lesson)


class SubjectFinalMark(_Wire):
    subject: Number = None
    subject_str: str | None = None
    mark: Mark | None = Field(None, alias="final-mark")

    @property
    def subject_key(self) -> str:
        return _key(self.subject_str, self.subject)


class PersonFinalMarks(_Wire):
    person: Number = None
    person_str: str | None = None
    period: Number = Field(None, alias="reportingPeriod")
    period_str: str | None = Field(None, alias="reportingPeriod_str")
    marks: tuple[SubjectFinalMark, ...] = Field((), alias="per-subject-final-marks")

    @property
    def person_key(self) -> str:
        return _key(self.person_str, self.person)

    @property
    def period_key(self) -> str:
        """Blank: the mark of the whole year."""
        return _key(self.period_str, self.period)
