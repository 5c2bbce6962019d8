"""TimeTableExchange of «Сетевой Город», both generations, as it stands: bad elements as flaws, nothing resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from connectors.sources.formats import SGO, Detected
from connectors.sources.sgo_elements import Elements, tag_of
from connectors.sources.sgo_wire import (
    SgoBell,
    SgoClass,
    SgoCourse,
    SgoFile,
    SgoRoom,
    SgoSlot,
    SgoSubject,
    SgoTeacher,
    SgoWeek,
)
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lxml.etree import _Element

    from connectors.sources.material import Material

T = TypeVar("T", SgoBell, SgoTeacher, SgoSubject, SgoRoom, SgoClass, SgoCourse)

_ROOT = "timetableexchange"
_SECTIONS = ("lessontimes", "teachers", "subjects", "rooms", "plan", "timetable")
_OPTIONAL = frozenset({"rooms", "timetable"})
DAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_LARGEST = 999


def recognise(material: Material) -> Detected | None:
    """By its root element; the older generation calls a `csg` a `lesson`."""
    root = material.xml[0] if material.xml else None
    if root is None or tag_of(root) != _ROOT:
        return None
    older = any(tag_of(row) == "lesson" for plan in _of(root, "plan") for kind in plan for row in kind)
    return Detected(SGO, "1" if older else "2")


def read_sgo(material: Material) -> SgoFile:
    """The file as typed rows. Raises UnreadableFile; a bad element never raises, it becomes a flaw with its line."""
    if material.xml is None:
        raise UnreadableFile("это не файл TimeTableExchange", material.name, code="UNKNOWN_FORMAT")
    root, guessed = material.xml
    reader = Elements(material.name)
    if guessed:
        reader.flaws.append(Flaw(code="ENCODING_GUESSED", where=material.name, raw="windows-1251"))
    reader.attributes(root, "nonamespaceschemalocation")
    sections: dict[str, list[_Element]] = {name: [] for name in _SECTIONS}
    for section in reader.children(root, *_SECTIONS):
        reader.attributes(section)
        sections[tag_of(section)].append(section)
    for name, found in sections.items():
        if not found:
            blocks = name not in _OPTIONAL
            reader.flaws.append(Flaw(code="TABLE_MISSING", where=material.name, raw=name, blocks=blocks))
    rows = _tables(reader, sections)
    weeks, slots = _timetable(reader, sections["timetable"])
    reader.name_unread()
    return SgoFile(source=material.source, weeks=weeks, slots=slots, flaws=tuple(reader.flaws), **rows)


def _of(parent: _Element, tag: str) -> Iterable[_Element]:
    return (child for child in parent.iterchildren("*") if tag_of(child) == tag)


def _tables(reader: Elements, sections: Mapping[str, Sequence[_Element]]) -> dict[str, Any]:
    def rows(section: str, tag: str) -> Iterable[_Element]:
        return (element for found in sections[section] for element in reader.children(found, tag))

    classes, courses = _plan(reader, sections["plan"])
    return {
        "bells": _by_id(reader, (_bell(reader, one) for one in rows("lessontimes", "lessontime"))),
        "teachers": _by_id(reader, (_teacher(reader, one) for one in rows("teachers", "teacher"))),
        "subjects": _by_id(reader, (_subject(reader, one) for one in rows("subjects", "subject"))),
        "rooms": _by_id(reader, (_room(reader, one) for one in rows("rooms", "room"))),
        "classes": _by_id(reader, classes),
        "courses": _by_id(reader, courses),
    }


def _by_id(reader: Elements, rows: Iterable[T | None]) -> dict[str, T]:
    """The rows by id; a repeated id keeps its first row and reports the others."""
    found: dict[str, T] = {}
    for row in rows:
        if row is None:
            continue
        if row.id in found:
            reader.flaws.append(Flaw(code="ID_REPEATED", where=row.where, raw=row.id, blocks=True))
        found.setdefault(row.id, row)
    return found


def _bell(reader: Elements, element: _Element) -> SgoBell | None:
    told = reader.leaf(element, "id", "number", "starttime", "endtime")
    number = reader.number(element, told, "number", _LARGEST)
    if number is None or not reader.require(element, told, "id"):
        return None
    where = reader.where(element)
    return SgoBell(id=told["id"], number=number, starts=told["starttime"], ends=told["endtime"], where=where)


def _teacher(reader: Elements, element: _Element) -> SgoTeacher | None:
    told = reader.leaf(element, "tid", "lastname", "firstname", "middlename")
    if not reader.require(element, told, "tid", "lastname"):
        return None
    return SgoTeacher(
        id=told["tid"],
        family=told["lastname"],
        given=told["firstname"],
        patronymic=told["middlename"],
        where=reader.where(element),
    )


def _subject(reader: Elements, element: _Element) -> SgoSubject | None:
    told = reader.attributes(element, "sid", "name", "abbr")
    named = [(one, reader.leaf(one, "tid")) for one in reader.children(element, "teacher")]
    may_teach = tuple(teacher["tid"] for one, teacher in named if reader.require(one, teacher, "tid"))
    if not reader.require(element, told, "sid", "name"):
        return None
    where = reader.where(element)
    return SgoSubject(id=told["sid"], name=told["name"], short=told["abbr"], teacher_ids=may_teach, where=where)


def _room(reader: Elements, element: _Element) -> SgoRoom | None:
    told = reader.leaf(element, "id", "name")
    if not reader.require(element, told, "id", "name"):
        return None
    return SgoRoom(id=told["id"], name=told["name"], where=reader.where(element))


def _plan(reader: Elements, plans: Sequence[_Element]) -> tuple[list[SgoClass], list[SgoCourse]]:
    classes: list[SgoClass] = []
    courses: list[SgoCourse] = []
    for element in (one for plan in plans for one in reader.children(plan, "class")):
        told = reader.attributes(element, "id", "name", "studcnt")
        if not reader.require(element, told, "id", "name"):
            for course in element.iterchildren("*"):
                reader.flaw("REFERENCE_BAD", course, "class", blocks=True)
            continue
        classes.append(SgoClass(id=told["id"], name=told["name"], pupils=told["studcnt"], where=reader.where(element)))
        _courses(reader, element, told["id"], courses)
    return classes, courses


def _courses(reader: Elements, parent: _Element, class_id: str, found: list[SgoCourse]) -> None:
    """The courses of a class; one may stand inside another."""
    for element in reader.children(parent, "csg", "lesson"):
        told = reader.attributes(element, "id", "pclassid", "tid", "sid", "name", "groupid", "hrsweek", "studcnt")
        _courses(reader, element, class_id, found)
        if told["pclassid"] not in ("", class_id):
            reader.flaw("REFERENCE_BAD", element, f"pclassid={told['pclassid']}")
        if reader.require(element, told, "id", "sid"):
            found.append(
                SgoCourse(
                    id=told["id"],
                    class_id=class_id,
                    subject_id=told["sid"],
                    teacher_id=told["tid"],
                    name=told["name"],
                    group_id=told["groupid"],
                    hours=told["hrsweek"],
                    pupils=told["studcnt"],
                    where=reader.where(element),
                )
            )


def _timetable(reader: Elements, sections: Sequence[_Element]) -> tuple[tuple[SgoWeek, ...], tuple[SgoSlot, ...]]:
    weeks: list[SgoWeek] = []
    slots: list[SgoSlot] = []
    for week in (one for section in sections for one in reader.children(section, "week")):
        weeks.append(SgoWeek(name=reader.attributes(week, "id", "name")["name"], where=reader.where(week)))
        for day in reader.children(week, "day"):
            weekday = _weekday(reader, day)
            for hour in reader.children(day, "lesson"):
                bell = reader.attributes(hour, "timeid")
                whole = reader.require(hour, bell, "timeid")
                for row in reader.children(hour, "csg", "lesson"):
                    told = reader.leaf(row, "id", "roomid")
                    if whole and weekday and reader.require(row, told, "id"):
                        slots.append(
                            SgoSlot(
                                week=len(weeks) - 1,
                                weekday=weekday,
                                bell_id=bell["timeid"],
                                course_id=told["id"],
                                room_id=told["roomid"],
                                where=reader.where(row),
                            )
                        )
    return tuple(weeks), tuple(slots)


def _weekday(reader: Elements, day: _Element) -> int | None:
    """ISO weekday: `wd` counts from Sunday = 1; without it the name of the day tells."""
    told = reader.attributes(day, "id", "name", "wd")
    name = told["name"].casefold()
    if not told["wd"] and name in DAYS:
        return DAYS.index(name) + 1
    number = reader.number(day, told, "wd", 7)
    if number is None or number < 1:
        reader.flaw("DAY_UNKNOWN", day, told["wd"][:20], blocks=True)
        return None
    return number - 1 or 7
