"""Whose token it is: the reads of `users/me` and of the owner's schools (endpoints.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from connectors.dnevnik import vocabulary, wire
from connectors.dnevnik.reading import Reader, listing, single
from connectors.dnevnik.shape import Keyed, Number, Text, Wire, key_of, names

if TYPE_CHECKING:
    from connectors.dnevnik.unfamiliar import Unfamiliar
    from connectors.transport.client import Transport


class User(Keyed):
    """The owner of a token; which names are there depends on its scopes."""

    UNREAD: ClassVar[frozenset[str]] = names(
        "name email login fullNameInverse firstName middleName lastName locale timezone photoSmall photoMedium "
        "photoLarge birthday phone"
    )

    person_id: Number = Field(None, alias="personId")
    person_id_str: str | None = Field(None, alias="personId_str")
    full_name: Text = Field("", alias="fullName")
    short_name: Text = Field("", alias="shortName")
    sex: vocabulary.Sex = ""
    roles: vocabulary.Roles = None

    @property
    def person(self) -> str:
        return key_of(self.person_id_str, self.person_id)

    @property
    def name(self) -> str:
        return self.full_name or self.short_name


class ContextSchool(Wire):
    """Without a text twin (models.md, Conventions)."""

    UNREAD: ClassVar[frozenset[str]] = names("groupIds")

    id: Number = None
    name: Text = ""
    type: vocabulary.SchoolType = None


class Context(Wire):
    """Wider than `User`: the schools by name."""

    UNREAD: ClassVar[frozenset[str]] = names(
        "userId avatarUrl children splitId personId firstName lastName middleName schoolIds groupIds"
    )

    roles: vocabulary.Roles = None
    schools: tuple[ContextSchool, ...] | None = None
    groups: tuple[wire.EduGroup, ...] | None = Field(None, alias="eduGroups")
    short_name: Text = Field("", alias="shortName")


class GroupMembership(Wire):
    group: wire.EduGroup | None = Field(None, alias="eduGroup")


class SchoolMembership(Wire):
    """What somebody is in one school; `school` is its id or the school itself: the evidence shows both."""

    UNREAD: ClassVar[frozenset[str]] = names("subjects")

    school: wire.School | Number = None
    roles: vocabulary.Roles = None
    editor_roles: tuple[str, ...] | None = Field(None, alias="editorRoles")
    groups: tuple[GroupMembership, ...] | None = Field(None, alias="eduGroupMemberships")

    @property
    def school_key(self) -> str:
        return self.school.key if isinstance(self.school, wire.School) else key_of(None, self.school)


class SchoolMemberships(Wire):
    person: Number = None
    person_str: str | None = None
    schools: tuple[SchoolMembership, ...] | None = None

    @property
    def person_key(self) -> str:
        return key_of(self.person_str, self.person)


_ME = single("users/me", User)
_CONTEXT = single("users/me/context", Context)
_SCHOOLS = listing("schools", wire.School)
_MEMBERSHIPS = single("users/me/school-memberships", SchoolMemberships)


class Account:
    """What the diary tells the owner of the token of themselves. Every method raises connectors.faults."""

    def __init__(self, transport: Transport, unfamiliar: Unfamiliar | None = None) -> None:
        self._reader = Reader(transport, unfamiliar)

    def me(self) -> User:
        """Any token may ask."""
        return self._reader.ask(_ME)

    def context(self) -> Context:
        """Asks for more scopes than `me`."""
        return self._reader.ask(_CONTEXT)

    def schools(self) -> tuple[wire.School, ...]:
        """The owner's own schools."""
        return self._reader.ask(_SCHOOLS)

    def memberships(self) -> SchoolMemberships:
        """What the owner is in each school, and in which groups."""
        return self._reader.ask(_MEMBERSHIPS)
