"""The doors of signing in: the login page `/oauth2`, and `authorizations` under every prefix (behaviour.md §1 A-C, E).

The evidence has the requests and the answers; how long a code lives, which error answers what, and that a client's
redirect addresses are loopback ones, is ASSUMED.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from connectors.sandbox import scopes
from connectors.sandbox.ids import ROLES, client_of, password_of
from connectors.sandbox.owners import account, owner_of
from connectors.sandbox.refusals import STATUS, ApiRefusal, bad_parameter, missing
from connectors.sandbox.sign_in_pages import done_page, error_page, login_page
from connectors.sandbox.tokens import Asked, Grant, cannot_authorize, plain_id

if TYPE_CHECKING:
    from datetime import timedelta

    from starlette.types import Receive, Scope, Send

    from connectors.sandbox.world import World

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_KEPT = ("response_type", "client_id", "scope", "redirect_uri", "state")
_ROLE_WORDS = {"admin": "Администратор", "teacher": "Учитель", "parent": "Родитель"}
DONE = "/oauth2/done"
"""Where an implicit token goes when the client names no address."""


class LoginDoor:
    """`/oauth2`: shows who may sign in, and sends the browser back with a code, a token or a refusal."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        form = (await request.body()).decode("utf-8", "replace") if request.method == "POST" else ""
        await self._answer(request, dict(parse_qsl(form, keep_blank_values=True)))(scope, receive, send)

    def _answer(self, request: Request, form: dict[str, str]) -> Response:
        if request.url.path.rstrip("/") == DONE:
            return done_page(request.query_params.get("result") == "success")
        asked = {**request.query_params, **form}
        kept = {name: asked.get(name, "") for name in _KEPT}
        if not self._world.book.registered(kept["client_id"]):
            return error_page("Приложение не зарегистрировано (client_id)")
        if not _may_go_to(kept):
            return error_page(
                "Адрес возврата не зарегистрирован (redirect_uri): учебный дневник знает только этот компьютер"
            )
        wanted = scopes.granted(kept["scope"])
        if kept["response_type"] not in ("code", "token"):
            return _back(kept, error="unsupported_response_type")
        if not wanted:
            return _back(kept, error="invalid_scope")
        if asked.get("decision") == "deny":
            return _back(kept, error="access_denied")
        return self._signed_in(kept, asked, wanted) if form else self._page(kept, wanted)

    def _page(self, kept: dict[str, str], wanted: frozenset[str], note: str = "") -> Response:
        people = ((role, owner_of(self._world, role)) for role in ROLES)
        known = [(role, f"{_ROLE_WORDS[role]} ({one.full})") for role, one in people if one]
        return login_page(kept, [name for name in scopes.ALL if name in wanted], known, note)

    def _signed_in(self, kept: dict[str, str], asked: dict[str, str], wanted: frozenset[str]) -> Response:
        person = account(self._world, asked.get("login", "").strip() or asked.get("role", ""))
        if person is None or person.user is None:
            return self._page(kept, wanted, "Такого логина нет")
        book, now = self._world.book, self._world.now()
        allowed = Asked(plain_id(kept["client_id"]), person.user, wanted, kept["redirect_uri"])
        if kept["response_type"] == "code":
            return _back(kept, code=book.code_for(allowed, now))
        return _back(kept, access_token=book.grant(allowed, now, refreshable=False).access)


def _may_go_to(kept: dict[str, str]) -> bool:
    """Loopback addresses only; an implicit sign-in may name none (the scripted clients do so)."""
    if not kept["redirect_uri"]:
        return kept["response_type"] == "token"
    try:
        address = urlsplit(kept["redirect_uri"])
    except ValueError:
        return False
    return address.scheme in ("http", "https") and address.hostname in _LOOPBACK and not address.fragment


def _back(kept: dict[str, str], **outcome: str) -> Response:
    """To the client's address. An implicit answer is exactly `#access_token=…&state=…`: clients cut it by position."""
    answer = urlencode({**outcome, "state": kept["state"]}, quote_via=quote)
    target = kept["redirect_uri"] or f"{DONE}?result={'error' if 'error' in outcome else 'success'}"
    sign = "#" if kept["response_type"] == "token" else "&" if urlsplit(target).query else "?"
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(f"{target}{sign}{answer}", status_code=302, headers=headers)


