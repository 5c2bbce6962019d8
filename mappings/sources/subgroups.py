"""The sheet of subgroups: who learns where, which no timetable program knows (formats.md, fact 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mappings.sources.notes import Notes
from mappings.sources.provisional import PersonReference, undated_form, undated_subgroup
from state.identity import SourcedId, membership_id
from state.local import LocalPart, SourceKind
from state.records import Membership, RecordType, Subgroup

if TYPE_CHECKING:
    from connectors.sources.wire import Row, Table

_TYPES = frozenset({RecordType.SUBGROUP, RecordType.MEMBERSHIP})


def subgroups_part(table: Table) -> LocalPart:
    """Every row a membership of a pupil in a subgroup, or a problem."""
    notes = Notes()
    notes.take(table.flaws)
    subgroups: dict[SourcedId, Subgroup] = {}
    memberships: dict[SourcedId, Membership] = {}
    for row in table.rows:
        if not notes.present(row, "Класс", "Фамилия", "Имя", "Деление", "Подгруппа"):
            continue
        group = _subgroup(row)
        subgroups.setdefault(group.sourced_id, group)
        member = _membership(row, group)
        if member.sourced_id in memberships:
            notes.add("ROW_REPEATED", row.where, row.text("Подгруппа"))
        memberships[member.sourced_id] = member
    return LocalPart(
        kind=SourceKind.SUBGROUPS,
        source=table.source.name,
        sha256=table.source.sha256,
        records={
            RecordType.SUBGROUP: tuple(subgroups.values()),
            RecordType.MEMBERSHIP: tuple(memberships.values()),
        },
        complete=_TYPES if notes.whole else frozenset(),
        problems=tuple(notes.problems),
    )


def _subgroup(row: Row) -> Subgroup:
    form, division, name = row.text("Класс"), row.text("Деление"), row.text("Подгруппа")
    return Subgroup(
        sourced_id=undated_subgroup(form, division, name), name=name, form=undated_form(form), division=division
    )


def _membership(row: Row, group: Subgroup) -> Membership:
    name = " ".join(row.text(part) for part in ("Фамилия", "Имя", "Отчество"))
    person = PersonReference(kind="pupil", name=name, file=row.text("№ личного дела")).as_id()
    return Membership(sourced_id=membership_id(person, group.sourced_id), person=person, group=group.sourced_id)
