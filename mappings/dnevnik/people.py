"""Our persons and the diary's: rows of the workbook, spellings to search by, and whether a found person is the one."""

from __future__ import annotations

import itertools
from datetime import date
from typing import TYPE_CHECKING, Any

from connectors.dnevnik.wire_out import PersonRow, Role
from mappings.dnevnik import words
from mappings.dnevnik.roster import person_of
from mappings.names import normalise_name
from state.records import PersonName, RecordType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROLES: Mapping[RecordType, Role] = {
    RecordType.PUPIL: Role.PUPIL,
    RecordType.STAFF: Role.STAFF,
    RecordType.GUARDIAN: Role.GUARDIAN,
}

_NAMES_WITH_YO = (
    *("семён", "семёнович", "семёновна", "пётр", "фёдор", "фёдорович", "фёдоровна", "алёна"),
    *("артём", "артёмович", "артёмовна", "парфён", "парфёнович", "парфёновна"),
)
_WITH_YO: Mapping[str, str] = {name.replace("ё", "е"): name for name in _NAMES_WITH_YO}
_FAMILY_ENDS = (("ев", "ёв"), ("ева", "ёва"))


def person_row(
    record_type: RecordType,
    sourced_id: str,
    remote_id: str | None,
    fields: Mapping[str, Any],
    guid: Callable[[str], str],
) -> PersonRow:
    """A person's payload as a row of the workbook; blank where the payload says nothing."""
    name = fields["name"]
    pupil = fields.get("pupil")
    born = fields.get("birth_date")
    return PersonRow(
        guid=guid(sourced_id),
        person=person_of(remote_id or ""),
        role=ROLES[record_type],
        family=name["family"],
        given=name["given"],
        patronymic=name.get("patronymic") or "",
        sex=words.SEX_LETTERS[fields.get("sex") or ""],
        birth_date=date.fromisoformat(born) if born else None,
        snils=fields.get("snils") or "",
        kinship=fields.get("kinship") or "",
        pupil_guid=guid(pupil) if pupil else "",
        phone=fields.get("phone") or "",
        email=fields.get("email") or "",
    )


def spellings(name: PersonName) -> Iterator[PersonName]:
    """The name as written, then with е for ё and ё for е where Russian names have it: a search compares letters."""
    families = _choices(name.family, _family_with_yo(name.family))
    givens = _choices(name.given, _with_yo(name.given))
    patronymics = _choices(name.patronymic, _with_yo(name.patronymic))
    for family, given, patronymic in itertools.product(families, givens, patronymics):
        yield PersonName(family=family, given=given, patronymic=patronymic)


def is_same_person(asked: PersonName, shown: PersonName) -> bool:
    """Equal family and given name; the patronymic counts where both sides have one."""
    if normalise_name(f"{asked.family} {asked.given}") != normalise_name(f"{shown.family} {shown.given}"):
        return False
    one, other = normalise_name(asked.patronymic), normalise_name(shown.patronymic)
    return not one or not other or one == other


def _choices(written: str, with_yo: str) -> list[str]:
    return list(dict.fromkeys((written, written.replace("ё", "е").replace("Ё", "Е"), with_yo)))


def _with_yo(word: str) -> str:
    found = _WITH_YO.get(word.casefold(), "")
    return found.capitalize() if found else word


def _family_with_yo(family: str) -> str:
    for plain, dotted in _FAMILY_ENDS:
        if family.endswith(plain):
            return family.removesuffix(plain) + dotted
    return family
