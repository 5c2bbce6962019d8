"""What the ids of a NIKA file mean here: classes, parts of classes, subjects, teachers and rooms, all by name."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, NamedTuple

from mappings.classes import parse_form
from mappings.names import clean, parse_name
from mappings.sources.provisional import undated_form
from state.identity import SourcedId, staff_id, subgroup_id, subject_id
from state.records import Form, Staff, Subgroup, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.nika_wire import NikaEntry, NikaFile
    from mappings.sources.notes import Notes

_NUMBERING = re.compile(r"[\W\d_]+")
_GENDER = re.compile(r"(мальч|девоч|девуш|юнош|^м$|^д$)")


class Taught(NamedTuple):
    """An entry of a cell that was understood; `teacher` is blank where none is told."""

    group: SourcedId
    subject: SourcedId
    teacher: SourcedId
    room: str
    teacher_id: str
    """The file's own, to compare with what teachers' tables say."""

    @property
    def teachers(self) -> tuple[SourcedId, ...]:
        return (self.teacher,) if self.teacher else ()


@dataclasses.dataclass
class Names:
    """Ids of one file to records of ours; subgroups appear as cells name them, for the file lists only their names."""

    file: NikaFile
    notes: Notes
    subgroups: dict[SourcedId, Subgroup] = dataclasses.field(default_factory=dict)

    def entry(self, class_id: str, entry: NikaEntry, where: str) -> Taught | None:
        """What the entry says, or None with a problem. An unknown room is only left out."""
        file = self.file
        known: tuple[tuple[str, str, Mapping[str, str]], ...] = (
            ("CLASSES", class_id, file.classes),
            ("SUBJECTS", entry.subject, file.subjects),
            ("TEACHERS", entry.teacher or "", file.teachers),
            ("CLASSGROUPS", entry.group or "", file.groups),
        )
        optional = {"TEACHERS", "CLASSGROUPS"}
        for table, key, names in known:
            if key not in names and (key or table not in optional):
                self.notes.add("REFERENCE_BAD", where, f"{table}={key}", blocks=True)
                return None
        if entry.room and entry.room not in file.rooms:
            self.notes.add("REFERENCE_BAD", where, f"ROOMS={entry.room}")
        return Taught(
            group=self.group(class_id, entry.group),
            subject=subject_id(clean(file.subjects[entry.subject])),
            teacher=self._teacher(entry.teacher),
            room=clean(file.rooms.get(entry.room, "")),
            teacher_id=entry.teacher,
        )

    def group(self, class_id: str, group: str) -> SourcedId:
        """The form, or the part of it, by ids the file knows."""
        form = undated_form(self.file.classes[class_id])
        if not group:
            return form
        name = clean(self.file.groups[group])
        division = division_of(name)
        key = subgroup_id(form, division, name)
        self.subgroups.setdefault(key, Subgroup(sourced_id=key, name=name, form=form, division=division))
        return key

    def _teacher(self, teacher: str) -> SourcedId:
        return staff_id(clean(self.file.teachers[teacher])) if teacher else SourcedId("")

    def subjects(self) -> tuple[Subject, ...]:
        found: dict[SourcedId, Subject] = {}
        for key, text in self.file.subjects.items():
            subject = Subject(sourced_id=subject_id(clean(text)), name=clean(text))
            if subject.sourced_id in found:
                self.notes.add("SUBJECT_REPEATED", f"{self.file.source.name}:SUBJECTS/{key}", text)
            found.setdefault(subject.sourced_id, subject)
        return tuple(found.values())

    def staff(self) -> tuple[Staff, ...]:
        """Every teacher as written; two of one name stay two, so that `assemble` sees that there are two."""
        names = (clean(text) for text in self.file.teachers.values())
        return tuple(Staff(sourced_id=staff_id(name), name=parse_name(name)) for name in names)

    def forms(self) -> tuple[Form, ...]:
        found: dict[SourcedId, Form] = {}
        for key, text in self.file.classes.items():
            parsed = parse_form(text)
            grade = parsed.grade or _grade(self.file.grades.get(key, ""))
            form = Form(sourced_id=undated_form(parsed.name), name=parsed.name, grade=grade)
            if form.sourced_id in found:
                self.notes.add("FORM_REPEATED", f"{self.file.source.name}:CLASSES/{key}", text)
            found.setdefault(form.sourced_id, form)
        return tuple(found.values())


def division_of(name: str) -> str:
    """The division a subgroup's name tells of: what «1 группа» and «2 группа» share; boys and girls are one.

    The file has none, and it must not change with the lessons: it is part of the subgroup's id (formats.md §11).
    """
    words = _NUMBERING.sub(" ", name).strip().casefold()
    return "мальчики, девочки" if _GENDER.search(words) else words


def _grade(text: str) -> int:
    return int(text) if text in {str(grade) for grade in range(1, 12)} else 0
