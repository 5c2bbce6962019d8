"""aSc Timetables 2012 XML, read as it stands: tables by their own `columns`, bad rows as flaws, nothing resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.sources.asc_wire import (
    AscCard,
    AscClass,
    AscFile,
    AscGroup,
    AscLesson,
    AscMask,
    AscNamed,
    AscPeriod,
    AscTeacher,
)
from connectors.sources.formats import ASC, Detected
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element

    from connectors.sources.material import Material

T = TypeVar("T")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "periods": ("period", "name", "starttime", "endtime"),
    "daysdefs": ("id", "days", "name"),
    "weeksdefs": ("id", "weeks", "name"),
    "termsdefs": ("id", "terms", "name"),
    "subjects": ("id", "name"),
    "teachers": ("id", "name", "firstname", "lastname"),
    "classrooms": ("id", "name"),
    "classes": ("id", "name", "teacherid"),
    "groups": ("id", "classid", "name", "entireclass", "divisiontag"),
    "lessons": ("id", "subjectid", "classids", "groupids", "teacherids", "periodsperweek"),
    "cards": ("lessonid", "period", "days", "weeks", "terms", "classroomids"),
}
"""The columns we read of each table; a table that does not declare one of them is reported."""
_KEYS = frozenset({"id", "classid", "subjectid", "lessonid", "period", "days"})
"""A row without one of these cannot be understood."""
_EXPECTED_EMPTY = frozenset({"students", "studentsubjects", "classroomsupervisions", "buildings", "breaks"})
"""Known tables that carry nothing we take; a filled one is reported, once."""
_OPTIONAL = frozenset({"daysdefs", "weeksdefs", "termsdefs", "classrooms"})
"""Tables a timetable can be understood without."""
_KNOWN = frozenset(COLUMNS) | _EXPECTED_EMPTY | {"grades"}


class _BadRow(Exception):
    """This row cannot be read: the code and the text that shows why."""

    def __init__(self, code: str, raw: str) -> None:
        super().__init__(code)
        self.code, self.raw = code, raw


@dataclass
class _Reader:
    """One pass over the tables, collecting flaws."""

    source: str
    root: _Element
    flaws: list[Flaw] = field(default_factory=list)

    def where(self, element: _Element) -> str:
        return f"{self.source}:{element.sourceline}"

    def flaw(self, code: str, element: _Element, raw: str = "", *, blocks: bool = False) -> None:
        self.flaws.append(Flaw(code=code, where=self.where(element), raw=raw, blocks=blocks))

    def rows(self, table: str, make: Callable[[Mapping[str, str], str], T]) -> tuple[T, ...]:
        """Every row of the table that can be read."""
        if self.root.find(table) is None:
            blocks = table not in _OPTIONAL
            self.flaws.append(Flaw(code="TABLE_MISSING", where=self.source, raw=table, blocks=blocks))
        rows = []
        for found in self.root.iterfind(table):
            declared = self._declared(found)
            for element in found:
                values = {name: _value(element, name, declared) for name in COLUMNS[table]}
                try:
                    _require(values)
                    rows.append(make(values, self.where(element)))
                except _BadRow as bad:
                    self.flaw(bad.code, element, bad.raw, blocks=True)
        return tuple(rows)

    def by_id(self, table: str, make: Callable[[Mapping[str, str], str], T]) -> dict[str, T]:
        """The rows by id; a repeated id keeps its first row and reports the others."""
        rows: dict[str, T] = {}
        for row in self.rows(table, make):
            key: str = row.id  # type: ignore[attr-defined]  # every table with an id column has it
            if key in rows:
                place: str = row.where  # type: ignore[attr-defined]
                self.flaws.append(Flaw(code="ID_REPEATED", where=place, raw=f"{table}: {key}", blocks=True))
            else:
                rows[key] = row
        return rows

    def report_the_rest(self) -> None:
        """Names every table that nothing above reads."""
        for table in self.root:
            tag = str(table.tag)
            if tag not in _KNOWN:
                self.flaw("TABLE_UNKNOWN", table, f"{tag}: {len(table)}")
            elif tag in _EXPECTED_EMPTY and len(table):
                self.flaw("TABLE_IGNORED", table, f"{tag}: {len(table)}")

    def _declared(self, table: _Element) -> frozenset[str]:
        """The columns of the table: `columns` is its schema, where it has one (formats.md §1)."""
        wanted = COLUMNS[str(table.tag)]
        declared = frozenset(name.strip() for name in str(table.get("columns", ",".join(wanted))).split(","))
        for name in wanted:
            if name not in declared:
                self.flaw("COLUMN_MISSING", table, f"{table.tag}.{name}", blocks=name in _KEYS)
        return declared


def recognise(material: Material) -> Detected | None:
    """aSc of 2012 or 2008: by the name the program gives or, where it gives none, by the tables (formats.md §1)."""
    root = material.xml[0] if material.xml else None
    if root is None or root.tag != "timetable" or root.find("lessons") is None:
        return None
    version = _version(root)
    return Detected(ASC, version, "" if version == "2012" else "UNSUPPORTED_VERSION")


def _version(root: _Element) -> str:
    for version in ("2012", "2008"):
        if version in str(root.get("displayname", "")):
            return version
    return "2008" if any(root.find(tag) is not None for tag in ("days", "dayperiods")) else "2012"


def read_asc(material: Material) -> AscFile:
    """The export as typed rows. Raises UnreadableFile; a bad row never raises, it becomes a flaw with its line."""
    if material.xml is None:
        raise UnreadableFile("это не выгрузка aSc Timetables", material.name, code="UNKNOWN_FORMAT")
    root, guessed = material.xml
    reader = _Reader(material.name, root)
    if guessed:
        reader.flaws.append(Flaw(code="ENCODING_GUESSED", where=material.name, raw="windows-1251"))
    tables: dict[str, Any] = {
        "periods": reader.rows("periods", _period),
        "days": reader.rows("daysdefs", _mask("days")),
        "weeks": reader.rows("weeksdefs", _mask("weeks")),
        "terms": reader.rows("termsdefs", _mask("terms")),
        "subjects": reader.by_id("subjects", _named),
        "teachers": reader.by_id("teachers", _teacher),
        "rooms": reader.by_id("classrooms", _named),
        "classes": reader.by_id("classes", _class),
        "groups": reader.by_id("groups", _group),
        "lessons": reader.by_id("lessons", _lesson),
        "cards": reader.rows("cards", _card),
    }
    reader.report_the_rest()
    return AscFile(source=material.source, flaws=tuple(reader.flaws), **tables)


def _value(element: _Element, name: str, declared: frozenset[str]) -> str:
    return str(element.get(name, "")).strip() if name in declared else ""


def _require(values: Mapping[str, str]) -> None:
    for name, value in values.items():
        if name in _KEYS and not value:
            raise _BadRow("VALUE_MISSING", name)


def _number(values: Mapping[str, str], name: str) -> int:
    text = values[name]
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise _BadRow("NUMBER_BAD", f"{name}={text}")
    return int(text)


def _bits(values: Mapping[str, str], name: str) -> str:
    """A mask of 0 and 1, alternatives joined by commas; may be blank."""
    text = values[name].replace(" ", "")
    if text.strip("01,"):
        raise _BadRow("MASK_BAD", f"{name}={text}")
    return text


def _ids(values: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in values[name].split(",") if part.strip())


def _period(values: Mapping[str, str], where: str) -> AscPeriod:
    return AscPeriod(
        number=_number(values, "period"),
        name=values["name"],
        starts=values["starttime"],
        ends=values["endtime"],
        where=where,
    )


def _mask(column: str) -> Callable[[Mapping[str, str], str], AscMask]:
    def make(values: Mapping[str, str], where: str) -> AscMask:
        return AscMask(id=values["id"], name=values["name"], mask=_bits(values, column), where=where)

    return make


def _named(values: Mapping[str, str], where: str) -> AscNamed:
    return AscNamed(id=values["id"], name=values["name"], where=where)


def _teacher(values: Mapping[str, str], where: str) -> AscTeacher:
    first, last = values["firstname"], values["lastname"]
    return AscTeacher(id=values["id"], name=values["name"], first_name=first, last_name=last, where=where)


def _class(values: Mapping[str, str], where: str) -> AscClass:
    return AscClass(id=values["id"], name=values["name"], teacher_id=values["teacherid"], where=where)


def _group(values: Mapping[str, str], where: str) -> AscGroup:
    return AscGroup(
        id=values["id"],
        class_id=values["classid"],
        name=values["name"],
        entire=values["entireclass"] == "1",
        division=values["divisiontag"],
        where=where,
    )


def _lesson(values: Mapping[str, str], where: str) -> AscLesson:
    return AscLesson(
        id=values["id"],
        subject_id=values["subjectid"],
        class_ids=_ids(values, "classids"),
        group_ids=_ids(values, "groupids"),
        teacher_ids=_ids(values, "teacherids"),
        periods_per_week=values["periodsperweek"],
        where=where,
    )


def _card(values: Mapping[str, str], where: str) -> AscCard:
    return AscCard(
        lesson_id=values["lessonid"],
        period=_number(values, "period"),
        days=_bits(values, "days"),
        weeks=_bits(values, "weeks"),
        terms=_bits(values, "terms"),
        room_ids=_ids(values, "classroomids"),
        where=where,
    )
