"""The words of the diary's vocabularies, as far as the evidence knows them (models.md, Vocabularies)."""

from __future__ import annotations

from typing import Annotated

from connectors.dnevnik.shape import Known, Text, Word

MARK_TYPES = Known.of("NotSet Test Mark5 Mark6 Mark7 Mark10 Mark12 Mark100 MarkAbcdf MarkOral6Band MarkNA MarkDismiss")
WORK_KINDS = Known.of(
    "DefaultNewLessonWork CommonWork Homework LessonTestWork LessonExamination LessonComposition LessonByHeart "
    "LaboratoryWork CreativeWork PeriodMark PeriodFinalMark Exam"
)
"""Not closed by its own account."""
PERIODS = Known.of("NotSet Year HalfYear Semester Trimester Quarter Module")
ATTENDANCE = Known.of("Attend Absent Ill Late Pass NotSet")
LIVING = Known.of("Active Archive")
ROLES = Known.of("EduStudent EduStaff EduParent OrganizationStaff EduSchoolAdministrator")

GroupType = Annotated[Text, Known.of("Group Subgroup")]
GroupStatus = Annotated[Text, LIVING]
MemberStatus = Annotated[Text, LIVING]
PeriodType = Annotated[Text, PERIODS]
LogStatus = Annotated[Text, ATTENDANCE]
WorkKind = Annotated[Text, WORK_KINDS]
SchoolMarkType = Annotated[Text, MARK_TYPES]
Sex = Annotated[Text, Known.of("Male Female NotSet")]
MarkType = Annotated[Word, MARK_TYPES]
Mood = Annotated[Word, Known.of("Good Average Bad NotSet")]
WorkStatus = Annotated[Word, Known.of("New Sent")]
LessonStatus = Annotated[Word, Known.of("")]
"""Its values were not found: each one seen is news."""
PeriodKind = Annotated[Word, PERIODS]
SchoolType = Annotated[Word, Known.of("Regular")]
JournalType = Annotated[Word, Known.of("Criteria")]
Roles = Annotated[tuple[str, ...] | None, ROLES]
"""Each of them is looked up by itself."""
