"""A small invented school put into a sandbox over its real wire, and a client that speaks that wire by hand."""

from __future__ import annotations

import io
import re
import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import httpx
import xlsxwriter

if TYPE_CHECKING:
    from connectors.sandbox.server import RunningSandbox

HEADER = (
    *("GUID", "ID в дневнике", "Роль", "Фамилия", "Имя", "Отчество", "Пол", "Дата рождения", "СНИЛС", "Класс"),
    *("Степень родства", "GUID ученика", "Телефон", "E-mail"),
)
SCHOOL = str(uuid.uuid5(uuid.NAMESPACE_DNS, "school"))
MONDAY = date(2026, 9, 7)


def guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


def person_row(name: str, role: str = "Ученик", **more: str) -> dict[str, str]:
    family, given, patronymic = (*name.split(), "")[:3]
    names = {"Фамилия": family, "Имя": given, "Отчество": patronymic}
    return {"GUID": guid(name), "Роль": role, **names, "Пол": "М", "Дата рождения": "01.02.2013", **more}


def workbook(rows: list[dict[str, str]], header: tuple[str, ...] = HEADER, sheet: str = "Люди") -> bytes:
    """The persons workbook as bytes."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, header)
        for number, row in enumerate(rows, start=1):
            page.write_row(number, 0, [row.get(column, "") for column in header])
    return target.getvalue()


class Wire:
    """REST, SOAP and control of one running sandbox; SOAP answers are (status, text of the result or the fault)."""

    def __init__(self, sandbox: RunningSandbox, role: str = "admin") -> None:
        self.http = httpx.Client(base_url=sandbox.root, headers={"Access-Token": sandbox.token(role)}, timeout=60)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(f"/v2.0/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def error(self, path: str, verb: str = "GET", **options: Any) -> tuple[int, str]:
        answer = self.http.request(verb, f"/v2.0/{path}", **options)
        return answer.status_code, answer.json()["type"]

    def control(self, path: str, body: Any = None, content: bytes | None = None) -> Any:
        verb = "GET" if body is None and content is None else "POST"
        answer = self.http.request(verb, f"/_sandbox/{path}", json=body, content=content)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def soap(self, call: str, inner: str = "", headers: dict[str, str] | None = None, **fields: Any) -> tuple[int, str]:
        text = inner + "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
        envelope = (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<{call} xmlns="http://dnevnik.mos.ru/">{text}</{call}></soap:Body></soap:Envelope>'
        )
        action = {"SOAPAction": f'"http://dnevnik.mos.ru/{call}"', "Content-Type": "text/xml; charset=utf-8"}
        answer = self.http.post("/ImportService.asmx", content=envelope.encode(), headers={**action, **(headers or {})})
        found = re.search(rf"<{call}Result>(.*)</{call}Result>|<faultstring>(.*)</faultstring>", answer.text, re.DOTALL)
        assert found, answer.text
        return answer.status_code, found[1] if found[2] is None else found[2]

    def done(self, call: str, inner: str = "", **fields: Any) -> str:
        status, text = self.soap(call, inner, **fields)
        assert status == 200, text
        return text

    def refused(self, call: str, **fields: Any) -> str:
        """The fault's code."""
        status, text = self.soap(call, **fields)
        assert status == 500
        return text.partition(":")[0]


