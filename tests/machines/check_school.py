"""A small school whose diary, paper and files can be changed one by one between checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from facts.test_reconcile_store import (
    FIRST,
    MOSCOW,
    NAMES,
    PERIODS,
    PUPILS,
    SCOPE,
    SECOND,
    TEACHER,
    School,
    cell,
    lesson,
    members,
)

from gateway.register.findings import run_reconcile
from gateway.register.rules.table import rules_of
from state.identity import SourcedId, form_id, subgroup_id, subject_id
from state.paper import Transcription
from state.records import Form, PersonName, Pupil, RecordType, Subgroup
from state.register import CellKind, Page
from state.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from gateway.register.findings import ReconcileReport
    from state.register import RegisterCell

FORM = form_id(2026, "7Б")
HALVES = {subgroup_id(FORM, "1", name): name for name in ("девочки", "мальчики")}
GROUPS = (FORM, *HALVES)
PAGES = (
    Page(group=FORM, subject=subject_id("Алгебра")),
    Page(group=FORM, subject=subject_id("Труд")),
    *(Page(group=half, subject=subject_id("Труд")) for half in HALVES),
)
STRANGER = SourcedId("remote:900")
_STARTS, _ENDS = date(2026, 9, 1), date(2026, 12, 30)


def list_cells(group: SourcedId, people: Iterable[SourcedId]) -> list[RegisterCell]:
    """The diary's list of the group."""
    return members(Page(group=group, subject=SourcedId("")), tuple(sorted(people)))


def page_cells(
    page: Page,
    day: date,
    marks: dict[SourcedId, str],
    people: tuple[SourcedId, ...] = PUPILS,
    set_at: datetime | None = None,
) -> list[RegisterCell]:
    """One lesson of the page, a period mark and its list: the paper's; a diary has its lists apart."""
    said = [*lesson(marks, day=day, head=f"3|{TEACHER}", author=TEACHER, set_at=set_at), *members(page, people)]
    final = cell(CellKind.FINAL, PUPILS[0], "4", day=PERIODS[0].ends)
    return [replace(one, page=page) for one in (*said, final)]


class CheckSchool(School):
    """The store's school of one form, with everything a verdict may rest on in the open."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.shown: dict[Page, list[RegisterCell]] = {}
        self.lists = {group: list_cells(group, PUPILS) for group in GROUPS}
        self.grade, self.divided, self.scale, self.known, self.typed = 7, True, ("5", "4", "3", "2"), 2, 0

    def pull(self) -> None:
        told = [cell for cells in self.shown.values() for cell in cells if cell.kind is not CellKind.MEMBER]
        listed = [cell for cells in self.lists.values() for cell in cells]
        with self.store.begin() as work:
            work.absorb("pull-1", [*told, *listed], GROUPS, _STARTS, _ENDS)
            work.commit()

    def name(self, person: SourcedId, name: str) -> None:
        with self.store.begin() as work:
            work.put_person_names({person: name})
            work.commit()

    def type_over(self, page: Page, period: int, cells: list[RegisterCell], **more: Any) -> None:
        self.typed += 1
        kept = Transcription(
            page=page,
            period=(FIRST, SECOND)[period],
            source="7Б.xlsx",
            sha256=str(self.typed),
            whole=True,
            cells=tuple(replace(one, author="", set_at=None) for one in cells),
            **more,
        )
        with self.store.begin() as work:
            work.save_transcription(kept)
            work.commit()

    def check(self, *, afresh: bool = False) -> ReconcileReport:
        return run_reconcile(
            self.store,
            periods=PERIODS[: self.known],
            local=Snapshot(scope=SCOPE, records=self.records()),
            consents=self.given,
            now=self.now,
            zone=MOSCOW,
            actor="завуч",
            rules=rules_of({"scale": {"marks": list(self.scale), "basis": "приказ № 1"}}),
            afresh=afresh,
        )

    def summary(self) -> dict[str, Any]:
        with self.store.begin() as work:
            kept: dict[str, Any] = (work.last_reconciliation() or {})["summary"]
        return kept

    def records(self) -> dict[RecordType, tuple[Any, ...]]:
        names = [PersonName(family=name[0], given=name[1], patronymic=name[2]) for name in NAMES]
        halves = (Subgroup(sourced_id=one, name=name, form=FORM, division="1") for one, name in HALVES.items())
        return {
            RecordType.PUPIL: tuple(
                Pupil(sourced_id=one, name=name, personal_file="x") for one, name in zip(PUPILS, names, strict=True)
            ),
            RecordType.FORM: (Form(sourced_id=FORM, name="7Б", grade=self.grade),),
            RecordType.SUBGROUP: tuple(halves) if self.divided else (),
        }