class TokenDoor:
    """`POST authorizations` takes a code or a refresh token and gives a pair; `…/bycredentials` a login and a password.

    Both wire forms are read: JSON with the client in the body, and form fields with HTTP Basic (one client sends
    `RefreshToken`); the case of field names does not matter.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await self._answer(request, await request.body())(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        by_credentials = request.url.path.rstrip("/").endswith("/bycredentials")
        counters = self._world.counters
        counters.asked[f"{request.method} /authorizations{'/bycredentials' if by_credentials else ''}"] += 1
        try:
            fields = _fields(request, body)
            grant = self._by_credentials(fields) if by_credentials else self._by_client(fields)
            return _json(authorization(grant, self._world.book.life), 200)
        except ApiRefusal as refusal:
            counters.refused[refusal.kind] += 1
            return _json({"type": refusal.kind, "description": refusal.description}, STATUS[refusal.kind])

    def _by_client(self, fields: dict[str, str]) -> Grant:
        book, now, client = self._world.book, self._world.now(), fields.get("clientid", "")
        if not book.proven(client, fields.get("clientsecret", "")):
            raise cannot_authorize()
        wanted = fields.get("granttype", "").replace("_", "").casefold()
        if wanted == "authorizationcode":
            return book.exchange(fields.get("code", ""), client, fields.get("redirecturi", ""), now)
        if wanted == "refreshtoken":
            return book.renew(fields.get("refreshtoken", ""), client, now)
        raise bad_parameter("grant_type", fields.get("granttype", ""))

    def _by_credentials(self, fields: dict[str, str]) -> Grant:
        """Without a refresh token: the evidence shows `accessToken` alone."""
        world, client = self._world, fields.get("clientid", "")
        person = account(world, fields.get("username", ""))
        wanted = scopes.granted(fields.get("scope", ""))
        right = fields.get("password", "") == password_of(world.seed)
        if not world.book.proven(client, fields.get("clientsecret", "")) or not right or not wanted:
            raise cannot_authorize()
        if person is None or person.user is None:
            raise cannot_authorize()
        return world.book.grant(Asked(plain_id(client), person.user, wanted), world.now(), refreshable=False)


def told(world: World) -> dict[str, str]:
    """What a client needs to be told before it can sign anybody in."""
    client, secret = client_of(world.seed)
    return {"client_id": client, "client_secret": secret, "password": password_of(world.seed)}


def issued(world: World, login: str, scope: str) -> dict[str, Any]:
    """An Authorization as the code grant of the practice client would end, without a browser."""
    person, wanted = account(world, login), scopes.granted(scope)
    if person is None or person.user is None:
        raise missing("The login")
    if not wanted:
        raise bad_parameter("scope", scope)
    asked = Asked(plain_id(client_of(world.seed)[0]), person.user, wanted)
    return authorization(world.book.grant(asked, world.now(), refreshable=True), world.book.life)


def authorization(grant: Grant, life: timedelta) -> dict[str, Any]:
    """The wire's Authorization; its lifetime in seconds."""
    seconds = int(life.total_seconds())
    return {
        "accessToken": grant.access,
        "expiresIn": seconds,
        "expiresIn_str": str(seconds),
        "refreshToken": grant.refresh or None,
        "scope": scopes.listed(grant.scopes),
        "user": grant.user,
        "user_str": str(grant.user),
    }


def _fields(request: Request, body: bytes) -> dict[str, str]:
    """Names folded (`client_id`, `clientId`, `RefreshToken`), the client of HTTP Basic among them."""
    if request.method != "POST":
        raise ApiRefusal("methodNotSupported", "The method is not supported by this resource")
    if "json" in request.headers.get("content-type", "json"):
        sent = _object(body)
    else:
        sent = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    fields = {str(key).replace("_", "").casefold(): str(value) for key, value in sent.items() if value is not None}
    return {**_basic(request.headers.get("authorization", "")), **fields}


def _object(body: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(body)
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise ApiRefusal("invalidRequest", "The body is not a JSON object")
    return sent


def _basic(header: str) -> dict[str, str]:
    kind, _, packed = header.partition(" ")
    if kind.casefold() != "basic":
        return {}
    try:
        client, _, secret = base64.b64decode(packed, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"clientid": client, "clientsecret": secret}


def _json(value: dict[str, Any], status: int) -> Response:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(), status, {"Cache-Control": "no-store"}, "application/json; charset=utf-8")