class SmallSchool:
    """Two classes (7А with a subgroup, 1Б), eight pupils each, two teachers, three subjects, four weeks of lessons."""

    def __init__(self, wire: Wire, backwards: bool = False, weeks: int = 4) -> None:
        self.wire = wire
        turn = -1 if backwards else 1
        wire.control("school", {"key": "demo", "name": "Школа № 1", "guid": SCHOOL})
        self.pupils = {form: [f"Ученик{form}{n} Имя{n} Отчество" for n in range(8)] for form in ("7А", "1Б")}
        self.teachers = ("Учителева Анна Ивановна", "Педагогов Пётр Петрович")
        staff = [person_row(name, "Сотрудник") for name in self.teachers]
        pupils = [person_row(name) for names in self.pupils.values() for name in names]
        parent = person_row("Родителева Ольга", "Родитель", **{"GUID ученика": guid(self.pupils["7А"][0])})
        parent |= {"Степень родства": "мать", "Телефон": "+79000000000"}
        self.upload = wire.control("persons", content=workbook([*staff, *pupils, parent][::turn]))
        self._frame()
        self._members(turn)
        self.subjects = {name: self._subject(name) for name in ("Алгебра", "Русский язык", "Английский язык")[::turn]}
        self._lessons(weeks, turn)

    def _frame(self) -> None:
        bells = "".join(
            f"<DayTimeTableItem><LessonNumber>{n}</LessonNumber><StartHours>{8 + n}</StartHours><StartMinutes>0"
            f"</StartMinutes><FinishHours>{8 + n}</FinishHours><FinishMinutes>45</FinishMinutes></DayTimeTableItem>"
            for n in range(1, 7)
        )
        items = f"<items><DayTimeTable><ItemCollection>{bells}</ItemCollection></DayTimeTable></items>"
        done = self.wire.done
        self.table = done("insertTimeTable", f"<schoolGuid>{SCHOOL}</schoolGuid><name>Звонки</name>{items}")
        self.periods = done(
            "insertReportingPeriodGroup", schoolGuid=SCHOOL, name="Четверти", type="Quarter", studyYear=2026
        )
        for number, (starts, ends) in enumerate((("2026-09-01", "2026-10-25"), ("2026-11-05", "2026-12-28")), start=1):
            days = {"dateStart": f"{starts}T00:00:00", "dateFinish": f"{ends}T00:00:00"}
            done("insertReportingPeriod", periodGroupID=self.periods, name=f"{number} четверть", number=number, **days)
        self.groups = {form: done("insertGroup", **self.form(form)) for form in ("7А", "1Б")}
        names = {"name": "1 группа", "parentGroupGuid": guid("7А"), "description": "Английский"}
        self.groups["7А/1"] = done("insertSubGroup", guid=guid("7А/1"), **names)

    def form(self, key: str, **changed: Any) -> dict[str, Any]:
        frame = {"studyYear": 2026, "periodGroupID": self.periods, "description": "", "tableID": self.table}
        own = {"guid": guid(key), "schoolGuid": SCHOOL, "name": key, "parallel": int(key[0])}
        return {**own, **frame, **changed}

    def _members(self, turn: int) -> None:
        for form, names in self.pupils.items():
            for name in names[::turn]:
                self.wire.done("insertGroupMembership", personGuid=guid(name), groupGuid=guid(form))
        for name in self.pupils["7А"][:4][::turn]:
            self.wire.done("insertGroupMembership", personGuid=guid(name), groupGuid=guid("7А/1"))

    def _subject(self, name: str) -> str:
        area = "Philology" if "язык" in name else "Mathematics"
        return self.wire.done("insertSubject", schoolGuid=SCHOOL, name=name, nameFull=name, knowledgeArea=area)

    def _lessons(self, weeks: int, turn: int) -> None:
        cards = (
            *(("7А", "Алгебра", day, 1) for day in (0, 2, 4)),
            *(("7А", "Алгебра", 4, 2), ("7А", "Русский язык", 1, 2), ("7А", "Русский язык", 3, 2)),
            *(("7А/1", "Английский язык", day, 3) for day in (1, 4)),
            *(("1Б", "Русский язык", day, 1) for day in range(5)),
        )
        days = [MONDAY + timedelta(days=7 * week) for week in range(weeks)]
        rows = [(form, subject, monday + timedelta(days=day), n) for monday in days for form, subject, day, n in cards]
        self.lessons = {row: self.lesson(*row) for row in rows[::turn]}

    def lesson(self, form: str, subject: str, day: date, number: int) -> str:
        """The id of a new lesson."""
        teacher = self.teachers[0] if subject == "Алгебра" else self.teachers[1]
        answer = self.wire.done(
            "insertLesson",
            groupGuid=guid(form),
            subjectID=self.subjects[subject],
            teacherGuid=guid(teacher),
            date=f"{day.isoformat()}T00:00:00",
            number=number,
        )
        found = re.search(r"<lessonID>(\d+)</lessonID><workID>\d+</workID>", answer)
        assert found
        return found[1]
