"""The wire of the code grant (behaviour.md §1): where a person allows us in, and the desk that hands out tokens.

No call that revokes a token is known of this API: a token ends by itself, or where its owner withdraws the permission.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from connectors import faults
from connectors.dnevnik.hosts import rest_base
from connectors.dnevnik.scopes import COMMON, CONTACT, EDUCATION, FAMILY
from connectors.transport.client import Transport
from connectors.transport.errors import fault_of
from connectors.transport.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connectors.transport.answer import Answer

PLACE = "authorizations"
SCOPES = (COMMON, CONTACT, FAMILY, EDUCATION)
"""What a synchronisation asks for: nothing of files, walls and messages."""
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_SECONDS = 30.0
"""How long a renewal may take with all its attempts: the threads of a run wait for it."""


@dataclass(frozen=True, slots=True)
class Application:
    """What the diary gave us when the partner was registered: two UUIDs."""

    client_id: Secret
    client_secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """An answer of the desk. `expires_in`: seconds (the unit is ASSUMED), None where it does not say."""

    access: Secret
    refresh: Secret | None = None
    expires_in: int | None = None
    scopes: tuple[str, ...] = ()
    user: str = ""


def authorize_url(page: str, application: Application, *, scopes: Sequence[str], redirect_uri: str, state: str) -> str:
    """The address where a person signs in and allows `scopes`; the browser then goes to `redirect_uri` with a code."""
    asked = {
        "response_type": "code",
        "client_id": application.client_id.reveal(),
        "scope": ",".join(scopes),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{page}?{urlencode(asked, quote_via=quote)}"


class TokenDesk:
    """`POST authorizations` of the diary at `host`. Its errors never repeat the service's words, which may quote us.

    Raises Unauthorised where the desk does not accept what we show, Throttled and Unavailable where it may later.
    """

    def __init__(self, host: str, application: Application, carrier: Callable[..., Transport] = Transport) -> None:
        self._url = f"{rest_base(host)}/{PLACE}"
        self._application = application
        self._transport = carrier(rest_base(host), None, total_seconds=_SECONDS)

    def __enter__(self) -> TokenDesk:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def exchange(self, code: Secret) -> Grant:
        """The tokens for a code, which works once. TokenRequest has no redirect_uri, so none is sent."""
        return self._transport.retrying(lambda: self._as_json(grant_type="AuthorizationCode", code=code.reveal()))

    def refresh(self, token: Secret) -> Grant:
        """A new pair for a refresh token, which may be dead afterwards.

        Both wire forms seen are tried: the JSON body of the documentation, then the form with HTTP Basic of YP.
        """
        return self._transport.retrying(lambda: self._refreshed(token))

    def _refreshed(self, token: Secret) -> Grant:
        try:
            return self._as_json(grant_type="RefreshToken", refreshToken=token.reveal())
        except (faults.Unauthorised, faults.SchemaDrift) as refusal:
            try:
                return self._as_form(grant_type="RefreshToken", RefreshToken=token.reveal())
            except (faults.Unauthorised, faults.SchemaDrift):
                raise refusal from None

    def _as_json(self, **said: str) -> Grant:
        application = self._application
        own = {"client_id": application.client_id.reveal(), "client_secret": application.client_secret.reveal()}
        return self._asked(json.dumps({**own, **said}).encode(), {"Content-Type": _JSON})

    def _as_form(self, **said: str) -> Grant:
        application = self._application
        pair = f"{application.client_id.reveal()}:{application.client_secret.reveal()}".encode()
        basic = f"Basic {base64.b64encode(pair).decode()}"
        return self._asked(urlencode(said).encode(), {"Content-Type": _FORM, "Authorization": basic})

    def _asked(self, body: bytes, headers: Mapping[str, str]) -> Grant:
        try:
            answer = self._transport.send(self._url, PLACE, body, headers)
        except faults.InDoubt as lost:
            raise faults.Unavailable(lost.what, PLACE) from None
        fault = fault_of(answer, PLACE)
        if fault:
            raise _discreet(fault, answer)
        return _grant(answer)


def _discreet(fault: faults.Fault, answer: Answer) -> faults.Fault:
    """The same kind of fault without the words of the answer; whatever the desk rejects is a matter of signing in."""
    what = f"HTTP {answer.status}"
    if isinstance(fault, faults.Throttled):
        return faults.Throttled(what, PLACE, fault.request_id, retry_after=fault.retry_after)
    refused = isinstance(fault, (faults.Rejected, faults.Unauthorised, faults.Forbidden))
    kind = faults.Unauthorised if refused else type(fault)
    return kind(what, PLACE, fault.request_id)


def _grant(answer: Answer) -> Grant:
    """The Authorization of models.md. Raises SchemaDrift that names the field, never its value."""
    try:
        plain = json.loads(answer.body)
    except ValueError:
        raise faults.Unavailable("the answer is not whole JSON", PLACE, answer.request_id) from None
    if not isinstance(plain, dict) or not isinstance(plain.get("accessToken"), str) or not plain["accessToken"]:
        raise faults.SchemaDrift("accessToken: missing", PLACE, answer.request_id)
    refresh = plain.get("refreshToken")
    return Grant(
        access=Secret(plain["accessToken"]),
        refresh=Secret(refresh) if isinstance(refresh, str) and refresh else None,
        expires_in=_first(plain, ("expiresIn_str", "expiresIn"), int),
        scopes=tuple(str(plain.get("scope") or "").replace(",", " ").split()),
        user=_first(plain, ("user_str", "user"), str) or "",
    )


def _first(plain: Mapping[str, Any], names: Sequence[str], read: Callable[[Any], Any]) -> Any:
    """The first of these fields that can be read so: text twins come before numbers."""
    for name in names:
        value = plain.get(name)
        try:
            if value is not None:
                return read(value)
        except (TypeError, ValueError):
            continue
    return None
