"""`orders`: which changes of rosters wait for an order of the school, and which order they get."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import present
from gateway.cli.options import Actor, AsJson, session
from gateway.i18n import _
from gateway.sync.values import Action
from state.records import OrderRef, RecordType

if TYPE_CHECKING:
    from gateway.office import Office
    from gateway.sync.order_queue import Queued

SHOWN = 50
"""Rows shown to a person; --json shows them all."""


def show(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is not None:
        return
    from gateway.sync.orders import DEPENDS

    waiting = _waiting(session(context).office())
    if as_json:
        present.as_json({"schema": "orders/1", "waiting": [item.as_json() for item in waiting]})
        return
    if not waiting:
        present.say(_("Ни одно изменение не ждёт приказа."))
        return
    lacking = [item for item in waiting if item.change.why != DEPENDS]
    present.table(
        _("Ждут приказа: {count}").format(count=len(lacking)),
        (_("Номер"), _("Кто"), _("Что изменится"), _("Почему ждёт")),
        [(item.number, item.name, _change(item), _why(item)) for item in lacking[:SHOWN]],
    )
    if len(lacking) > SHOWN:
        present.talk(_("…и ещё {count}: {command}").format(count=len(lacking) - SHOWN, command="sverka orders --json"))
    if dependants := len(waiting) - len(lacking):
        present.say(_("Вместе с ними ждут родители и подгруппы этих учеников: {count}").format(count=dependants))
    if all(item.assigned for item in lacking):
        present.next_command("sverka plan")
    else:
        present.next_command(_("sverka orders assign --number НОМЕР --date ДД.ММ.ГГГГ --by КТО --all"))


def give(
    context: typer.Context,
    number: Annotated[str, typer.Option(help=_("Номер приказа, например 12-у"))],
    day: Annotated[datetime, typer.Option("--date", formats=["%d.%m.%Y", "%Y-%m-%d"], help=_("Дата приказа"))],
    chosen: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help=_("Номера изменений из списка sverka orders"))
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help=_("Всем изменениям, которые ждут приказа"))] = False,
    actor: Actor = "admin",
    as_json: AsJson = False,
) -> None:
    from gateway.sync.order_queue import assign

    if bool(chosen) == everything:
        raise typer.BadParameter(_("укажите либо номера изменений, либо --all"))
    if not number.strip():
        raise typer.BadParameter(_("номер приказа пуст"))
    order = OrderRef(number=number.strip(), day=day.date())
    office = session(context).office()
    given = assign(office.store, _waiting(office), order, actor, chosen or None)
    if as_json:
        present.as_json({"schema": "orders-assign/1", "assigned": [item.number for item in given]})
        return
    present.say(
        _("Приказ № {number} от {day:%d.%m.%Y} назначен изменениям: {count}").format(
            number=order.number, day=day, count=len(given)
        )
    )
    present.next_command("sverka plan")


def _waiting(office: Office) -> tuple[Queued, ...]:
    from gateway.sync.order_queue import queue

    plan = office.stored_plan()
    return queue(office.store, plan, office.assembled(plan.scope or office.days.scope()).snapshot)


def _change(item: Queued) -> str:
    """«зачислить в 7Б», «перевести 7А → 8А», «новый ученик»."""
    change = item.change
    if change.record_type is RecordType.MEMBERSHIP:
        told = {
            Action.MOVE: _("перевести {left} → {joined}"),
            Action.SUSPEND: _("отчислить из {left}"),
        }.get(change.action, _("зачислить в {joined}"))
        return told.format(left=item.left, joined=item.joined)
    return _("новый сотрудник") if change.record_type is RecordType.STAFF else _("новый ученик")


def _why(item: Queued) -> str:
    from gateway.sync.orders import HALF_ORDER

    if item.assigned and item.assigned.day:
        return _("назначен № {number} от {day:%d.%m.%Y}, уйдёт со следующим планом").format(
            number=item.assigned.number, day=item.assigned.day
        )
    return _("у приказа нет номера или даты") if item.change.why == HALF_ORDER else _("нет приказа")


def add_to(app: typer.Typer) -> None:
    orders = typer.Typer(help=_("Приказы: какие изменения состава их ждут"), invoke_without_command=True)
    orders.callback(help=_("Показать изменения состава, которые ждут приказа"))(show)
    orders.command("assign", help=_("Назначить изменениям номер и дату приказа; попадёт в журнал аудита"))(give)
    app.add_typer(orders, name="orders")
