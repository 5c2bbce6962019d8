"""How much a local file holds, in the words of `source-inspect/1`: what is not counted here is named by a problem."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mappings.classes import normalise_form
from mappings.sources.pick import records_of
from mappings.sources.provisional import read_reference
from mappings.sources.pupils import is_departure
from mappings.sources.staff import listed
from state.identity import subject_id
from state.records import Guardian, Membership, Pupil, Staff, Subgroup

if TYPE_CHECKING:
    from connectors.sources.asc_wire import AscFile
    from connectors.sources.wire import Table
    from state.local import LocalPart

COUNTED = (
    "staff",
    "pupils",
    "guardians",
    "forms",
    "divisions",
    "subgroups",
    "subjects",
    "rooms",
    "plan_rows",
    "lessons",
)


def nothing() -> dict[str, int]:
    return dict.fromkeys(COUNTED, 0)


def asc_counts(file: AscFile) -> dict[str, int]:
    """Elements of the file, by its own ids: names that repeat are counted as often as they stand there."""
    parts = [group for group in file.groups.values() if not group.entire]
    divisions = {(group.class_id, group.division) for group in file.groups.values() if group.division not in ("", "0")}
    return nothing() | {
        "staff": len(file.teachers),
        "forms": len(file.classes),
        "divisions": len(divisions),
        "subgroups": len(parts),
        "subjects": len(file.subjects),
        "rooms": len(file.rooms),
        "plan_rows": len(file.lessons),
        "lessons": len(file.cards),
    }


def table_counts(table: Table, part: LocalPart) -> dict[str, int]:
    """What the sheet gave; consents count for the people they are of, substitutions for the lessons they are for."""
    groups = records_of(part, Subgroup)
    seated = {member.person for member in records_of(part, Membership) if read_reference(member.person)}
    agreed = Counter(reference.kind for one in part.consents if (reference := read_reference(one.subject)))
    return nothing() | {
        "staff": len(records_of(part, Staff)) + agreed["staff"],
        "pupils": len(records_of(part, Pupil)) + len(seated) + agreed["pupil"],
        "guardians": len(records_of(part, Guardian)),
        "forms": len(_forms(table)),
        "divisions": len({(group.form, group.division) for group in groups}),
        "subgroups": len(groups),
        "subjects": len({subject_id(name) for row in table.rows for name in listed(row.text("Предмет"))}),
        "lessons": len(part.substitutions),
    }


def _forms(table: Table) -> set[str]:
    """Forms any cell of the sheet names; who has left is in none."""
    columns = ("Класс", "Классный руководитель")
    names = (name for row in table.rows for column in columns for name in listed(row.text(column)))
    return {normalise_form(name) for name in names if not is_departure(name)}
