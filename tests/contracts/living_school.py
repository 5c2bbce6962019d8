"""A small school in full life in a sandbox, and a real question for every described operation, asked by any role."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from facts.sandbox_school import MONDAY, SmallSchool, Wire, person_row, workbook

from connectors.sandbox import lessons
from connectors.sandbox.ids import client_of, password_of
from connectors.sandbox.nouns import COMMON, HOMEWORK
from connectors.sandbox.rest_tasks import task_of

if TYPE_CHECKING:
    import httpx
    from contracts.described import Operation

    from connectors.sandbox.nouns import Lesson
    from connectors.sandbox.server import RunningSandbox

NOW = datetime(2026, 9, 18, 15, 0, tzinfo=UTC)
"""A Friday in the middle of the first quarter: teachers' lists and current subjects are not empty."""
STARTS, ENDS = "2026-09-07", "2026-09-20"
ROLES = ("admin", "teacher", "parent", "pupil")
_BACK = "http://127.0.0.1/back"


class LivingSchool:
    """Registers kept for two weeks, period and thematic marks, a class teacher; the child is the parent's one."""

    def __init__(self, sandbox: RunningSandbox, wire: Wire) -> None:
        self.world, self.wire = sandbox.world, wire
        self.school = SmallSchool(wire, weeks=2)
        child = self.school.pupils["7А"][0]
        wire.control(
            "persons", content=workbook([person_row(child, **{"СНИЛС": "112-233-445 95", "E-mail": "a@example.org"})])
        )
        wire.control("teachers/play", {"from": str(MONDAY), "to": ENDS})
        self.child = next(one for one in self.world.persons.values() if one.full == child)
        self.teacher = next(one for one in self.world.persons.values() if one.full == self.school.teachers[0])
        wire.control("admin/class-teacher", {"group_id": self.school.groups["7А"], "person_id": str(self.teacher.id)})
        self.values = self._values()
        self.tokens = {role: sandbox.token(role) for role in ROLES[:3]} | {"pupil": self._signed_in()}

    def _signed_in(self) -> str:
        sent = self._client() | {"username": f"user{self.child.user}", "password": password_of(self.world.seed)}
        answer = self.wire.http.post(
            "/v2.0/authorizations/bycredentials",
            json={**sent, "scope": "CommonInfo,ContactInfo,FriendsAndRelatives,EducationalInfo"},
        )
        token: str = answer.json()["accessToken"]
        return token

    def _client(self) -> dict[str, str]:
        return dict(zip(("client_id", "client_secret"), client_of(self.world.seed), strict=True))

    # --- what is asked about ----------------------------------------------------------------------------------------

    def _values(self) -> dict[str, Any]:
        """A value for every parameter name of the file: all of them about the child's algebra."""
        world, group, child = self.world, int(self.school.groups["7А"]), self.child
        subject = int(self.school.subjects["Алгебра"])
        learnt = world.lessons_between(group, MONDAY, NOW.date(), subject)
        marked = [one for row in learnt for one in world.marks_of_lesson[row.id].values() if one.person == child.id]
        mark = marked[0]
        self.marked = world.lessons[mark.lesson or 0]
        self.missed = next(one for one in learnt if one is not self.marked)
        lessons.log(world, self.missed.id, child.id, "Absent", NOW.replace(tzinfo=None), "Болел")
        self.given = next(one for one in learnt if self._homework(one))
        self.last = learnt[-1]
        work = world.works[self._homework(self.given)[0]]
        theme = lessons.add_theme(world, group, subject, NOW.date(), self.teacher.id, "Тема")
        self.thematic = lessons.set_mark(world, theme, child.id, "5", NOW.replace(tzinfo=None))
        self.homework, self.set_on = work.id, mark.set_at.date()
        period = next(iter(world.periods.values()))
        return {
            **dict.fromkeys(("person", "personID", "personId", "persons"), child.id),
            **dict.fromkeys(("group", "groupID", "groupId", "eduGroup", "eduGroups"), group),
            **dict.fromkeys(("subject", "subjectID", "subjectgroup"), subject),
            **dict.fromkeys(("work", "workID", "workId"), mark.work),
            **dict.fromkeys(("user", "userID"), child.user),
            **dict.fromkeys(("period", "periodID"), period.id),
            **dict.fromkeys(("from", "startDate", "fromDate"), STARTS),
            **dict.fromkeys(("to", "endDate", "date"), ENDS),
            **dict.fromkeys(("school", "schools"), world.school.id),
            **dict.fromkeys(("lesson", "lessons"), mark.lesson),
            **dict.fromkeys(("includeArchive", "excludeOrganizations"), "true"),
            "mark": mark.id,
            "type": "mark5",
            "teacher": self.teacher.id,
            "task": task_of(world, work, child.id).id,
            "homeworkId": work.id,
            "limit": 50,
            "pageNumber": 1,
            "pageSize": 10,
            "schoolMembershipType": "Admins",
            "lastName": child.family,
            "firstName": child.given,
            "middleName": child.patronymic,
            "snils": "11223344595",
            "birthday": "2013-02-01",
        }

    def _homework(self, lesson: Lesson) -> list[int]:
        return [key for key in lesson.works if self.world.works[key].kind == HOMEWORK]

    def about(self, operation: Operation) -> dict[str, Any]:
        """The values, where this operation asks for something of its own; what a write needs is put there first."""
        path, parent = operation.path, next(iter(self.world.guardians[self.child.id]))
        own: dict[str, Any] = {}
        if "log-entries" in path and operation.verb in ("put", "delete"):
            lessons.log(self.world, self.last.id, self.child.id, "Late", NOW.replace(tzinfo=None))
        if "log-entries" in path:
            own["lesson"] = self.missed.id if operation.verb == "get" else self.last.id
            own["lessons"] = self.missed.id
        if path == "/works/{work}" and operation.verb != "get":
            own["work"] = lessons.add_work(self.world, self.last, COMMON, self.teacher.id).id
        if "tasks" in path or path.endswith("/status"):
            own |= {"work": self.homework, "lesson": self.given.id, "lessons": self.given.id}
        if path.endswith("/children"):
            own |= {"userID": self.world.persons[parent].user, "personID": parent}
        if path.endswith("/edu-groups/teacher"):
            own["person"] = self.teacher.id
        if path == "/thematic-marks/{mark}":
            own["mark"] = self.thematic.id
        if path == "/persons/{person}/marks/{date}":
            own["date"] = self.set_on.isoformat()
        if path == "/lessons/{date}/persons/{person}/marks":
            own["date"] = self.marked.day.isoformat()
        return self.values | own

    # --- asking -----------------------------------------------------------------------------------------------------

    def ask(self, operation: Operation, role: str = "", optional: bool = False, **other: Any) -> httpx.Response:
        """The real answer: with the required parameters, or the optional ones too.

        `role` may be a token itself; `other` replaces values (None leaves one out), `body` the whole body.
        """
        sent = {"content": other.pop("body")} if "body" in other else {}
        values = self.about(operation) | other
        # The file asks nothing of a search; the sandbox wants at least one word to search for
        asked = operation.parameters("query", required=not optional and not operation.path.endswith("/search"))
        return self.wire.http.request(
            operation.verb,
            "/v2.0" + operation.path.format_map(values),
            params={one["name"]: values[one["name"]] for one in asked if values[one["name"]] is not None},
            headers={"Access-Token": "" if operation.is_open else self.tokens.get(role, role)},
            **sent or {"json": self._body(operation, values) if operation.body else None},
        )

    def _body(self, operation: Operation, values: dict[str, Any]) -> Any:
        """By the schema of the body; marks by what the sandbox takes, for the file does not know."""
        bulk = {"edu-groups": "group", "lessons": "lesson", "users": "user", "works": "work"}
        key = {"lesson": values["lesson"], "person": values["person"]}
        named = {
            "LessonLogEntry": {**key, "status": "Late", "comment": "Опоздал"},
            "Work": {"lesson": values["lesson"], "type": COMMON, "text": "Работа у доски"},
            "TaskAction": {"action": "StartWorking"},
            "MarkWrite": {**key, "group": values["group"], "subject": values["subject"], "value": "4"},
        }
        if operation.body == "IdList":
            return [values[bulk[operation.path.split("/")[1]]]]
        if operation.body == "TokenRequest":
            return self._client() | {"code": self._code(), "grant_type": "AuthorizationCode"}
        if operation.body == "CredentialsRequest":
            return self._client() | {
                "username": "admin",
                "password": password_of(self.world.seed),
                "scope": "CommonInfo",
            }
        return named[operation.body]

    def _code(self) -> str:
        """As a browser gets it."""
        asked = {"response_type": "code", "scope": "CommonInfo", "redirect_uri": _BACK, "state": "x"}
        form = {**asked, "client_id": self._client()["client_id"], "login": "admin"}
        answer = self.wire.http.post("/oauth2", data=form)
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
