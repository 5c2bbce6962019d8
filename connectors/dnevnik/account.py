"""Whose token it is: the reads of `users/me` (endpoints.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from connectors.dnevnik.decode import one
from connectors.dnevnik.wire import Number, Text

if TYPE_CHECKING:
    from connectors.transport.client import Transport

_ME = "users/me"
_CONTEXT = "users/me/context"


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class User(_Wire):
    """The owner of a token; which names are there depends on its scopes."""

    id: Number = None
    id_str: str | None = None
    person_id: Number = Field(None, alias="personId")
    person_id_str: str | None = Field(None, alias="personId_str")
    full_name: Text = Field("", alias="fullName")
    short_name: Text = Field("", alias="shortName")
    roles: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        return self.id_str or str(self.id or "")

    @property
    def person(self) -> str:
        return self.person_id_str or str(self.person_id or "")

    @property
    def name(self) -> str:
        return self.full_name or self.short_name


class ContextSchool(_Wire):
    """Without a text twin (models.md, Conventions)."""

    id: Number = None
    name: Text = ""


class Context(_Wire):
    roles: tuple[str, ...] | None = None
    schools: tuple[ContextSchool, ...] | None = None
    short_name: Text = Field("", alias="shortName")


class Account:
    """What the diary tells the owner of the token of themselves. Every method raises connectors.faults."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def me(self) -> User:
        """Any token may ask."""
        return self._transport.read(_ME, one(User, _ME))

    def context(self) -> Context:
        """Asks for more scopes than `me`."""
        return self._transport.read(_CONTEXT, one(Context, _CONTEXT))
