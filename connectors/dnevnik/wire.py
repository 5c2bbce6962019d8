"""The shapes the diary sends of people, groups, lessons and the register (models.md), as far as Sverka reads them.

Absent fields are blank, fields that nobody knows are kept (connectors.dnevnik.shape). Names are ours, aliases the
diary's.
"""

from datetime import UTC, date, datetime, time
from typing import ClassVar

from pydantic import AliasChoices, Field

from connectors.dnevnik import vocabulary
from connectors.dnevnik.shape import Keyed, Keys, Number, Text, Wire, key_of, keys_of, names

ARCHIVE = "Archive"


def utc(moment: datetime) -> datetime:
    """A moment of entry in UTC: the diary sends those without a zone (models.md, Dates)."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Person(Keyed):
    user_id: Number = Field(None, alias="userId")
    user_id_str: str | None = Field(None, alias="userId_str")
    first_name: Text = Field("", alias="firstName")
    last_name: Text = Field("", alias="lastName")
    middle_name: Text = Field("", alias="middleName")
    short_name: Text = Field("", alias="shortName")
    sex: vocabulary.Sex = ""

    @property
    def user_key(self) -> str:
        """The account's id; blank: this person has none."""
        return key_of(self.user_id_str, self.user_id)


class SchoolTeacher(Wire):
    """PascalCase on the wire, unlike `Person`."""

    UNREAD: ClassVar[frozenset[str]] = names(
        "Subjects HouseMaster Education ScientificDegree StartDate PedagogicalActivityDate ManagingEmployee "
        "NameManagingPosition TeachingStaff TrainingAndSupportStaff ServicePersonnel MedicalWorker NameMedicalPosition "
        "ExternalPartTime"
    )

    id: Number = Field(None, alias="Id")
    id_str: str | None = Field(None, alias="IdStr")
    user_id: Number = Field(None, alias="UserId")
    user_id_str: str | None = Field(None, alias="UserIdStr")
    first_name: Text = Field("", alias="FirstName")
    last_name: Text = Field("", alias="LastName")
    middle_name: Text = Field("", alias="MiddleName")
    short_name: Text = Field("", alias="ShortName")
    sex: vocabulary.Sex = Field("", alias="Sex")
    birth: datetime | None = Field(None, alias="DateBirth")
    email: Text = Field("", alias="Email")
    position: Text = Field("", alias="NameTeacherPosition")

    @property
    def key(self) -> str:
        return key_of(self.id_str, self.id)

    @property
    def user_key(self) -> str:
        return key_of(self.user_id_str, self.user_id)


class UserRelative(Wire):
    type: Text = ""
    person: Person


class School(Keyed):
    UNREAD: ClassVar[frozenset[str]] = names(
        "avatarSmall city municipality regionid regionId timeZone uses_avg uses_weighted_avg tsoCityId "
        "tsoRegionTreePath"
    )

    name: Text = ""
    full_name: Text = Field("", alias="fullName")
    mark_type: vocabulary.SchoolMarkType = Field("", alias="markType")
    education: vocabulary.SchoolType = Field(None, alias="educationType")


class EduGroup(Keyed):
    """A class, or a subgroup whose parents are classes."""

    UNREAD: ClassVar[frozenset[str]] = names("subjects")

    type: vocabulary.GroupType = "Group"
    name: Text = ""
    full_name: Text = Field("", alias="fullName")
    parent_ids: Keys = Field((), alias="parentIds")
    parent_ids_str: Keys = Field((), alias="parentIds_str")
    parallel: int | None = None
    timetable: Number = None
    timetable_str: str | None = None
    status: vocabulary.GroupStatus = "Active"
    education: vocabulary.SchoolType = Field(None, alias="educationType")
    journal: vocabulary.JournalType = Field(None, alias="journaltype")
    study_year: int | None = Field(None, alias="studyyear")

    @property
    def is_subgroup(self) -> bool:
        """So it says; a type nobody knows is one when it has classes above it."""
        return self.type == "Subgroup" or (self.type != "Group" and bool(self.parents))

    @property
    def is_over(self) -> bool:
        """Put into the archive. A status nobody knows is not: what is not said to be over goes on."""
        return self.status == ARCHIVE

    @property
    def parents(self) -> tuple[str, ...]:
        return keys_of(self.parent_ids_str, self.parent_ids)

    @property
    def timetable_key(self) -> str:
        """The bell schedule; blank: none (0 is what the diary sends for none)."""
        key = key_of(self.timetable_str, self.timetable)
        return "" if key == "0" else key


class Student(Wire):
    """A person in a group, or once in it."""

    person: Person
    status: vocabulary.MemberStatus = Field("Active", alias="membershipstatus")

    @property
    def is_over(self) -> bool:
        """Left the group; as with groups, a status nobody knows does not say so."""
        return self.status == ARCHIVE


class GroupStudents(Wire):
    group: EduGroup
    students: tuple[Student, ...] = ()


