"""`sandbox weather`, `storm`, `quota`, `runs` and others: trouble in the practice diary, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gateway.cli import present
from gateway.cli.options import HERE, Address, AsJson, practice_diary
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
        "twice": _("строки списка, а в расписании уроки дня приходят дважды"),
        "slow": _("пауза до выполнения"),
        "late": _("выполнено, пауза до ответа"),
        "stalled": _("выполнено, пауза посреди ответа"),
        "late-apply": _("502 сразу, выполнено позже"),
        "late-silent": _("обрыв сразу, выполнено позже"),
    }


def meddlers() -> dict[str, str]:
    """What somebody does behind the scenes, and how it is called."""
    return {
        "teacher-edits": _("учитель меняет несколько отметок"),
        "form-renamed": _("администратор переименовывает класс"),
        "group-deleted": _("администратор удаляет класс или подгруппу без отметок"),
        "clock-skew": _("часы дневника сбиваются на пять часов"),
        "token-dies": _("умирают токены всех вошедших; обновить их можно"),
        "token-revoked": _("умирают токены всех вошедших; обновить их нельзя"),
        "wide-ids": _("номера новых людей не помещаются в 53 бита"),
    }


def weather(
    kind: Annotated[str, typer.Argument(help=_("Вид неполадки; без него: список видов"))] = "",
    match: Annotated[str, typer.Option(help=_("Часть пути или имени вызова; пусто: любой запрос"))] = "",
    times: Annotated[int, typer.Option(min=1, help=_("Сколько запросов"))] = 1,
    seconds: Annotated[float, typer.Option(min=0, max=600, help=_("Сколько длится пауза"))] = 0.5,
    lasts: Annotated[
        float | None, typer.Option("--for", min=0, max=600, help=_("Не по числу запросов, а столько секунд подряд"))
    ] = None,
    url: Address = HERE,
) -> None:
    if not kind:
        present.table("", (_("Вид"), _("Что случится с запросом")), list(kinds().items()))
        return
    if kind not in kinds():
        raise typer.BadParameter(", ".join(kinds()))
    with practice_diary(url) as control:
        told = control.weather(kind, match, times, seconds, lasts)
    present.say(_("Неполадок впереди: {count}").format(count=told["troubles"]))


def storm(
    seed: Annotated[int, typer.Argument(min=0, help=_("Зерно: равные зёрна дают равные бури"))],
    length: Annotated[int, typer.Option(min=1, help=_("На сколько запросов"))] = 240,
    bolts: Annotated[int, typer.Option(min=1, help=_("Сколько неполадок, не считая отключений подряд"))] = 16,
    seconds: Annotated[float, typer.Option(min=0, max=600, help=_("Самая долгая пауза"))] = 0.5,
    window: Annotated[float, typer.Option(min=0, max=600, help=_("Самое долгое обслуживание, секунд"))] = 20.0,
    url: Address = HERE,
    as_json: AsJson = False,
) -> None:
    with practice_diary(url) as control:
        told = control.storm(seed, length=length, bolts=bolts, seconds=seconds, window=window)
    if as_json:
        present.as_json({"schema": "sandbox-storm/1", **told})
        return
    rows = [(bolt["at"], bolt["kind"], bolt["seconds"]) for bolt in told["ahead"]]
    present.table("", (_("Запрос №"), _("Неполадка"), _("Секунд")), rows)
    for sentence in _climate(told["climate"]):
        present.say(sentence)
    present.next_command("sverka sandbox calm")


def _climate(told: dict[str, Any]) -> list[str]:
    """What holds until the storm has passed."""
    said = []
    if told["quota"]:
        said.append(_("Запросов в секунду на токен: {rate}").format(rate=told["quota"]["rate"]))
    if told["dialect"]:
        turned = ", ".join(f"{name}={position}" for name, position in told["dialect"].items())
        said.append(_("Ответы в другом виде: {switches}").format(switches=turned))
    if told["wide_ids"]:
        said.append(_("Номера новых людей не помещаются в 53 бита"))
    return said


def calm(url: Address = HERE, as_json: AsJson = False) -> None:
    with practice_diary(url) as control:
        told = control.storm_so_far()
        told |= control.fair_weather()
    if as_json:
        present.as_json({"schema": "sandbox-storm/1", **told})
        return
    rows = [(bolt["at"], bolt["kind"], bolt["request"]) for bolt in told["fallen"]]
    present.table(_("Буря прошла"), (_("Запрос №"), _("Неполадка"), _("Что ею задето")), rows)
    present.say(_("Записей, которые ещё вступят в силу: {count}").format(count=told["pending"]))


def quota(
    rate: Annotated[float | None, typer.Option(min=0.1, help=_("Запросов в секунду на один токен"))] = None,
    latency: Annotated[float | None, typer.Option(min=0, max=30, help=_("Секунд до ответа"))] = None,
    status: Annotated[int | None, typer.Option(help=_("Чем отказывать: 429 или 433"))] = None,
    retry_after: Annotated[int | None, typer.Option(min=0, help=_("Секунд в Retry-After; без него: молчит"))] = None,
    clear: Annotated[bool, typer.Option("--clear", help=_("Снять все ограничения"))] = False,
    url: Address = HERE,
    as_json: AsJson = False,
) -> None:
    """The named rules hold and the others stay; without any, what holds and what came of it is shown."""
    given = {"rate": rate, "latency": latency, "status": status, "retry_after": retry_after}
    wanted = {name: value for name, value in given.items() if value is not None}
    if clear and wanted:
        raise typer.BadParameter(_("--clear снимает все ограничения, других ключей с ним не бывает"))
    if status not in (None, 429, 433):
        raise typer.BadParameter("429, 433")
    with practice_diary(url) as control:
        told = control.quota()
        if clear:
            told = control.quota(rate=None)
        elif wanted:
            told = control.quota(**{name: told[name] for name in given} | wanted)
    if as_json:
        present.as_json({"schema": "sandbox-quota/1", **told})
        return
    unlimited = _("сколько угодно")
    rows = [
        (_("Запросов в секунду на токен"), unlimited if told["rate"] is None else told["rate"]),
        (_("Секунд до ответа"), told["latency"]),
        (_("Отказ"), told["status"]),
        (_("Retry-After, секунд"), _("не говорит") if told["retry_after"] is None else told["retry_after"]),
        (_("Принято"), told["accepted"]),
        (_("Отказано"), told["rejected"]),
        (_("Сразу в работе, не больше"), told["overlaps"]),
    ]
    present.table("", (_("Ограничение"), _("Сейчас")), rows)


def dialect(
    wanted: Annotated[list[str] | None, typer.Argument(help=_("Переключатели: имя=положение; без них: список"))] = None,
    usual: Annotated[bool, typer.Option("--usual", help=_("Сначала все в обычное положение"))] = False,
    url: Address = HERE,
    as_json: AsJson = False,
) -> None:
    from connectors.sandbox.dialects import SWITCHES

    turned = {name: positions[0] for name, positions in SWITCHES.items()} if usual else {}
    for one in wanted or ():
        name, _sign, position = one.partition("=")
        if position not in SWITCHES.get(name, ()):
            raise typer.BadParameter(", ".join(f"{known}={'|'.join(places)}" for known, places in SWITCHES.items()))
        turned[name] = position
    with practice_diary(url) as control:
        positions = control.dialect(**turned)
    if as_json:
        present.as_json({"schema": "sandbox-dialect/1", "positions": positions})
        return
    rows = [(name, positions[name], " | ".join(SWITCHES[name])) for name in SWITCHES]
    present.table("", (_("Переключатель"), _("Сейчас"), _("Положения, первое обычное")), rows)


def kill_token(
    which: Annotated[str, typer.Argument(help=_("admin, teacher, parent, issued (всех вошедших), all или сам токен"))],
    after: Annotated[int, typer.Option(min=0, help=_("Через сколько запросов"))] = 0,
    for_good: Annotated[bool, typer.Option("--for-good", help=_("И обновить его нельзя"))] = False,
    url: Address = HERE,
    as_json: AsJson = False,
) -> None:
    with practice_diary(url) as control:
        killed = control.kill_token(which, for_good, after)
    if as_json:
        present.as_json({"schema": "sandbox-kill-token/1", "killed": killed})
        return
    present.say(_("Токенов, которые умирают: {count}").format(count=killed))
    present.next_command("sverka sandbox token --new")


def meddle(
    kind: Annotated[str, typer.Argument(help=_("Что делают за кулисами; без него: список"))] = "", url: Address = HERE
) -> None:
    if not kind:
        present.table("", (_("Вид"), _("Что случится")), list(meddlers().items()))
        return
    if kind not in meddlers():
        raise typer.BadParameter(", ".join(meddlers()))
    with practice_diary(url) as control:
        control.disturb(kind)
    present.say(_("Сделано за кулисами: {kind}").format(kind=kind))


def runs(url: Address = HERE, as_json: AsJson = False) -> None:
    with practice_diary(url) as control:
        rows = control.runs()
    if as_json:
        present.as_json({"schema": "sandbox-runs/1", "runs": rows})
        return
    lines = [tuple(row[name] for name in ("n", "began", "ended", "calls", "refused", "writes")) for row in rows]
    present.table("", ("№", _("Начат, UTC"), _("Окончен, UTC"), _("Запросов"), _("Отказов"), _("Записей")), lines)
    present.next_command("sverka sandbox history --run 1")


def history(
    after: Annotated[int, typer.Option(min=0, help=_("Только записи после этой по счёту"))] = 0,
    run: Annotated[
        int | None, typer.Option(min=1, help=_("Всё об одном запуске: его номер называет sverka sandbox runs"))
    ] = None,
    url: Address = HERE,
    as_json: AsJson = False,
) -> None:
    with practice_diary(url) as control:
        one = control.run(run) if run else {"writes": control.history(after)}
        counted = control.counters()
    if as_json:
        present.as_json({"schema": "sandbox-history/1", **one, "counters": counted})
        return
    if "calls" in one:
        calls = [(row["at"], row["request"], row["status"], row["trouble"]) for row in one["calls"]]
        present.table("", (_("Когда, UTC"), _("Запрос"), _("Ответ"), _("Неполадка")), calls)
    lines = [
        (row["n"], row["operation"], row["effect"], row["id"], "!" if row["duplicate"] else "") for row in one["writes"]
    ]
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
    group.command("quota", help=_("Сколько запросов дневник принимает и как скоро отвечает"))(quota)
    group.command("dialect", help=_("В каком виде дневник отвечает там, где источники расходятся"))(dialect)
    group.command("meddle", help=_("Кто-то правит отметки, переименовывает или удаляет класс, сбивает часы"))(meddle)
    group.command("kill-token", help=_("Токен умирает, сразу или через несколько запросов"))(kill_token)
    group.command("runs", help=_("Запуски, как их видел дневник"))(runs)
    group.command("history", help=_("Что записано в дневник, по порядку, и все запросы одного запуска"))(history)
