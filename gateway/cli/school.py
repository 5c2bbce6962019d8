"""`init`, `doctor`, `log verify`: a school's folder, its health, its audit log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import present
from gateway.cli.data import doctor_data
from gateway.cli.options import AsJson, session
from gateway.errors import ChainBroken
from gateway.i18n import _
from gateway.settings import STORE


def init(
    folder: Annotated[Path, typer.Argument(help=_("Папка школы"))] = Path(),
    sandbox: Annotated[
        str, typer.Option(help=_("Адрес работающего учебного дневника: всё остальное он скажет сам"))
    ] = "",
    key: Annotated[str, typer.Option(help=_("Короткое имя школы латиницей, например school-5"))] = "school",
    name: Annotated[str, typer.Option(help=_("Название школы"))] = _("Школа"),
    year: Annotated[int | None, typer.Option(help=_("Учебный год: 2026 значит 2026/27"))] = None,
    profile: Annotated[
        str, typer.Option(help=_("Что умеет дневник: dnevnik-import-service, dnevnik-rest, kundelik"))
    ] = "dnevnik-rest",
    base_url: Annotated[str, typer.Option(help=_("Адрес API дневника"))] = "https://api.dnevnik.ru/v2.0",
    token: Annotated[
        str, typer.Option(help=_("Ссылка на токен: env:ИМЯ, file:/путь, cred:ИМЯ, store:ИМЯ"))
    ] = "env:SVERKA_TOKEN",  # noqa: S107 — a reference
    school_id: Annotated[str, typer.Option(help=_("Номер школы в дневнике"))] = "",
    school_guid: Annotated[str, typer.Option(help=_("GUID школы в службе импорта"))] = "",
    timezone: Annotated[str, typer.Option(help=_("Часовой пояс школы"))] = "Europe/Moscow",
) -> None:
    from gateway.jobs import setup

    answers = setup.Answers(
        key=key,
        name=name,
        year=year or setup.current_school_year(),
        profile=profile,
        base_url=base_url,
        token=token,
        school_id=school_id,
        school_guid=school_guid,
        timezone=timezone,
    )
    if sandbox:
        answers = setup.join_sandbox(folder, sandbox, answers)
    path = setup.init_school(folder, answers)
    present.say(_("Готово: {path}").format(path=path))
    if not sandbox:
        present.say(_("Проверьте в нём учебные периоды и каникулы своей школы и впишите номер школы в дневнике."))
    stored = answers.token.startswith(f"{STORE}:")
    present.next_command(f"sverka -c {path} {'auth login' if stored else 'doctor'}")


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand:
        return
    from gateway.jobs.doctor import examine

    checks = examine(session(context).config)
    bad = [check for check in checks if not check.ok]
    if as_json:
        present.as_json(
            {
                "schema": "doctor/1",
                "ok": not bad,
                "checks": [
                    {"check": item.name, "ok": item.ok, "says": item.says, "next": item.advice} for item in checks
                ],
            }
        )
    else:
        rows = [("✓" if item.ok else "✗", item.name, item.says, item.advice) for item in checks]
        present.table("", (" ", _("Проверка"), _("Что видно"), _("Что сделать")), rows)
        present.say(_("Всё в порядке.") if not bad else _("Неладно: {count}").format(count=len(bad)))
    if bad:
        raise typer.Exit(78)


def upgrade(context: typer.Context) -> None:
    from gateway import settings
    from gateway.clock import SystemClock
    from gateway.jobs.upgrade import upgrade as bring_up

    copy = bring_up(settings.load(session(context).config), SystemClock().now())
    present.say(_("База той же версии, что программа."))
    if copy:
        present.say(_("Прежняя база сохранена: {path}").format(path=copy))
    present.next_command("sverka doctor")


def log_verify(
    context: typer.Context,
    as_json: AsJson = False,
    size: Annotated[int | None, typer.Option(help=_("Размер журнала, напечатанный в прежнем отчёте"))] = None,
    root: Annotated[str, typer.Option(help=_("Корень журнала, напечатанный в прежнем отчёте"))] = "",
) -> None:
    if (size is None) != (not root):
        raise typer.BadParameter(_("--size и --root указываются вместе"))
    check = session(context).office().verify_log((size, root) if size is not None else None)
    if as_json:
        present.as_json(
            {
                "schema": "log-verify/1",
                "ok": check.ok,
                "size": check.size,
                "root": check.root,
                "first_bad": check.first_bad,
            }
        )
    elif check.ok:
        present.say(_("Журнал аудита цел: событий {size}, корень {root}").format(size=check.size, root=check.root))
    if not check.ok:
        raise ChainBroken(
            _("Журнал аудита нарушен на событии № {number}: {why}").format(number=check.first_bad, why=check.why),
            _("Ничего больше не записывайте; сохраните копию базы и сообщите ответственному за персональные данные"),
        )


def add_to(app: typer.Typer) -> None:
    app.command("init", help=_("Создать папку школы: настройки и пустую базу"))(init)
    checks = typer.Typer(help=_("Проверить настройки, базу, журнал и связь с дневником; data — данные школы"))
    checks.callback(invoke_without_command=True)(doctor)
    checks.command("data", help=_("Что не так с данными школы, начиная с того, что не уйдёт в дневник"))(doctor_data)
    app.add_typer(checks, name="doctor")
    app.command("upgrade", help=_("Обновить базу до версии программы; прежняя сохранится рядом"))(upgrade)
    log = typer.Typer(help=_("Журнал аудита"), no_args_is_help=True)
    log.command("verify", help=_("Пересчитать журнал аудита и назвать первое испорченное событие"))(log_verify)
    app.add_typer(log, name="log")
