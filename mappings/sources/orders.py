"""The register of the school's orders («Приказы»): which order moved whom, so that a change can rest on it (R088)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mappings.sources.consents import WHO
from mappings.sources.notes import Notes
from mappings.sources.provisional import PersonReference, undated_form
from state.local import LocalPart, SourceKind
from state.records import OrderKind, RosterOrder

if TYPE_CHECKING:
    from connectors.sources.wire import Row, Table

_KINDS = (
    ("зачисл", OrderKind.ENROL),
    ("перевод", OrderKind.TRANSFER),
    ("перевед", OrderKind.TRANSFER),
    ("перевест", OrderKind.TRANSFER),
    ("выбы", OrderKind.LEAVE),
    ("отчисл", OrderKind.LEAVE),
    ("выпуск", OrderKind.LEAVE),
    ("окончан", OrderKind.LEAVE),
    ("увол", OrderKind.DISMISS),
    ("смен", OrderKind.RENAME),
    ("измен", OrderKind.RENAME),
)
_ADMISSION = ("прием", "принят")


def orders_part(table: Table) -> LocalPart:
    """Every row an order, or a problem. A row that names a form and nobody speaks of everybody in the form."""
    notes = Notes()
    notes.take(table.flaws)
    orders = [order for row in table.rows if (order := _order(row, notes)) is not None]
    return LocalPart(
        kind=SourceKind.ORDERS,
        source=table.source.name,
        sha256=table.source.sha256,
        orders=tuple(orders),
        problems=tuple(notes.problems),
    )


def _order(row: Row, notes: Notes) -> RosterOrder | None:
    if not notes.present(row, "№", "Дата", "Вид", "Кто"):
        return None
    who = WHO.get(row.text("Кто").casefold())
    if who not in {"pupil", "staff"}:
        notes.add("ORDER_WHO_UNKNOWN", row.cell("Кто").where, row.text("Кто"), blocks=True)
        return None
    kind = order_kind(row.text("Вид"), of_staff=who == "staff")
    if kind is None:
        notes.add("ORDER_KIND_UNKNOWN", row.cell("Вид").where, row.text("Вид"), blocks=True)
        return None
    day, form = notes.day(row.cell("Дата")), row.text("Класс")
    if day is None:
        notes.add("ORDER_DATE_UNREAD", row.cell("Дата").where, row.text("Дата"), blocks=True)
        return None
    name = " ".join(filter(None, (row.text(part) for part in ("Фамилия", "Имя", "Отчество"))))
    if not name and not form:
        notes.add("VALUE_MISSING", row.cell("Фамилия").where, "Фамилия", blocks=True)
        return None
    person = PersonReference(kind="staff" if who == "staff" else "pupil", name=name, file=row.text("№ личного дела"))
    return RosterOrder(
        kind=kind,
        number=row.text("№"),
        day=day,
        person=person.as_id() if name else None,
        form=undated_form(form) if form else None,
        effective=notes.day(row.cell("Действует с")),
    )


def order_kind(text: str, *, of_staff: bool) -> OrderKind | None:
    """What an order does, by the beginning of its word: «Перевод», «о зачислении»; None for an unknown one."""
    words = text.casefold().replace("ё", "е").split()
    for word in words:
        if word.startswith(_ADMISSION):
            return OrderKind.HIRE if of_staff else OrderKind.ENROL
        found = next((kind for start, kind in _KINDS if word.startswith(start)), None)
        if found is not None:
            return OrderKind.HIRE if of_staff and found is OrderKind.ENROL else found
    return None
