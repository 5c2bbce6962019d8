"""Whose token the school has, how old it is, and whether it may read all that a synchronisation needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from connectors import faults
from connectors.dnevnik.account import User
from connectors.dnevnik.rest import DAYS_PER_CALL
from gateway import bootstrap
from gateway.clock import SystemClock
from gateway.faultmap import from_fault, in_our_words
from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from gateway.auth.values import Kept
    from gateway.bootstrap import Diary
    from gateway.ports import Clock
    from gateway.settings import Settings

_ANSWERS = (faults.Unauthorised, faults.Forbidden, faults.NotFound, faults.Rejected)
"""Ends of a read that say something of the token; an outage says nothing and goes on up."""
LESSON_DAYS = DAYS_PER_CALL
"""A lesson to try the register on is looked for in so many days up to today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """`complete`: the diary also told the owner's schools and roles (`users/me/context`).

    `administrator`: among those who may change rights and people in the school; None: the list is not shown to them.
    """

    user: str
    person: str
    name: str
    roles: tuple[str, ...]
    schools: tuple[str, ...]
    complete: bool
    administrator: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One read that a synchronisation needs. `ok` None: there was nothing to try it on."""

    what: str
    says: str
    ok: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`kept` None: the token is not in our vault, so only the diary knows its age. `owner` None: the token is dead."""

    where: str
    kept: Kept | None
    owner: Owner | None
    readings: tuple[Reading, ...]
    now: datetime

    @property
    def ok(self) -> bool:
        return self.owner is not None and not any(reading.ok is False for reading in self.readings)

    def as_json(self) -> dict[str, Any]:
        """`auth-status/1`; days are whole, moments ISO and UTC, no token anywhere."""
        kept, owner = self.kept, self.owner
        return {
            "schema": "auth-status/1",
            "ok": self.ok,
            "alive": owner is not None,
            "where": self.where,
            "user": owner and {"id": owner.user, "person": owner.person, "name": owner.name, "roles": owner.roles},
            "schools": owner.schools if owner else [],
            "administrator": owner.administrator if owner else None,
            "scopes": kept.scopes if kept else [],
            "obtained": kept.obtained.isoformat() if kept else None,
            "age_days": (self.now - kept.obtained).days if kept else None,
            "expires": kept.expires.isoformat() if kept and kept.expires else None,
            "expires_in_days": (kept.expires - self.now).days if kept and kept.expires else None,
            "renews_itself": kept is not None and kept.refresh is not None,
            "may_read": [{"what": item.what, "ok": item.ok, "why": item.why} for item in self.readings],
        }


def status(settings: Settings, clock: Clock | None = None) -> Status:
    """Everything about the token of the school; asks the diary about twenty questions and writes nothing there.

    Raises gateway.errors where no token can be read, or the diary is away.
    """
    moment = clock or SystemClock()
    with in_our_words(), bootstrap.diary(settings) as diary:
        owner = _owner(diary)
        readings = tuple(_readings(diary, moment.now())) if owner else ()
    kept = bootstrap.vault(settings).read() if settings.stored_token else None
    return Status(where=settings.diary.token, kept=kept, owner=owner, readings=readings, now=moment.now())


def _owner(diary: Diary) -> Owner | None:
    try:
        user = diary.account.me()
    except faults.Unauthorised:
        return None
    except faults.Forbidden:
        user = User()  # alive, and not allowed to say whose it is
    roles, schools, complete = user.roles or (), tuple[str, ...](), False
    try:
        context = diary.account.context()
        roles, complete = context.roles or roles, True
        schools = tuple(school.name or str(school.id) for school in context.schools or ())
    except _ANSWERS:
        pass  # it asks for more scopes than the reads below: they say what matters
    return Owner(
        user=user.key,
        person=user.person,
        name=user.name,
        roles=roles,
        schools=schools,
        complete=complete,
        administrator=_is_administrator(diary, user.person),
    )


def _is_administrator(diary: Diary, person: str) -> bool | None:
    try:
        return person in {one.key for one in diary.client.admins(diary.school_id)} if person else None
    except (*_ANSWERS, faults.SchemaDrift):
        return None


def _readings(diary: Diary, now: datetime) -> Iterable[Reading]:
    """Each kind of read once, on the first class and lesson that the ones before have shown."""
    client, school = diary.client, diary.school_id
    yield _tried("school", _("школа"), lambda: client.school(school))[0]
    reading, classes = _tried("classes", _("классы"), lambda: client.classes(school))
    yield reading
    yield _tried("subjects", _("предметы"), lambda: client.subjects(school))[0]
    yield _tried("bells", _("звонки"), lambda: client.timetables(school))[0]
    yield _tried("staff", _("сотрудники"), lambda: client.staff(school))[0]
    yield _tried("teachers", _("учителя"), lambda: client.teachers(school))[0]
    group = classes[0].key if classes else ""
    of_group: tuple[tuple[str, str, Callable[[], Any]], ...] = (
        ("subgroups", _("подгруппы"), lambda: client.parallel(group)),
        ("pupils", _("ученики"), lambda: client.members([group])),
        ("periods", _("учебные периоды"), lambda: client.period_group(group)),
        ("finals", _("итоговые отметки"), lambda: client.final_marks(group)),
    )
    for what, says, ask in of_group:
        yield _tried(what, says, ask)[0] if group else Reading(what=what, says=says, ok=None)
    yield from _of_lesson(diary, group, now)
    if diary.imports:
        yield _tried("import_service", _("служба импорта"), diary.imports.subjects)[0]


def _of_lesson(diary: Diary, group: str, now: datetime) -> Iterable[Reading]:
    client, lessons = diary.client, tuple[Any, ...]()
    if group:
        since, until = (now - timedelta(days=LESSON_DAYS)).date(), now.date()
        reading, lessons = _tried("lessons", _("уроки"), lambda: client.lessons(group, since, until))
        yield reading
    else:
        yield Reading(what="lessons", says=_("уроки"), ok=None)
    lesson = lessons[0].key if lessons else ""
    of_lesson: tuple[tuple[str, str, Callable[[], Any]], ...] = (
        ("marks", _("отметки"), lambda: client.marks([lesson])),
        ("attendance", _("пропуски"), lambda: client.log_entries([lesson])),
    )
    for what, says, ask in of_lesson:
        yield _tried(what, says, ask)[0] if lesson else Reading(what=what, says=says, ok=None)


def _tried(what: str, says: str, ask: Callable[[], Any]) -> tuple[Reading, Any]:
    """Whether this read is allowed, and what came; an outage is no answer to that and goes on up."""
    try:
        return Reading(what=what, says=says, ok=True), ask()
    except faults.Forbidden as fault:
        return Reading(what=what, says=says, ok=False, why=from_fault(fault).next_step), ()
    except (*_ANSWERS, faults.SchemaDrift) as fault:
        return Reading(what=what, says=says, ok=False, why=fault.what), ()
