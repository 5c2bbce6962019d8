"""A school working on the emulated diary over real HTTP, through the hosted diary's adapter."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any

from connectors.dnevnik.hosts import import_service_url
from connectors.dnevnik.imports import ImportService
from connectors.dnevnik.rest import DnevnikClient
from connectors.sandbox.control_client import SandboxControl
from connectors.transport.client import Transport
from connectors.transport.secret import Secret
from gateway.adapters.dnevnik import DnevnikRegister, DnevnikTarget, school_guid
from gateway.ports import PersonQuery, RegisterWindow
from gateway.sync.values import Action, Done, Route, Step
from state.identity import RemoteId, SourcedId, form_id, membership_id, pupil_id, staff_id, subgroup_id
from state.records import PersonName, RecordType
from state.snapshot import Scope

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.sandbox.server import RunningSandbox


KEY, YEAR = "school-1", 2026
SCOPE = Scope(school_year=YEAR, lessons_from=date(2026, 9, 1), lessons_to=date(2026, 10, 20))
FORM_A, FORM_B = form_id(YEAR, "7А"), form_id(YEAR, "7Б")
HALF = subgroup_id(FORM_A, "1", "1 группа")
SUBJECT, CALENDAR, PERIOD, BELLS = map(SourcedId, ("subject:алгебра", "calendar:2026:quarter", "period:1", "bells:1"))
PUPIL, TEACHER = pupil_id("Л-1"), staff_id("Орлова Анна Павловна")
PUPIL_NAME = {"family": "Королёв", "given": "Пётр", "patronymic": "Ильич"}
TEACHER_NAME = {"family": "Орлова", "given": "Анна", "patronymic": "Павловна"}


class School:
    """A school working on its diary: performs steps and remembers the diary's ids as the links would."""

    def __init__(self, sandbox: RunningSandbox, folder: Path) -> None:
        self.control = SandboxControl(sandbox.root)
        info = self.control.info()
        self.control.set_school(KEY, "Школа № 1", school_guid(KEY))
        self.transport = Transport(sandbox.base_url, Secret(info["tokens"]["admin"]))
        self.client = DnevnikClient(self.transport)
        imports = ImportService(self.transport, import_service_url(sandbox.base_url), school_guid(KEY))
        self.target = DnevnikTarget(
            self.client,
            imports,
            profile="dnevnik-import-service",
            school=info["school_id"],
            school_key=KEY,
            school_year=YEAR,
        )
        self.register = DnevnikRegister(self.client, school=info["school_id"])
        self.refs: dict[SourcedId, RemoteId] = {}
        self.folder = folder

    def step(self, action: Action, kind: RecordType, sourced_id: SourcedId, **fields: Any) -> Step:
        return Step(
            step_id=f"0001-{action}",
            action=action,
            record_type=kind,
            sourced_id=sourced_id,
            route=Route.IMPORT_SERVICE,
            reason="new",
            remote_id=self.refs.get(sourced_id),
            **fields,
        )

    def create(self, kind: RecordType, sourced_id: SourcedId, /, **after: Any) -> RemoteId:
        outcome = self.target.perform(self.step(Action.CREATE, kind, sourced_id, after=after), self.refs)
        assert isinstance(outcome, Done), outcome
        assert outcome.remote_id is not None
        self.refs[sourced_id] = outcome.remote_id
        return outcome.remote_id

    def enter(self, kind: RecordType, sourced_id: SourcedId, /, **after: Any) -> dict[str, Any]:
        """The administrator uploads a workbook with this one person."""
        step = dataclasses.replace(self.step(Action.CREATE, kind, sourced_id, after=after), route=Route.FILE)
        path = self.folder / "people.xlsx"
        self.target.write_person_file([step], path, self.refs)
        return self.control.upload_persons(path.read_bytes())

    def find(self, kind: RecordType, sourced_id: SourcedId, name: dict[str, str], **more: Any) -> RemoteId:
        query = PersonQuery(sourced_id=sourced_id, record_type=kind, name=PersonName(**name), **more)
        (match,) = self.target.find_persons([query])[sourced_id]
        self.refs[sourced_id] = match.remote_id
        return match.remote_id

    def furnish(self) -> None:
        """Calendar, bells, subject, two forms, a subgroup, a teacher and a pupil in 7А."""
        self.create(RecordType.CALENDAR, CALENDAR, name="Четверти", kind="quarter", school_year=YEAR)
        days = {"starts": "2026-09-01", "ends": "2026-10-25"}
        self.create(RecordType.GRADING_PERIOD, PERIOD, calendar=CALENDAR, name="1 четверть", number=1, **days)
        bells = [{"number": 1, "starts": "08:30:00", "ends": "09:15:00"}]
        self.create(RecordType.BELL_SCHEDULE, BELLS, name="Первая смена", bells=bells)
        self.create(RecordType.SUBJECT, SUBJECT, name="Алгебра", area="")
        for form, name in ((FORM_A, "7А"), (FORM_B, "7Б")):
            self.create(RecordType.FORM, form, name=name, grade=7, calendar=CALENDAR, bells=BELLS)
        self.create(RecordType.SUBGROUP, HALF, name="1 группа", form=FORM_A, division="1")
        self.enter(RecordType.STAFF, TEACHER, name=TEACHER_NAME)
        self.enter(RecordType.PUPIL, PUPIL, name=PUPIL_NAME, birth_date="2013-05-04", sex="male")
        self.find(RecordType.STAFF, TEACHER, TEACHER_NAME)
        self.find(RecordType.PUPIL, PUPIL, PUPIL_NAME, birth_date=date(2013, 5, 4))
        self.join(FORM_A)

    def join(self, form: SourcedId) -> None:
        self.create(RecordType.MEMBERSHIP, membership_id(PUPIL, form), person=PUPIL, group=form)

    def lesson(self, day: str, number: int, group: SourcedId = FORM_A) -> SourcedId:
        sourced_id = SourcedId(f"lesson:{group}|{day}|{number}")
        fields = {"group": group, "subject": SUBJECT, "day": day, "number": number, "teachers": [TEACHER]}
        self.create(RecordType.LESSON, sourced_id, **fields)
        return sourced_id

    def autumn(self) -> list[SourcedId]:
        """One lesson of 7А on every working day of September."""
        days = (date(2026, 9, day) for day in range(1, 31))
        return [self.lesson(day.isoformat(), 2) for day in days if day.isoweekday() < 6]

    def window(self, starts: date, ends: date) -> RegisterWindow:
        return RegisterWindow(
            starts=starts,
            ends=ends,
            groups={self.refs[key]: key for key in (FORM_A, FORM_B, HALF)},
            subjects={self.refs[SUBJECT]: SUBJECT},
            persons={self.refs[key]: key for key in (PUPIL, TEACHER)},
            lessons={},
            timezone="Europe/Moscow",
        )

    def seen(self, kind: RecordType) -> dict[RemoteId, Any]:
        return {row.remote_id: row.record for row in self.target.snapshot(SCOPE).of(kind)}