class Subject(Keyed):
    UNREAD: ClassVar[frozenset[str]] = names("fgosSubjectId espSubjectName halfYear")

    name: Text = ""
    area: Text = Field("", alias="knowledgeArea")


class TimetableItem(Wire):
    UNREAD: ClassVar[frozenset[str]] = names("Id Name Type DaysOfWeek")

    number: int = Field(0, alias="LessonNumber")
    """0 and less are breaks."""
    start: datetime | time | None = Field(None, alias="Start")
    finish: datetime | time | None = Field(None, alias="Finish")


class Timetable(Wire):
    """A bell schedule. ASSUMED: `Id`/`IdStr`, which the evidence does not show but groups refer to."""

    UNREAD: ClassVar[frozenset[str]] = names("Start FirstLessonNumber")

    id: Number = Field(None, validation_alias=AliasChoices("Id", "id"))
    id_str: str | None = Field(None, validation_alias=AliasChoices("IdStr", "id_str"))
    name: Text = Field("", alias="Name")
    items: tuple[TimetableItem, ...] = Field((), alias="Items")

    @property
    def key(self) -> str:
        return key_of(self.id_str, self.id)


class ReportingPeriod(Keyed):
    start: datetime
    finish: datetime
    number: int = 0
    type: vocabulary.PeriodType = ""
    name: Text = ""
    year: int | None = None


class Holiday(Keyed):
    """A break between the periods of a group, both days included."""

    group: Number = Field(None, alias="reportingPeriodGroupId")
    starts: datetime = Field(alias="dateStart")
    ends: datetime = Field(alias="dateFinish")
    name: Text = ""
    description: Text = ""


class ReportingPeriodGroup(Keyed):
    """`name` comes only from the import service; REST shows none."""

    name: Text = ""
    type: vocabulary.PeriodType = ""
    study_year: int | None = None
    periods: tuple[ReportingPeriod, ...] = Field((), alias="reportingPeriods")
    holidays: tuple[Holiday, ...] = ()


class Work(Keyed):
    """What marks are set for: the answer in a lesson, a test, homework, a period."""

    UNREAD: ClassVar[frozenset[str]] = names(
        "markCount displayInJournal isImportant files oneDriveLinks tasks targetDate eduGroup eduGroup_str"
    )

    type: vocabulary.WorkKind = ""
    text: Text = ""
    work_type: Number = Field(None, alias="workType")
    mark_type: vocabulary.MarkType = Field(None, alias="markType")
    status: vocabulary.WorkStatus = None
    lesson: Number = None
    lesson_str: str | None = None
    subject: Number = Field(None, alias="subjectId")
    period_number: int | None = Field(None, alias="periodNumber")
    period_type: vocabulary.PeriodKind = Field(None, alias="periodType")
    created_by: Number = Field(None, alias="createdBy")
    sent: datetime | None = Field(None, alias="sentDate")

    @property
    def lesson_key(self) -> str:
        """Blank for the works of a period."""
        return key_of(self.lesson_str, self.lesson)


class Lesson(Keyed):
    UNREAD: ClassVar[frozenset[str]] = names("resultPlaceId")

    title: Text = ""
    starts: datetime = Field(alias="date")
    number: int | None = None
    status: vocabulary.LessonStatus = None
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
        return key_of(self.group_str, self.group)

    @property
    def teacher_keys(self) -> tuple[str, ...]:
        return keys_of(self.teachers_str, self.teachers)


class Mark(Keyed):
    UNREAD: ClassVar[frozenset[str]] = names("workType use_avg_calc")

    type: vocabulary.MarkType = None
    mood: vocabulary.Mood = None
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
        return key_of(self.person_str, self.person)

    @property
    def work_key(self) -> str:
        return key_of(self.work_str, self.work)

    @property
    def lesson_key(self) -> str:
        """Blank for period and exam marks."""
        return key_of(self.lesson_str, self.lesson)


class LessonLogEntry(Wire):
    """Attendance; it has no id, its key is (lesson, person)."""

    UNREAD: ClassVar[frozenset[str]] = names("comment")

    person: Number = None
    person_str: str | None = None
    lesson: Number = None
    lesson_str: str | None = None
    status: vocabulary.LogStatus = ""
    created: datetime | None = Field(None, alias="createdDate")

    @property
    def person_key(self) -> str:
        return key_of(self.person_str, self.person)

    @property
    def lesson_key(self) -> str:
        return key_of(self.lesson_str, self.lesson)

    @property
    def key(self) -> str:
        """What stands for the id it does not have: «lesson/person»."""
        return f"{self.lesson_key}/{self.person_key}"


class PersonLog(Wire):
    """Attendance of one person with its lessons; some clients are told a bare list of entries."""

    entries: tuple[LessonLogEntry, ...] = Field((), alias="logEntries")
    lessons: tuple[Lesson, ...] = ()
