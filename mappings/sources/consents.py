"""The register of consents to the processing of personal data (R109, R110): without one nobody leaves the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mappings.sources.notes import Notes
from mappings.sources.provisional import PersonReference
from state.local import LocalPart, SourceKind
from state.records import Consent

if TYPE_CHECKING:
    from connectors.sources.wire import Row, Table

WHO: dict[str, Literal["pupil", "staff", "guardian"]] = {
    "ученик": "pupil",
    "ученица": "pupil",
    "обучающийся": "pupil",
    "учащийся": "pupil",
    "родитель": "guardian",
    "законный представитель": "guardian",
    "родитель (законный представитель)": "guardian",
    "опекун": "guardian",
    "сотрудник": "staff",
    "педагог": "staff",
    "работник": "staff",
}
"""Of a guardian the personal file is the child's."""
_ABOUT = "персональн"
"""A consent to photographs or to vaccination opens nothing here."""


def consents_part(table: Table) -> LocalPart:
    """Every row a consent, or a problem. A withdrawal before the consent leaves no day on which it holds."""
    notes = Notes()
    notes.take(table.flaws)
    consents = [consent for row in table.rows if (consent := _consent(row, notes)) is not None]
    return LocalPart(
        kind=SourceKind.CONSENTS,
        source=table.source.name,
        sha256=table.source.sha256,
        consents=tuple(consents),
        problems=tuple(notes.problems),
    )


def _consent(row: Row, notes: Notes) -> Consent | None:
    if not notes.present(row, "Кто", "Фамилия", "Имя", "Дата согласия"):
        return None
    who = WHO.get(row.text("Кто").casefold())
    if who is None:
        notes.add("CONSENT_WHO_UNKNOWN", row.cell("Кто").where, row.text("Кто"), blocks=True)
        return None
    kind = row.cell("Вид согласия")
    if _ABOUT not in kind.text.casefold():
        notes.add("CONSENT_OF_OTHER_KIND", kind.where, kind.text, blocks=True)
        return None
    given, withdrawn = notes.day(row.cell("Дата согласия")), notes.day(row.cell("Дата отзыва"))
    if given is None or (withdrawn is None and row.text("Дата отзыва")):
        notes.add("CONSENT_DATE_UNREAD", row.where, blocks=True)
        return None
    name = " ".join(row.text(part) for part in ("Фамилия", "Имя", "Отчество"))
    subject = PersonReference(
        kind=who, name=name, file=row.text("№ личного дела"), birth_date=notes.day(row.cell("Дата рождения"))
    )
    return Consent(subject=subject.as_id(), given=given, withdrawn=withdrawn, folder=row.text("Папка"), kind=kind.text)
