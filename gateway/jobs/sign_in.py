"""The verbs of signing in: by the browser, by a token at hand, again without a person, and out."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from connectors.dnevnik.hosts import login_page
from connectors.dnevnik.oauth import SCOPES, TokenDesk, authorize_url
from connectors.transport.secret import Secret
from connectors.transport.sign_in import SignIn
from gateway import bootstrap
from gateway.auth.loopback import listening
from gateway.auth.values import Kept, granted
from gateway.errors import SettingsError, SignInNeeded
from gateway.faultmap import in_our_words
from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.ports import Clock
    from gateway.settings import Settings

WAIT_SECONDS = 300.0
"""How long a person may take in the browser."""
_TOKEN = re.compile(r"[!-~]{8,4096}")
"""Opaque, 32 letters and digits where seen (behaviour.md §2); what could not stand in a header is no token."""
_IN_ADDRESS = re.compile(r"[#&?]access_token=([^&\s]+)")


def by_browser(
    settings: Settings, clock: Clock, show: Callable[[str], None], *, wait_seconds: float = WAIT_SECONDS
) -> Kept:
    """The sign-in a person made in the browser, kept. `show` is given the address to open.

    Raises SettingsError where the settings name no application, SignInNeeded where nobody allowed us in.
    """
    vault, section, application = bootstrap.vault(settings), settings.sign_in, bootstrap.application(settings)
    if section is None or application is None:
        raise SettingsError(
            _("В настройках нет раздела [sign_in]: client_id и client_secret приложения в дневнике"),
            _("Впишите его или вставьте готовый токен: sverka auth login --paste"),
        )
    page = section.page or login_page(settings.diary.base_url)
    state = secrets.token_urlsafe(32)
    with listening(section.port, state) as loopback:
        redirect, scopes = loopback.redirect_uri, section.scopes or SCOPES
        show(authorize_url(page, application, scopes=scopes, redirect_uri=redirect, state=state))
        code = loopback.code(wait_seconds)
    with in_our_words(), TokenDesk(settings.diary.base_url, application) as desk:
        kept = granted(desk.exchange(code), vault.diary, clock.now())
    vault.write(kept)
    return kept


def by_token(settings: Settings, clock: Clock, ask: Callable[[], Secret]) -> Kept:
    """The token a person has, kept after the diary has accepted it; the address a browser ended at is understood too.

    Raises SignInNeeded for a token that the diary does not accept; what was kept before stays then.
    """
    vault = bootstrap.vault(settings)
    token = _token_in(ask())
    with in_our_words(), bootstrap.diary(settings, signed_in=SignIn(token)) as diary:
        user = diary.account.me().key
    kept = Kept(access=token, diary=vault.diary, obtained=clock.now(), user=user)
    vault.write(kept)
    return kept


def again(settings: Settings, clock: Clock) -> Kept:
    """The kept sign-in with new tokens. Raises SignInNeeded where a person must sign in."""
    renewal = bootstrap.renewal(settings, clock)
    with in_our_words():
        return renewal.renewed(renewal.vault.read())


def out(settings: Settings) -> bool:
    """Nothing is kept any more; was there something? The diary knows no call that ends a token."""
    return bootstrap.vault(settings).forget()


def _token_in(pasted: Secret) -> Secret:
    text = pasted.reveal().strip()
    found = _IN_ADDRESS.search(text)
    text = found[1] if found else text
    if not _TOKEN.fullmatch(text):
        raise SignInNeeded(
            _("Это не похоже на токен"), _("Скопируйте его целиком, без пробелов: sverka auth login --paste")
        )
    return Secret(text)
