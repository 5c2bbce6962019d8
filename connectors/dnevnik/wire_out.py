"""What we hand to the diary, as plain values: the import service's arguments and the rows of the persons workbook."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, time


@dataclass(frozen=True, slots=True, kw_only=True)
class BellTimes:
    number: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFields:
    """A class as the import service takes it. ASSUMED: 0 means no reporting periods, or no bell schedule."""

    guid: str
    name: str
    grade: int
    school_year: int
    calendar: str = ""
    bells: str = ""
    description: str = ""


class Role(StrEnum):
    PUPIL = "Ученик"
    STAFF = "Сотрудник"
    GUARDIAN = "Родитель"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person of the workbook. `person` filled: that person of the diary gets the GUID; blank: a new one is made."""

    guid: str
    role: Role
    family: str
    given: str
    patronymic: str = ""
    person: str = ""
    sex: str = ""
    """«М», «Ж» or blank."""
    birth_date: date | None = None
    snils: str = ""
    form: str = ""
    kinship: str = ""
    pupil_guid: str = ""
    phone: str = ""
    email: str = ""
