"""What lessons add up to, as the diary sends it: work types, final marks, averages, homework bundles (models.md)."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import AliasChoices, BeforeValidator, Field

from connectors.dnevnik import vocabulary
from connectors.dnevnik.shape import Keyed, Keys, Number, Text, Wire, key_of, names, twins
from connectors.dnevnik.wire import Mark, Person, Subject, Work


def _with_a_point(value: object) -> object:
    """«4,33» and 4.33 alike; a blank average is none."""
    return (value.strip().replace(",", ".") or None) if isinstance(value, str) else value


Average = Annotated[Decimal | None, BeforeValidator(_with_a_point)]
"""Averages are text with a decimal comma, weighted ones are floats (models.md, Numbers as text)."""


class WorkType(Keyed):
    """`title` and `abbr` in the school's list, `name` and `abbreviation` in schedules and bundles."""

    UNREAD: ClassVar[frozenset[str]] = names("schoolId kindId isFinal isImportant")

    kind: vocabulary.WorkKind = ""
    title: Text = Field("", validation_alias=AliasChoices("title", "name"))
    abbreviation: Text = Field("", validation_alias=AliasChoices("abbr", "abbreviation"))
    weight: int | None = None


# --- final marks -----------------------------------------------------------------------------------------------------


class SubjectFinalMark(Wire):
    subject: Number = None
    subject_str: str | None = None
    mark: Mark | None = Field(None, alias="final-mark")

    @property
    def subject_key(self) -> str:
        return key_of(self.subject_str, self.subject)


class PersonFinalMarks(Wire):
    UNREAD: ClassVar[frozenset[str]] = twins("group")

    person: Number = None
    person_str: str | None = None
    period: Number = Field(None, alias="reportingPeriod")
    period_str: str | None = Field(None, alias="reportingPeriod_str")
    marks: tuple[SubjectFinalMark, ...] = Field((), alias="per-subject-final-marks")

    @property
    def person_key(self) -> str:
        return key_of(self.person_str, self.person)

    @property
    def period_key(self) -> str:
        """Blank: the mark of the whole year."""
        return key_of(self.period_str, self.period)


class AllFinalMarks(Wire):
    """One pupil's marks of periods, year and examinations, with the works that say which is which."""

    marks: tuple[Mark, ...] = ()
    works: tuple[Work, ...] = ()
    subjects: tuple[Subject, ...] = ()
    work_types: tuple[WorkType, ...] = Field((), alias="workTypes")


# --- averages --------------------------------------------------------------------------------------------------------


class SubjectAverage(Wire):
    subject: Number = None
    subject_str: str | None = None
    value: Average = Field(None, alias="avg-mark-value")

    @property
    def subject_key(self) -> str:
        return key_of(self.subject_str, self.subject)


class AverageMark(Wire):
    """One pupil's averages; `group` and `period` only where a period was asked for."""

    person: Number = None
    person_str: str | None = None
    group: Number = None
    group_str: str | None = None
    period: Number = Field(None, alias="reportingPeriod")
    period_str: str | None = Field(None, alias="reportingPeriod_str")
    subjects: tuple[SubjectAverage, ...] = Field((), alias="per-subject-averages")

    @property
    def person_key(self) -> str:
        return key_of(self.person_str, self.person)

    @property
    def group_key(self) -> str:
        return key_of(self.group_str, self.group)

    @property
    def period_key(self) -> str:
        return key_of(self.period_str, self.period)


class WeightedMark(Wire):
    """Without a text twin (models.md, Conventions)."""

    person: Number = None
    value: Average = None

    @property
    def person_key(self) -> str:
        return key_of(None, self.person)


class SubjectWeighted(Wire):
    subject: Number = None
    subject_str: str | None = None
    marks: tuple[WeightedMark, ...] = ()

    @property
    def subject_key(self) -> str:
        return key_of(self.subject_str, self.subject)


class WeightedAverages(Wire):
    subjects: tuple[SubjectWeighted, ...] = Field((), alias="subjectMarks")


# --- homework --------------------------------------------------------------------------------------------------------


class LessonFlat(Keyed):
    """The lesson of bundles: ids where the full lesson has objects; its own twin is newer than the Swagger."""

    UNREAD: ClassVar[frozenset[str]] = names("resultPlaceId building place floor isImportant")

    title: Text = ""
    starts: datetime = Field(alias="date")
    number: int | None = None
    subject: Number = Field(None, alias="subjectId")
    status: vocabulary.LessonStatus = None
    hours: Text = ""
    works: Keys = ()
    teachers: Keys = ()


class FileRef(Keyed):
    """A file of a homework: its name and where it lies, never its content."""

    UNREAD: ClassVar[frozenset[str]] = names("typeGroup pageUrl user size vote uploadedDate storageType")

    name: Text = ""
    type: Text = ""
    url: Text = Field("", alias="downloadUrl")


class HomeworkBundle(Wire):
    works: tuple[Work, ...] = ()
    subjects: tuple[Subject, ...] = ()
    lessons: tuple[LessonFlat, ...] = ()
    files: tuple[FileRef, ...] = ()
    teachers: tuple[Person, ...] = ()
