"""The diary's register as cells: what one group's lessons, marks, attendance, finals and list say about some days.

Nothing is guessed and nothing is dropped: a word outside the vocabulary stays in `raw` as written, a person, subject or
teacher without a link is named «remote:<id>».
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from connectors.dnevnik.wire import utc
from mappings.dnevnik.roster import name_of
from mappings.references import foreign_id
from mappings.vocabulary import UnknownStatus, attendance_of_diary, canonical
from state.identity import RemoteId, SourcedId
from state.register import EPOCH, CellKind, Page, RegisterCell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from connectors.dnevnik import wire, wire_results

HOMEWORK = "Homework"
MEMBER_VALUE = "1"
NO_SUBJECT = SourcedId("")
"""The subject of a group's own list page."""
SUBJECT = "subject:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Our names for the diary's ids."""

    groups: Mapping[RemoteId, SourcedId]
    subjects: Mapping[RemoteId, SourcedId]
    persons: Mapping[RemoteId, SourcedId]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRegister:
    """Everything read of one group."""

    group: RemoteId
    lessons: tuple[wire.Lesson, ...] = ()
    marks: tuple[wire.Mark, ...] = ()
    log: tuple[wire.LessonLogEntry, ...] = ()
    finals: tuple[wire_results.PersonFinalMarks, ...] = ()
    periods: tuple[wire.ReportingPeriod, ...] = ()
    members: tuple[wire.Student, ...] = ()


@dataclass(slots=True)
class _Entries:
    """What one pupil has in one lesson, before it becomes a cell."""

    marks: list[wire.Mark] = field(default_factory=list)
    log: list[wire.LessonLogEntry] = field(default_factory=list)


def cells_of(register: GroupRegister, names: Names) -> tuple[RegisterCell, ...]:
    """Every cell of the group: columns, entries, topics, homework, finals and the list of pupils."""
    return tuple(_cells(register, names))


def strangers_of(register: GroupRegister, names: Names, teachers: Mapping[str, str]) -> dict[SourcedId, str]:
    """The people without a link that the cells name, with what the diary calls them; `teachers` adds names it knows."""
    shown = {student.person.key: name_of(student.person).full for student in register.members}
    known = {**teachers, **{key: name for key, name in shown.items() if name}}
    keys = {key for key in shown if key not in names.persons}
    keys |= {key for key in _mentioned(register) if key and key not in names.persons}
    return {foreign_id(key): known.get(key, "") for key in sorted(keys)}


def unknown_teachers(register: GroupRegister, names: Names) -> bool:
    """Whether some lesson names a teacher without a link."""
    return any(key not in names.persons for lesson in register.lessons for key in lesson.teacher_keys)


def _mentioned(register: GroupRegister) -> Iterator[str]:
    for lesson in register.lessons:
        yield from lesson.teacher_keys
    yield from (mark.person_key for mark in register.marks)
    yield from (entry.person_key for entry in register.log)
    yield from (final.person_key for final in register.finals)


def _cells(register: GroupRegister, names: Names) -> Iterator[RegisterCell]:
    group = names.groups[register.group]
    entries = _entries_by_lesson(register)
    for page, nth, lesson in _columns(register, group, names):
        mine = entries.get(lesson.key, {})
        yield from _column_cells(page, nth, lesson, names, mine.values())
        for person, entry in mine.items():
            cell = _entry_cell(page, nth, lesson, _person(person, names), entry)
            if cell.value or cell.raw:
                yield cell
    yield from _final_cells(register, group, names)
    for student in register.members:
        if not student.is_over:
            yield _member_cell(group, _person(student.person.key, names))


def _columns(register: GroupRegister, group: SourcedId, names: Names) -> Iterator[tuple[Page, int, wire.Lesson]]:
    """Lessons with their page and their ordinal among the subject's lessons of the day, by lesson number."""
    seen: dict[tuple[SourcedId, date], int] = defaultdict(int)
    own = {lesson.key: lesson for lesson in register.lessons if lesson.group_key in ("", register.group)}
    for lesson in sorted(own.values(), key=lambda one: (one.day, one.number or 0, _order(one.key))):
        subject = _subject(lesson.subject, names)
        seen[subject, lesson.day] += 1
        yield Page(group=group, subject=subject), seen[subject, lesson.day], lesson


def _entries_by_lesson(register: GroupRegister) -> dict[str, dict[str, _Entries]]:
    entries: dict[str, dict[str, _Entries]] = defaultdict(lambda: defaultdict(_Entries))
    for mark in register.marks:
        if mark.lesson_key:
            entries[mark.lesson_key][mark.person_key].marks.append(mark)
    for entry in register.log:
        entries[entry.lesson_key][entry.person_key].log.append(entry)
    return entries


