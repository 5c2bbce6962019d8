"""A roster package of any format in one shape: people and their roles, guardians, classes and who is in them.

Keys are the package's own ids; every value keeps its place, so that whatever cannot be taken is named there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from connectors.sources.wire import Cell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from connectors.sources.wire import Content
    from state.records import PersonName

_NOTHING = Cell("", "")


class Role(StrEnum):
    PUPIL = "pupil"
    STAFF = "staff"
    GUARDIAN = "guardian"


ROLES: Mapping[str, Role] = {
    "student": Role.PUPIL,
    **dict.fromkeys(("guardian", "parent", "relative"), Role.GUARDIAN),
    **dict.fromkeys(
        (
            *("teacher", "administrator", "aide", "principal", "proctor", "counselor", "professor", "faculty"),
            *("districtadministrator", "siteadministrator", "systemadministrator", "staff", "adjunct", "lecturer"),
            *("administrativestaff", "officestaff", "nonteachingstaff", "instructor", "tutor", "specialist"),
            *("assistant", "teacherassistant", "teachingassistant", "paraprofessional", "substitute", "coach"),
            *("assistantprofessor", "associateprofessor", "dean", "chair"),
        ),
        Role.STAFF,
    ),
}
"""The words of OneRoster and SDS, in lower case."""
KINSHIP: Mapping[str, str] = {
    "parent": "родитель",
    "relative": "родственник",
    "guardian": "законный представитель",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedPerson:
    key: str
    where: str
    name: PersonName
    roles: frozenset[Role]
    number: Cell
    """The personal file number, or the package's own id where it tells none."""
    snils: Cell = _NOTHING
    email: Cell = _NOTHING
    phone: Cell = _NOTHING
    sex: str = ""
    birth_date: date | None = None
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedKin:
    """`guardian` may act for `pupil`."""

    pupil: str
    guardian: str
    kinship: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedClass:
    key: str
    where: str
    title: str
    homeroom: bool
    grade: int = 0
    course: str = ""
    """What is taught, in words; blank where nothing says it."""
    school: str = ""
    form: str = ""
    """Key of the class it is a part of, where the package tells; blank where the members have to."""
    division: str = ""
    subgroup: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody in a class: a pupil, or an employee who leads or teaches it."""

    where: str
    group: str
    person: str
    role: Role
    primary: bool = False
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaged:
    source: Content
    people: Mapping[str, PackagedPerson]
    kin: tuple[PackagedKin, ...] = ()
    classes: Mapping[str, PackagedClass] = field(default_factory=dict)
    seats: tuple[Seat, ...] = ()
    courses: int = 0
    whole: bool = True
    """The package says that it is all there is."""
