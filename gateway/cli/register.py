"""`register`: the register page of any past moment, and its corrections; the diary need not be there (R086)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import present
from gateway.cli.options import AsJson, Period, session
from gateway.i18n import _

if TYPE_CHECKING:
    from gateway.reports.register_page import Table


def register(
    context: typer.Context,
    form: Annotated[str, typer.Option(help=_("Класс, например 7Б"))],
    subject: Annotated[str, typer.Option(help=_("Предмет"))],
    at: Annotated[
        str | None,
        typer.Option("--at", help=_("Какой журнал был тогда: ГГГГ-ММ-ДД (конец дня) или ГГГГ-ММ-ДДTЧЧ:ММ")),
    ] = None,
    period: Period = None,
    topics: Annotated[bool, typer.Option("--topics", help=_("Показать темы и домашние задания"))] = False,
    corrections: Annotated[
        bool, typer.Option("--corrections", help=_("Показать исправления: было → стало, когда увидено, кем, когда"))
    ] = False,
    workbook: Annotated[Path | None, typer.Option("--xlsx", help=_("Записать в книгу Excel"))] = None,
    as_json: AsJson = False,
) -> None:
    from gateway.lookback import look_back, period_at
    from gateway.reports.register_page import corrections_table, write_register_xlsx

    office = session(context).office()
    asked = _moment(at, office)
    chosen = period_at(office, asked, period)
    past = look_back(office, form, subject, asked)
    told = past.register(chosen)
    changes = past.corrections(chosen if period else None) if corrections else None
    if workbook:
        write_register_xlsx(workbook, told, changes)
    if as_json:
        present.as_json(told if changes is None else changes)
        return
    _say_age(told, office.clock.now())
    if not told["known"]:
        return
    if changes is not None:
        _show(corrections_table(changes), _("Исправлений и поздних записей нет."))
    else:
        _show_pages(told, topics=topics)
    if workbook:
        present.say(_("Готово: {path}").format(path=workbook))


def _moment(text: str | None, office: Any) -> datetime | None:
    from gateway.lookback import moment_of

    if text is None:
        return None
    try:
        return moment_of(text, office.settings.zone)
    except ValueError:
        raise typer.BadParameter(_("--at: ожидается ГГГГ-ММ-ДД или ГГГГ-ММ-ДДTЧЧ:ММ")) from None


def _say_age(told: dict[str, Any], now: datetime) -> None:
    """What moment is shown, and how old what is shown was then: the ledger knows no more than its pulls."""
    at = datetime.fromisoformat(told["at"])
    present.say(
        _("{form}, {subject}: журнал на {moment:%d.%m.%Y %H:%M}").format(
            form=told["form"], subject=told["subject"], moment=at
        )
    )
    if not told["known"]:
        since = told["known_since"]
        present.say(_("На этот момент страница ещё не забрана из дневника: что в ней было, неизвестно."))
        if since:
            present.say(_("Известна с {moment:%d.%m.%Y %H:%M}.").format(moment=datetime.fromisoformat(since)))
        return
    if told["pulled_at"] is None:
        present.say(_("Ни одного полного забора журнала к этому моменту не было: показано то, что успели увидеть."))
        return
    pulled = datetime.fromisoformat(told["pulled_at"])
    present.say(
        _("Последний забор из дневника: {moment:%d.%m.%Y %H:%M} ({age} до этого момента)").format(
            moment=pulled, age=_age(min(at, now.astimezone(at.tzinfo)) - pulled)
        )
    )


def _age(age: timedelta) -> str:
    if age.days:
        return _("{days} сут.").format(days=age.days)
    hours, minutes = divmod(max(age, timedelta()) // timedelta(minutes=1), 60)
    return _("{hours} ч {minutes} мин").format(hours=hours, minutes=minutes)


def _show_pages(told: dict[str, Any], *, topics: bool) -> None:
    from gateway.reports.register_page import late_table, month_tables, topics_table

    for page in told["pages"]:
        for table in month_tables(page, told["period"]):
            _show(table, _("{group}: в этом периоде записей нет").format(group=page["group_name"]))
        if topics:
            _show(topics_table(page), "")
        late = late_table(page)
        if late.lines:
            _show(late, "")
    present.next_command(_("sverka register … --corrections"))


def _show(table: Table, empty: str) -> None:
    if table.lines:
        present.table(table.title, table.columns, table.lines)
        present.say()
    elif empty:
        present.say(empty)


def add_to(app: typer.Typer) -> None:
    app.command("register", help=_("Показать страницу журнала на любой момент и её исправления; дневник не нужен"))(
        register
    )
