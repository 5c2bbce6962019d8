"""Who may come in: the tokens, refresh tokens and one-time codes that the diary has issued, and to whom.

Life times are ASSUMED: the evidence has `expiresIn` without a value, and one client that keeps its cookie for 30 days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.sandbox import scopes
from connectors.sandbox.ids import TokenIssuer, client_of, tokens_of
from connectors.sandbox.refusals import ApiRefusal

if TYPE_CHECKING:
    from datetime import datetime

ISSUED = "issued"
TOKEN_LIFE = timedelta(days=30)
CODE_LIFE = timedelta(seconds=60)


def cannot_authorize() -> ApiRefusal:
    """The wire's own words (behaviour.md §3)."""
    return ApiRefusal("authorizationFailed", "Can't authorize")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person has allowed: to which client, for whom, and where the browser goes with the answer."""

    client: str
    user: int
    scopes: frozenset[str]
    redirect: str = ""


@dataclass(slots=True)
class Grant:
    """One access token."""

    access: str
    scopes: frozenset[str]
    role: str = ""
    """Of a ready token, whose owner is the first such person; blank for an issued one."""
    client: str = ""
    user: int = 0
    expires: datetime | None = None
    refresh: str = ""
    left: int | None = None
    """Requests that it still stands, where its death is decided."""

    def lives(self, now: datetime) -> bool:
        return self.left != 0 and (self.expires is None or now < self.expires)


@dataclass(slots=True)
class _Code:
    asked: Asked
    expires: datetime


@dataclass(slots=True)
class TokenBook:
    """Equal seeds and equal sign-ins give equal tokens."""

    seed: int
    life: timedelta = TOKEN_LIFE
    grants: dict[str, Grant] = field(default_factory=dict)
    clients: dict[str, str] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _refreshable: dict[str, Grant] = field(default_factory=dict)
    _issue: TokenIssuer = field(init=False)

    def __post_init__(self) -> None:
        self._issue = TokenIssuer(self.seed)
        self.register(*client_of(self.seed))
        for role, token in tokens_of(self.seed).items():
            self.grants[token] = Grant(token, frozenset(scopes.ALL), role)

    # --- admission --------------------------------------------------------------------------------------------------

    def admit(self, token: str, now: datetime) -> Grant:
        """The living grant of an access token. Raises tokenRequired or invalidToken."""
        if not token:
            raise ApiRefusal("tokenRequired", "Access token is required")
        grant = self.grants.get(token)
        if grant is None or not grant.lives(now):
            raise ApiRefusal("invalidToken", "Access token is invalid")
        if grant.left is not None:
            grant.left -= 1
        return grant

    def kill(self, which: str, refresh_too: bool = False, after: int = 0) -> int:
        """How many tokens die, after so many more requests each.

        `all`, `issued` (those that somebody signed in for), a role's ready token, or one by its value.

        A refresh token names the access token it was issued with, and outlives it unless told.
        """
        found = [
            one
            for one in self.grants.values()
            if which in ("all", one.role or ISSUED, one.access) or which == one.refresh != ""
        ]
        for grant in found:
            grant.left = after
            if refresh_too:
                self._refreshable.pop(grant.refresh, None)
        return len(found)

    # --- issuing ----------------------------------------------------------------------------------------------------

    def register(self, client: str, secret: str) -> None:
        self.clients[plain_id(client)] = plain_id(secret)

    def registered(self, client: str) -> bool:
        return plain_id(client) in self.clients

    def proven(self, client: str, secret: str) -> bool:
        return self.clients.get(plain_id(client)) == plain_id(secret)

    def code_for(self, asked: Asked, now: datetime) -> str:
        """A code for one exchange within a minute."""
        code = self._issue.token()
        self._codes[code] = _Code(asked, now + CODE_LIFE)
        return code

    def exchange(self, code: str, client: str, redirect: str, now: datetime) -> Grant:
        """The grant of a code, which dies by this call whatever comes of it. Raises authorizationFailed.

        The evidence's request has no redirect_uri: it is compared where a client sends one.
        """
        found = self._codes.pop(code, None)
        if found is None or found.expires < now or found.asked.client != plain_id(client):
            raise cannot_authorize()
        if redirect and redirect != found.asked.redirect:
            raise cannot_authorize()
        return self.grant(found.asked, now, refreshable=True)

    def grant(self, asked: Asked, now: datetime, refreshable: bool) -> Grant:
        """A new access token; with a refresh token where the flow has one (the implicit one has not)."""
        refresh = self._issue.token() if refreshable else ""
        grant = Grant(self._issue.token(), asked.scopes, "", asked.client, asked.user, now + self.life, refresh)
        self.grants[grant.access] = grant
        if refresh:
            self._refreshable[refresh] = grant
        return grant

    def renew(self, refresh: str, client: str, now: datetime) -> Grant:
        """A new pair; the old refresh token is dead, the old access token lives on to its end (ASSUMED).

        Raises invalidToken for a dead refresh token, authorizationFailed for another client's.
        """
        old = self._refreshable.get(refresh)
        if old is None:
            raise ApiRefusal("invalidToken", "Refresh token is invalid")
        if old.client != plain_id(client):
            raise cannot_authorize()
        del self._refreshable[refresh]
        return self.grant(Asked(old.client, old.user, old.scopes), now, refreshable=True)


def plain_id(text: str) -> str:
    """A client id or secret however its UUID is spelt: clients send it with dashes and without."""
    return text.strip().replace("-", "").casefold()
