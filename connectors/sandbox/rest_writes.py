"""REST writes into the register, as a teacher's client would make them: Sverka must never cause one (it only reads)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox import lessons, shapes_register
from connectors.sandbox.counters import Write
from connectors.sandbox.nouns import HOMEWORK
from connectors.sandbox.refusals import bad_parameter, missing
from connectors.sandbox.rest_marks import MARK5
from connectors.sandbox.rest_register import STATUSES

if TYPE_CHECKING:
    from connectors.sandbox.call import Call
    from connectors.sandbox.nouns import Lesson, Person
    from connectors.sandbox.shapes import Json


def _note(call: Call, operation: str, effect: str, key: str) -> None:
    call.world.counters.history.append(Write(operation, effect, key, {}))


def set_mark(call: Call) -> Json:
    """Body `{"value": "5", "number": 1}`: ASSUMED, no public client is known to send one."""
    call.staff_only()
    person, work = call.person("personId"), call.work(call.number("workId"))
    body = call.body_object()
    value, number = str(body.get("value", "")), body.get("number", 1)
    if value not in MARK5:
        raise bad_parameter("value", value)
    if not isinstance(number, int) or not 1 <= number <= 9:
        raise bad_parameter("number", str(number))
    mark = lessons.set_mark(call.world, work, person.id, value, call.world.now(), number)
    _note(call, "POST /persons/{personId}/works/{workId}/mark", "created", str(mark.id))
    return shapes_register.mark(call.world, mark)


# --- attendance ------------------------------------------------------------------------------------------------------


def _key(call: Call, body: dict[str, Any]) -> tuple[Lesson, Person]:
    """(lesson, person) from the path, the query, or the body, in this order."""
    asked = {"lesson": "", "person": ""}
    for name in asked:
        asked[name] = call.path.get(name) or call.asked(name) or str(body.get(f"{name}_str") or body.get(name, ""))
        if not asked[name].isdecimal():
            raise bad_parameter(name, asked[name])
    person = call.world.persons.get(int(asked["person"]))
    if person is None:
        raise missing("The person")
    return call.lesson(int(asked["lesson"])), person


def _log(call: Call, effect: str, operation: str) -> Json:
    call.staff_only()
    body = call.body_object()
    lesson, person = _key(call, body)
    status = str(body.get("status", ""))
    if status not in STATUSES:
        raise bad_parameter("status", status)
    if effect == "changed" and person.id not in call.world.log.get(lesson.id, {}):
        raise missing("The log entry")
    comment = str(body.get("comment") or "")
    entry = lessons.log(call.world, lesson.id, person.id, status, call.world.now(), comment)
    _note(call, operation, effect, f"{lesson.id}/{person.id}")
    return shapes_register.log_entry(entry)


def post_entry(call: Call) -> Json:
    """A second POST replaces the first: unknown in the evidence, the key is (lesson, person)."""
    return _log(call, "created", "POST log-entries")


def put_entry(call: Call) -> None:
    _log(call, "changed", "PUT log-entries")


def delete_entry(call: Call) -> None:
    call.staff_only()
    lesson, person = _key(call, {})
    if call.world.log.get(lesson.id, {}).pop(person.id, None) is None:
        raise missing("The log entry")
    _note(call, "DELETE log-entries", "deleted", f"{lesson.id}/{person.id}")


# --- works -----------------------------------------------------------------------------------------------------------


def _work_in(call: Call) -> dict[str, Any]:
    """The body is a Work; the documentation calls the parameter `work`, and one client wraps it so."""
    body = call.body_object()
    wrapped = body.get("work")
    return wrapped if isinstance(wrapped, dict) else body


def post_work(call: Call) -> Json:
    """A new work each time: there is no natural key (behaviour.md §5)."""
    call.staff_only()
    body = _work_in(call)
    kind = str(body.get("type", HOMEWORK))
    if kind not in call.world.work_types:
        raise bad_parameter("type", kind)
    lesson = call.lesson(call.number_in(body, "lesson"))
    work = lessons.add_work(call.world, lesson, kind, call.viewer.person.id, str(body.get("text", "")))
    work.sent = call.world.now()
    _note(call, "POST /works", "created", str(work.id))
    return shapes_register.work(work)


def put_work(call: Call) -> None:
    call.staff_only()
    work = call.work(call.number("work"))
    work.text = str(_work_in(call).get("text", work.text))
    _note(call, "PUT /works/{work}", "changed", str(work.id))


def delete_work(call: Call) -> None:
    """Gone with its marks; the default work of a lesson stays."""
    call.staff_only()
    work = call.work(call.number("work"))
    if work.lesson is None or work.id == call.world.lessons[work.lesson].works[0]:
        raise bad_parameter("work", str(work.id))
    for mark in list(call.world.marks_of_lesson.get(work.lesson, {}).values()):
        if mark.work == work.id:
            lessons.drop_mark(call.world, mark)
    call.world.lessons[work.lesson].works.remove(work.id)
    del call.world.works[work.id]
    _note(call, "DELETE /works/{work}", "deleted", str(work.id))


ROUTES = (
    ("POST", "/persons/{personId}/works/{workId}/mark", set_mark),
    ("POST", "/lessons/{lesson}/log-entries", post_entry),
    ("PUT", "/lessons/{lesson}/log-entries", put_entry),
    ("DELETE", "/lessons/{lesson}/log-entries", delete_entry),
    ("POST", "/lesson-log-entries", post_entry),
    ("PUT", "/lesson-log-entries", put_entry),
    ("DELETE", "/lesson-log-entries", delete_entry),
    ("POST", "/works", post_work),
    ("PUT", "/works/{work}", put_work),
    ("DELETE", "/works/{work}", delete_work),
)