def _column_cells(
    page: Page, nth: int, lesson: wire.Lesson, names: Names, entries: Iterable[_Entries]
) -> Iterator[RegisterCell]:
    teachers = ",".join(sorted(_person(key, names) for key in lesson.teacher_keys))
    marked = {mark.work_key for entry in entries for mark in entry.marks}
    kinds = {work.type for work in lesson.works if work.key in marked and work.type}
    head = _cell(page, nth, lesson, CellKind.LESSON, f"{lesson.number or 0}|{teachers}")
    yield replace(head, raw=",".join(sorted(kinds)))
    if lesson.title.strip():
        yield _cell(page, nth, lesson, CellKind.TOPIC, lesson.title.strip())
    homework = [work for work in lesson.works if work.type == HOMEWORK and work.text.strip()]
    if homework:
        homework.sort(key=lambda work: _order(work.key))
        # createdBy is a person's id in some answers and an account's in others: only a known person is named
        authors = (names.persons.get(RemoteId(str(work.created_by))) for work in homework)
        yield RegisterCell(
            page=page,
            day=lesson.day,
            nth=nth,
            kind=CellKind.HOMEWORK,
            person=None,
            value="; ".join(work.text.strip() for work in homework),
            author=next(filter(None, authors), ""),
            set_at=_latest(work.sent for work in homework),
            remote_id=lesson.key,
        )


def _entry_cell(page: Page, nth: int, lesson: wire.Lesson, person: SourcedId, entry: _Entries) -> RegisterCell:
    marks = sorted(entry.marks, key=lambda mark: (_order(mark.work_key), mark.number or 0, _order(mark.key)))
    words = [_text(mark) for mark in marks] + [_attendance(item.status) for item in entry.log]
    raw = " ".join(word for word in words if word)
    value = canonical(raw).text
    return RegisterCell(
        page=page,
        day=lesson.day,
        nth=nth,
        kind=CellKind.MARKS,
        person=person,
        value=value,
        raw="" if raw == value else raw,
        set_at=_latest([*(mark.entered for mark in marks), *(item.created for item in entry.log)]),
        remote_id=lesson.key,
    )


def _final_cells(register: GroupRegister, group: SourcedId, names: Names) -> Iterator[RegisterCell]:
    """Several finals of one pupil, subject and period share a cell, in the order the diary made them."""
    found: dict[tuple[SourcedId, date, SourcedId], list[wire.Mark]] = defaultdict(list)
    for row in register.finals:
        day = _last_day(row.period_key, register.periods)
        if day is None:
            continue
        for final in row.marks:
            if final.mark is not None:
                subject = _subject_id(final.subject_key, names)
                found[subject, day, _person(row.person_key, names)].append(final.mark)
    for (subject, day, person), marks in found.items():
        raw = " ".join(filter(None, map(_text, sorted(marks, key=lambda mark: _order(mark.key)))))
        value = canonical(raw).text
        yield RegisterCell(
            page=Page(group=group, subject=subject),
            day=day,
            nth=0,
            kind=CellKind.FINAL,
            person=person,
            value=value,
            raw="" if raw == value else raw,
            set_at=_latest(mark.entered for mark in marks),
            remote_id=marks[0].key,
        )


def _last_day(period: str, periods: Iterable[wire.ReportingPeriod]) -> date | None:
    """The period's last day. A mark of the year sits on 31 August, where no period can end; None: a strange period."""
    if period:
        return next((one.finish.date() for one in periods if one.key == period), None)
    starts = [one.start.date() for one in periods]
    return date(min(starts).year + 1, 8, 31) if starts else None


def _member_cell(group: SourcedId, person: SourcedId) -> RegisterCell:
    page = Page(group=group, subject=NO_SUBJECT)
    return RegisterCell(page=page, day=EPOCH, nth=0, kind=CellKind.MEMBER, person=person, value=MEMBER_VALUE)


def _cell(page: Page, nth: int, lesson: wire.Lesson, kind: CellKind, value: str) -> RegisterCell:
    return RegisterCell(page=page, day=lesson.day, nth=nth, kind=kind, person=None, value=value, remote_id=lesson.key)


def _text(mark: wire.Mark) -> str:
    """What people see of a mark (models.md: clients show textValue)."""
    return (mark.text_value or mark.value).strip()


def _attendance(status: str) -> str:
    try:
        return attendance_of_diary(status)
    except UnknownStatus:
        return status.strip()


def _person(key: str, names: Names) -> SourcedId:
    return names.persons.get(RemoteId(key)) or foreign_id(key)


def _subject(subject: wire.Subject | None, names: Names) -> SourcedId:
    return _subject_id(subject.key if subject else "", names)


def _subject_id(key: str, names: Names) -> SourcedId:
    return names.subjects.get(RemoteId(key)) or foreign_id(f"{SUBJECT}{key}")


def _order(key: str) -> tuple[int, str]:
    """Ids are issued in order; one that is no number comes last."""
    return (int(key), "") if key.isdecimal() else (1 << 64, key)


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((utc(moment) for moment in moments if moment is not None), default=None)
