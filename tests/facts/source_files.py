"""Small local files for tests, made as schools make them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import xlsxwriter

from connectors.sources import layouts
from mappings.sources.timeframe import Period, Shift, Timeframe
from state.records import Holiday
from state.snapshot import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from connectors.sources.wire import Layout

HEADERS = {
    layouts.PUPILS: layouts.PUPILS.headers,
    layouts.STAFF: layouts.STAFF.headers,
    layouts.SUBGROUPS: layouts.SUBGROUPS.headers,
    layouts.CONSENTS: layouts.CONSENTS.headers,
    layouts.SUBSTITUTIONS: layouts.SUBSTITUTIONS.headers,
    layouts.ORDERS: layouts.ORDERS.headers,
}


def write_grid(path: Path, rows: Sequence[Sequence[Any]], *, since_1904: bool = False) -> Path:
    """A workbook with one sheet «Лист1»; a text that begins with «=» becomes a formula, a date a date cell."""
    with xlsxwriter.Workbook(str(path), {"date_1904": since_1904}) as book:
        sheet, day = book.add_worksheet("Лист1"), book.add_format({"num_format": "dd.mm.yyyy"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif value is not None:
                    sheet.write(number, column, value)
    return path


def write_table(path: Path, layout: Layout, rows: Sequence[Mapping[str, Any]], **options: Any) -> Path:
    """A sheet with all headers of the layout and the given cells under them."""
    headers = HEADERS[layout]
    return write_grid(path, [headers, *([row.get(header) for header in headers] for row in rows)], **options)


def pupil(file: str, name: str = "Ли Ян", form: str = "7Б", **more: Any) -> dict[str, Any]:
    """A row of the contingent."""
    family, given, *rest = name.split(" ", 2)
    return {
        "Фамилия ученика": family,
        "Имя ученика": given,
        "Отчество ученика": rest[0] if rest else "",
        "Номер личного дела": file,
        "Класс": form,
        "Дата зачисления/перевода": date(2026, 9, 1),
        **more,
    }


def seat(file: str, name: str, form: str, division: str, subgroup: str) -> dict[str, Any]:
    """A row of the sheet of subgroups."""
    family, given, *rest = name.split(" ", 2)
    return {
        "Фамилия": family,
        "Имя": given,
        "Отчество": rest[0] if rest else "",
        "№ личного дела": file,
        "Класс": form,
        "Деление": division,
        "Подгруппа": subgroup,
    }


_COLUMNS = {
    "periods": "period,name,short,starttime,endtime",
    "daysdefs": "id,days,name,short",
    "weeksdefs": "id,weeks,name,short",
    "termsdefs": "id,terms,name,short",
    "subjects": "id,name,short,partner_id",
    "teachers": "id,name,short,gender,color,email,mobile,partner_id,firstname,lastname",
    "classrooms": "id,name,short,capacity,buildingid,partner_id",
    "classes": "id,name,short,classroomids,teacherid,grade,partner_id",
    "groups": "id,classid,name,entireclass,divisiontag,studentcount,studentids",
    "lessons": "id,subjectid,classids,groupids,teacherids,classroomids,periodspercard,periodsperweek,partner_id",
    "cards": "lessonid,period,days,weeks,terms,classroomids",
}
_ROW = {"classes": "class", "daysdefs": "daysdef", "weeksdefs": "weeksdef", "termsdefs": "termsdef"}
USUAL: Mapping[str, Sequence[Mapping[str, str]]] = {
    "periods": [
        {"period": str(number), "name": str(number), "starttime": f"{7 + number}:30", "endtime": f"{8 + number}:10"}
        for number in range(1, 13)
    ],
    "weeksdefs": [{"id": "W1", "weeks": "1", "name": "Все"}],
    "subjects": [{"id": "S1", "name": "Алгебра"}, {"id": "S2", "name": "Физика"}],
    "teachers": [{"id": "T1", "name": "Козлова О.В."}, {"id": "T2", "name": "Ли Ян"}],
    "classrooms": [{"id": "R1", "name": "215"}, {"id": "R2", "name": "110"}],
    "classes": [{"id": "C1", "name": "7Б", "teacherid": "T2"}],
    "groups": [
        {"id": "G0", "classid": "C1", "name": "Весь класс", "entireclass": "1", "divisiontag": "0"},
        {"id": "G1", "classid": "C1", "name": "1 группа", "entireclass": "0", "divisiontag": "1"},
        {"id": "G2", "classid": "C1", "name": "2 группа", "entireclass": "0", "divisiontag": "1"},
        {"id": "G3", "classid": "C1", "name": "Мальчики", "entireclass": "0", "divisiontag": "2"},
    ],
    "lessons": [
        {"id": "L1", "subjectid": "S1", "classids": "C1", "groupids": "G0", "teacherids": "T1"},
        {"id": "L2", "subjectid": "S2", "classids": "C1", "groupids": "G1,G2", "teacherids": "T2"},
    ],
    "cards": [
        {"lessonid": "L1", "period": "1", "days": "10000", "weeks": "1", "classroomids": "R1"},
        {"lessonid": "L2", "period": "2", "days": "01000", "weeks": "1", "classroomids": "R1,R2"},
    ],
}
"""A form with an algebra lesson on Mondays and a split physics lesson on Tuesdays."""


def asc_xml(changes: Mapping[str, Sequence[Mapping[str, str]]] | None = None, root: str = "") -> str:
    """An aSc 2012 export: the usual tables, some of them replaced."""
    tables = {**{name: [] for name in _COLUMNS}, **USUAL, **(changes or {})}
    body = "\n".join(_table(name, rows) for name, rows in tables.items())
    head = root or '<timetable displayname="aSc Timetables 2012 XML">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{body}\n</timetable>'


def _table(name: str, rows: Sequence[Mapping[str, str]]) -> str:
    tag = _ROW.get(name, name.removesuffix("s"))
    lines = [f"<{tag} " + " ".join(f'{key}="{value}"' for key, value in row.items()) + "/>" for row in rows]
    return "\n".join([f'<{name} columns="{_COLUMNS.get(name, "id")}">', *lines, f"</{name}>"])


YEAR = Timeframe(
    school_year=2026,
    kind="quarter",
    periods=(
        Period(number=1, name="1 четверть", starts=date(2026, 9, 1), ends=date(2026, 10, 24)),
        Period(number=2, name="2 четверть", starts=date(2026, 11, 2), ends=date(2026, 12, 28)),
    ),
    week_a=date(2026, 8, 31),
    holidays=(Holiday(starts=date(2026, 9, 14), ends=date(2026, 9, 14), name="перенос"),),
    shifts=(Shift(name="1 смена", first=1, last=7), Shift(name="2 смена", first=8, last=13)),
)
TWO_WEEKS = Scope(school_year=2026, lessons_from=date(2026, 9, 7), lessons_to=date(2026, 9, 20))
