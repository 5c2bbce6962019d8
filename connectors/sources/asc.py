"""aSc Timetables XML of 2012 and 2008, read as it stands: bad rows as flaws, nothing resolved (formats.md §1)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from connectors.sources.asc_2008 import COLUMNS_2008, first_day, import_tables, named_days, numbered_cards
from connectors.sources.asc_tables import Tables
from connectors.sources.asc_values import bits, ids, number, span
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
from connectors.sources.garbage import uncollected
from connectors.sources.wire import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element

    from connectors.sources.material import Material

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "periods": ("period", "name", "starttime", "endtime"),
    "daysdefs": ("id", "days", "name"),
    "weeksdefs": ("id", "weeks", "name"),
    "termsdefs": ("id", "terms", "name"),
    "subjects": ("id", "name", "partner_id"),
    "teachers": ("id", "name", "firstname", "lastname", "partner_id"),
    "classrooms": ("id", "name"),
    "classes": ("id", "name", "teacherid"),
    "groups": ("id", "classid", "name", "entireclass", "divisiontag"),
    "lessons": (
        *("id", "subjectid", "classids", "groupids", "teacherids", "periodsperweek"),
        *("periodspercard", "durationperiods", "weeks"),
    ),
    "cards": ("lessonid", "period", "days", "weeks", "terms", "classroomids"),
}
"""The columns we read of each table; a table that does not declare one of them is reported."""
_OPTIONAL = frozenset({"daysdefs", "weeksdefs", "termsdefs", "classrooms"})
_OPTIONAL_2008 = frozenset({*_OPTIONAL, "periods", "groups", "lessons", "cards"})
_SIGNS_OF_2008 = ("days", "dayperiods", "classsubjects", "groupsubjects", "classtimetables")


def recognise(material: Material) -> Detected | None:
    """aSc of 2012 or 2008: by the name the program gives or, where it gives none, by the tables (formats.md §1)."""
    root = material.xml[0] if material.xml else None
    if root is None or root.tag != "timetable":
        return None
    if all(root.find(tag) is None for tag in ("lessons", *_SIGNS_OF_2008)):
        return None
    return Detected(ASC, _version(root))


def _version(root: _Element) -> str:
    """A card's own words come before the name: exports exist that carry the other version's."""
    card = root.find("cards/card")
    if card is not None and ("days" in card.attrib) != ("day" in card.attrib):
        return "2012" if "days" in card.attrib else "2008"
    for version in ("2012", "2008"):
        if version in str(root.get("displayname", "")):
            return version
    return "2008" if any(root.find(tag) is not None for tag in _SIGNS_OF_2008) else "2012"


def read_asc(material: Material) -> AscFile:
    """The export as typed rows. Raises UnreadableFile; a bad row never raises, it becomes a flaw with its line."""
    if material.xml is None:
        raise UnreadableFile("это не выгрузка aSc Timetables", material.name, code="UNKNOWN_FORMAT")
    root, guessed = material.xml
    old = _version(root) == "2008"
    columns = {name: row for name, row in COLUMNS.items() if not old or name != "daysdefs"}
    columns |= COLUMNS_2008 if old else {}
    tables = Tables(material.name, root, columns, _OPTIONAL_2008 if old else _OPTIONAL)
    if guessed:
        tables.note("ENCODING_GUESSED", material.name, "windows-1251")
    with uncollected():
        rows = _rows(tables) | (_placed_2008(tables) if old else _placed(tables))
    tables.report_the_rest()
    return AscFile(source=material.source, flaws=tuple(tables.flaws), **rows)


def _rows(tables: Tables) -> dict[str, Any]:
    """The tables both versions have."""
    return {
        "periods": tables.rows("periods", _period),
        "weeks": tables.rows("weeksdefs", _mask("weeks")),
        "terms": tables.rows("termsdefs", _mask("terms")),
        "subjects": tables.by_id("subjects", _named),
        "teachers": tables.by_id("teachers", _teacher),
        "rooms": tables.by_id("classrooms", _named),
        "classes": tables.by_id("classes", _class),
        "groups": tables.by_id("groups", _group),
    }


def _placed(tables: Tables) -> dict[str, Any]:
    return {
        "days": tables.rows("daysdefs", _mask("days")),
        "lessons": tables.by_id("lessons", _lesson),
        "cards": tables.rows("cards", _card),
    }


def _placed_2008(tables: Tables) -> dict[str, Any]:
    """The same of 2008; times kept by day are the periods where there are no others."""
    base = first_day(tables)
    lessons = tables.by_id("lessons", _lesson)
    cards = numbered_cards(tables, lessons, base)
    planned, placed = import_tables(tables, base)
    found: dict[str, Any] = {
        "days": named_days(tables, base),
        "lessons": lessons | {lesson.id: lesson for lesson in planned},
        "cards": (*cards, *placed),
    }
    daily = tables.rows_if_any("dayperiods", _period)
    if tables.root.find("periods") is None:
        found["periods"] = tuple({(one.number, one.starts, one.ends): one for one in daily}.values())
    return found


def _period(values: Mapping[str, str], where: str) -> AscPeriod:
    return AscPeriod(
        number=number(values, "period"),
        name=values["name"],
        starts=values["starttime"],
        ends=values["endtime"],
        where=where,
    )


def _mask(column: str) -> Callable[[Mapping[str, str], str], AscMask]:
    def make(values: Mapping[str, str], where: str) -> AscMask:
        return AscMask(id=values["id"], name=values["name"], mask=bits(values, column), where=where)

    return make


def _named(values: Mapping[str, str], where: str) -> AscNamed:
    return AscNamed(id=values["id"], name=values["name"], where=where)


def _teacher(values: Mapping[str, str], where: str) -> AscTeacher:
    return AscTeacher(
        id=values["id"],
        name=values["name"],
        first_name=values["firstname"],
        last_name=values["lastname"],
        partner=values["partner_id"],
        where=where,
    )


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
        class_ids=ids(values, "classids"),
        group_ids=ids(values, "groupids"),
        teacher_ids=ids(values, "teacherids"),
        periods_per_week=values["periodsperweek"],
        weeks=bits(values, "weeks"),
        span=max(span(values, "periodspercard"), span(values, "durationperiods")),
        where=where,
    )


def _card(values: Mapping[str, str], where: str) -> AscCard:
    period, days, weeks, terms = _place(values["period"], values["days"], values["weeks"], values["terms"])
    return AscCard(values["lessonid"], period, days, weeks, terms, ids(values, "classroomids"), where)


@lru_cache(maxsize=1 << 12)
def _place(period: str, days: str, weeks: str, terms: str) -> tuple[int, str, str, str]:
    """Checked together and once: thousands of cards stand in a few hundred places. Raises BadRow."""
    values = {"period": period, "days": days, "weeks": weeks, "terms": terms}
    return number(values, "period"), bits(values, "days"), bits(values, "weeks"), bits(values, "terms")
