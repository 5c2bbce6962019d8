"""`sandbox weather | storm | calm | meddle | history`: trouble in the practice diary, and what came of it."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import present
from gateway.cli.options import HERE, Address, AsJson
from gateway.faultmap import in_our_words
from gateway.i18n import _


def kinds() -> dict[str, str]:
    """What a trouble is called, and what it does."""
    return {
        "throttle": _("429: лимит запросов исчерпан"),
        "throttle-433": _("433: то же, как видели у дневника"),
        "dead-token": _("401: токен умер"),
        "vanished": _("404: этого больше нет"),
        "maintenance": _("503 и HTML-страница: обслуживание"),
        "closed": _("405 и HTML-страница: обслуживание"),
        "error": _("500 с ошибкой дневника"),
        "bad-gateway": _("502 и HTML-страница"),
        "page": _("200, а вместо данных HTML-страница"),
        "empty": _("200 и пустой ответ"),
        "dropped": _("обрыв до выполнения"),
        "lost": _("выполнено, ответ потерян"),
        "reset": _("выполнено, обрыв посреди ответа"),
        "cut": _("выполнено, ответ обрезан, а выглядит целым"),
        "twice": _("строки списка приходят дважды"),
        "slow": _("пауза до выполнения"),
        "late": _("выполнено, пауза до ответа"),
        "stalled": _("выполнено, пауза посреди ответа"),
        "late-apply": _("502 сразу, выполнено позже"),
        "late-silent": _("обрыв сразу, выполнено позже"),
    }


def weather(
    kind: Annotated[str, typer.Argument(help=_("Вид неполадки; без него: список видов"))] = "",
    match: Annotated[str, typer.Option(help=_("Часть пути или имени вызова; пусто: любой запрос"))] = "",
    times: Annotated[int, typer.Option(min=1, help=_("Сколько запросов"))] = 1,
    seconds: Annotated[float, typer.Option(min=0, max=600, help=_("Сколько длится пауза"))] = 0.5,
    url: Address = HERE,
) -> None:
    from connectors.sandbox.control_client import SandboxControl

    if not kind:
        present.table("", (_("Вид"), _("Что случится с запросом")), list(kinds().items()))
        return
    if kind not in kinds():
        raise typer.BadParameter(", ".join(kinds()))
    with in_our_words(), SandboxControl(url) as control:
        told = control.weather(kind, match, times, seconds)
    present.say(_("Неполадок впереди: {count}").format(count=told["troubles"]))


def storm(
    seed: Annotated[int, typer.Argument(min=0, help=_("Зерно: равные зёрна дают равные бури"))],
    length: Annotated[int, typer.Option(min=1, help=_("На сколько запросов"))] = 240,
    bolts: Annotated[int, typer.Option(min=1, help=_("Сколько неполадок, не считая отключений подряд"))] = 16,
    seconds: Annotated[float, typer.Option(min=0, max=600, help=_("Самая долгая пауза"))] = 0.5,
    url: Address = HERE,
    as_json: AsJson = False,
) -> None:
    from connectors.sandbox.control_client import SandboxControl

    with in_our_words(), SandboxControl(url) as control:
        told = control.storm(seed, length=length, bolts=bolts, seconds=seconds)
    if as_json:
        present.as_json({"schema": "sandbox-storm/1", **told})
        return
    rows = [(bolt["at"], bolt["kind"], bolt["seconds"]) for bolt in told["ahead"]]
    present.table("", (_("Запрос №"), _("Неполадка"), _("Секунд")), rows)
    present.next_command("sverka sandbox calm")


def calm(url: Address = HERE, as_json: AsJson = False) -> None:
    from connectors.sandbox.control_client import SandboxControl

    with in_our_words(), SandboxControl(url) as control:
        told = control.storm_so_far()
        told |= control.fair_weather()
    if as_json:
        present.as_json({"schema": "sandbox-storm/1", **told})
        return
    rows = [(bolt["at"], bolt["kind"], bolt["request"]) for bolt in told["fallen"]]
    present.table(_("Буря прошла"), (_("Запрос №"), _("Неполадка"), _("Что ею задето")), rows)
    present.say(_("Записей, которые ещё вступят в силу: {count}").format(count=told["pending"]))


def meddle(
    kind: Annotated[str, typer.Argument(help=_("teacher-edits, form-renamed, group-deleted или clock-skew"))],
    url: Address = HERE,
) -> None:
    from connectors.sandbox.control_client import SandboxControl

    with in_our_words(), SandboxControl(url) as control:
        control.disturb(kind)
    present.say(_("Сделано за кулисами: {kind}").format(kind=kind))


def history(
    after: Annotated[int, typer.Option(min=0, help=_("Только записи после этой по счёту"))] = 0,
    url: Address = HERE,
    as_json: AsJson = False,
) -> None:
    from connectors.sandbox.control_client import SandboxControl

    with in_our_words(), SandboxControl(url) as control:
        rows, counted = control.history(after), control.counters()
    if as_json:
        present.as_json({"schema": "sandbox-history/1", "writes": rows, "counters": counted})
        return
    lines = [(row["n"], row["operation"], row["effect"], row["id"], "!" if row["duplicate"] else "") for row in rows]
    present.table("", ("№", _("Вызов"), _("Итог"), _("Номер"), _("Повтор")), lines)
    present.say(
        _("Запросов {requests}, записей {writes}, двойников {duplicates}, отправлено повторно {overlaps}").format(
            **{name: counted[name] for name in ("requests", "writes", "duplicates", "overlaps")}
        )
    )


def add_to(group: typer.Typer) -> None:
    group.command("weather", help=_("Неполадка для ближайших запросов"))(weather)
    group.command("storm", help=_("Буря: расписание неполадок по зерну"))(storm)
    group.command("calm", help=_("Закончить бурю и показать, что она задела"))(calm)
    group.command("meddle", help=_("Кто-то правит отметки, переименовывает или удаляет класс, сбивает часы"))(meddle)
    group.command("history", help=_("Что записано в дневник, по порядку"))(history)
