"""`auth login`, `status`, `refresh`, `logout`: how the school signs in to the diary."""

from __future__ import annotations

import getpass
import os
import sys
import webbrowser
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import present
from gateway.cli.options import AsJson, session
from gateway.clock import SystemClock
from gateway.errors import AskError
from gateway.i18n import _

if TYPE_CHECKING:
    from connectors.transport.secret import Secret
    from gateway.auth.values import Kept
    from gateway.jobs.whose_token import Reading, Status
    from gateway.settings import Settings

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def login(
    context: typer.Context,
    paste: Annotated[
        bool, typer.Option("--paste", help=_("Вставить готовый токен: с клавиатуры (не виден) или из потока ввода"))
    ] = False,
    browser: Annotated[bool, typer.Option(help=_("Открыть браузер самим; адрес печатается всегда"))] = True,
) -> None:
    from gateway.jobs import sign_in

    settings = _settings(context)
    if paste:
        kept = sign_in.by_token(settings, SystemClock(), _pasted)
    else:
        kept = sign_in.by_browser(settings, SystemClock(), lambda address: _show(address, open_it=browser))
    present.say(_("Вход выполнен."))
    _tell_life(kept, settings)
    present.next_command("sverka auth status")


def status(context: typer.Context, as_json: AsJson = False) -> None:
    from gateway.jobs import whose_token

    settings = _settings(context)
    seen = whose_token.status(settings)
    if as_json:
        present.as_json(seen.as_json())
    else:
        _tell(seen, settings)
    if not seen.ok:
        raise typer.Exit(AskError.exit_code)


def refresh(context: typer.Context) -> None:
    from gateway.jobs import sign_in

    settings = _settings(context)
    kept = sign_in.again(settings, SystemClock())
    present.say(_("Токен обновлён."))
    _tell_life(kept, settings)


def logout(context: typer.Context) -> None:
    from gateway.jobs import sign_in

    if not sign_in.out(_settings(context)):
        present.say(_("Входа и не было."))
        return
    present.say(_("Вход забыт на этой машине."))
    present.say(
        _("Сам дневник отозвать токен не умеет: он действует до своего срока, пока владелец не снимет разрешение.")
    )


def _settings(context: typer.Context) -> Settings:
    from gateway.settings import load

    return load(session(context).config)


def _pasted() -> Secret:
    """From the terminal unseen, else from the pipe. Never an argument: every process can read those."""
    from connectors.transport.secret import Secret

    if sys.stdin.isatty():
        return Secret(getpass.getpass(_("Токен (не виден при вводе): ")))
    return Secret(sys.stdin.readline())


def _show(address: str, *, open_it: bool) -> None:
    present.say(_("Войдите в дневник и разрешите доступ по этому адресу на этой машине:"))
    present.say(address)
    if open_it and _has_a_screen():
        webbrowser.open(address)
    present.talk(_("Жду пять минут…"))


def _has_a_screen() -> bool:
    """Without one a browser of text would take the terminal over."""
    if os.name == "nt" or sys.platform == "darwin":
        return True
    return any(os.environ.get(name) for name in SCREENS)


def _tell_life(kept: Kept, settings: Settings) -> None:
    for sentence in _life(kept, settings, SystemClock().now()):
        present.say(sentence)


def _life(kept: Kept, settings: Settings, now: datetime) -> list[str]:
    told = _("Получен {obtained:%Y-%m-%d %H:%M}, дней назад: {days}").format(
        obtained=kept.obtained.astimezone(settings.zone), days=(now - kept.obtained).days
    )
    lines = [told, _("Обновляется сам.") if kept.refresh else _("Сам не обновляется: потом понадобится войти снова.")]
    if kept.expires:
        lines.insert(
            1, _("Действует до {expires:%Y-%m-%d %H:%M}").format(expires=kept.expires.astimezone(settings.zone))
        )
    if kept.ends_soon(now):
        lines.append(_("Скоро закончится: sverka auth login"))
    return lines


def _tell(seen: Status, settings: Settings) -> None:
    owner = seen.owner
    if owner is None:
        present.say(_("Дневник не принимает токен ({where}).").format(where=seen.where))
    else:
        present.say(
            _("Токен ({where}): {name}, пользователь {user}").format(
                where=seen.where, name=owner.name or _("без имени"), user=owner.user
            )
        )
        present.say(_("Роли: {roles}").format(roles=", ".join(owner.roles) or _("дневник не сказал")))
        present.say(_("Школы: {schools}").format(schools=", ".join(owner.schools) or _("дневник не сказал")))
        present.say(_("Администратор школы: {answer}").format(answer=_yes_or_no(owner.administrator)))
    if seen.kept:
        present.say(_("Разрешено: {scopes}").format(scopes=", ".join(seen.kept.scopes) or _("дневник не сказал")))
        for sentence in _life(seen.kept, settings, seen.now):
            present.say(sentence)
    if owner:
        rows = [(item.says, _answer(item), item.why) for item in seen.readings]
        present.table("", (_("Чтение"), _("Можно"), _("Почему")), rows)
    if owner is None:
        present.next_command("sverka auth login")


def _yes_or_no(answer: bool | None) -> str:
    if answer is None:
        return _("дневник не сказал")
    return _("да") if answer else _("нет")


def _answer(reading: Reading) -> str:
    if reading.ok is None:
        return _("не на чем проверить")
    return _("да") if reading.ok else _("нет")


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help=_("Вход в дневник"), no_args_is_help=True)
    group.command("login", help=_("Войти: в браузере или готовым токеном"))(login)
    group.command("status", help=_("Чей токен, до какого срока и что с ним можно читать"))(status)
    group.command("refresh", help=_("Обновить токен сейчас, не дожидаясь отказа"))(refresh)
    group.command("logout", help=_("Забыть вход на этой машине"))(logout)
    app.add_typer(group, name="auth")
