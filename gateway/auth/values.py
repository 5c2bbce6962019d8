"""A sign-in as it is kept: the tokens, whose they are, for which diary, since when and until when."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors.transport.secret import Secret

if TYPE_CHECKING:
    from connectors.dnevnik.oauth import Grant

SOON = timedelta(days=3)
"""A token that ends within this time and cannot renew itself is told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`diary`: the REST base the tokens belong to; they are sent nowhere else. Moments are UTC."""

    access: Secret
    refresh: Secret | None = None
    diary: str
    obtained: datetime
    expires: datetime | None = None
    """None: the diary did not say."""
    scopes: tuple[str, ...] = ()
    user: str = ""

    def renewed(self, grant: Grant, now: datetime) -> Kept:
        """This sign-in with the tokens of `grant`; what the desk does not repeat stays."""
        return replace(
            self,
            access=grant.access,
            refresh=grant.refresh or self.refresh,
            obtained=now,
            expires=_end(grant, now),
            scopes=grant.scopes or self.scopes,
            user=grant.user or self.user,
        )

    def ends_soon(self, now: datetime) -> bool:
        """Will somebody have to sign in again within days?"""
        return self.refresh is None and self.expires is not None and self.expires - now < SOON

    def to_bytes(self) -> bytes:
        """For the vault only: the tokens stand in it."""
        plain = {
            "access": self.access.reveal(),
            "refresh": self.refresh.reveal() if self.refresh else None,
            "diary": self.diary,
            "obtained": self.obtained.isoformat(),
            "expires": self.expires.isoformat() if self.expires else None,
            "scopes": self.scopes,
            "user": self.user,
        }
        return json.dumps(plain, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, body: bytes) -> Kept:
        plain = json.loads(body)
        return cls(
            access=Secret(plain["access"]),
            refresh=Secret(plain["refresh"]) if plain["refresh"] else None,
            diary=plain["diary"],
            obtained=datetime.fromisoformat(plain["obtained"]),
            expires=datetime.fromisoformat(plain["expires"]) if plain["expires"] else None,
            scopes=tuple(plain["scopes"]),
            user=plain["user"],
        )


def granted(grant: Grant, diary: str, now: datetime) -> Kept:
    """The sign-in that begins with this answer of the desk."""
    return Kept(
        access=grant.access,
        refresh=grant.refresh,
        diary=diary,
        obtained=now,
        expires=_end(grant, now),
        scopes=grant.scopes,
        user=grant.user,
    )


def _end(grant: Grant, now: datetime) -> datetime | None:
    """A service that says nonsense is taken to have said nothing."""
    try:
        return now + timedelta(seconds=grant.expires_in) if grant.expires_in and grant.expires_in > 0 else None
    except OverflowError:
        return None
