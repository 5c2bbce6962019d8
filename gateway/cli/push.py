"""`plan`, `approve`, `apply`: what would change in the diary, and changing it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway import words
from gateway.cli import present
from gateway.cli.consents import show_remaining
from gateway.cli.options import Actor, AsJson, From, Period, To, days_asked, session
from gateway.cli.subgroups import show_drafts
from gateway.i18n import _
from gateway.sync.consent_register import remaining
from gateway.sync.planfile import counts, plan_from_bytes, plan_json
from gateway.sync.rollover import flows, swapped, year_forgotten
from gateway.sync.school_year import year_name
from gateway.sync.values import Action
from gateway.whole import whole

if TYPE_CHECKING:
    from gateway.sync.report import ApplyReport
    from gateway.sync.values import Plan
    from state.snapshot import Scope


def plan(
    context: typer.Context,
    period: Period = None,
    starts: From = None,
    ends: To = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=_("Записать план целиком в файл: каждая строка с причиной"))
    ] = None,
    actor: Actor = "admin",
    as_json: AsJson = False,
) -> None:
    office, scope = days_asked(context, period, starts, ends)
    with present.progress(_("Читаю дневник")) as progress:
        made = office.plan(scope, actor, progress)
    if output:
        with whole(output) as unfinished:
            unfinished.write_bytes(made.to_bytes())
    if as_json:
        present.as_json(plan_json(made))
        return
    show_plan(made)
    if made.still_there:
        show_remaining(remaining(office.store, office.assembled(scope), office.days.today))
    show_drafts(office.assembled(scope).seating.drafts)
    if partial := office.partial(scope):
        present.say(words.partial(partial))
    if between := len(office.assembled(scope).problems):
        present.say(_("Файлы школы не сходятся между собой, замечаний: {count}").format(count=between))
        present.talk(_("Посмотреть: {command}").format(command=f"sverka source findings {_days(scope)}"))
    if made.hold:
        present.next_command(_("проверьте план, затем sverka approve {plan} --why «причина»").format(plan=made.plan_id))
    elif made.steps or made.matched:
        present.next_command(f"sverka apply {made.plan_id}")


def _days(scope: Scope) -> str:
    return f"--from {scope.lessons_from} --to {scope.lessons_to}"


def show_plan(made: Plan) -> None:
    """The plan in one table and a few sentences."""
    from gateway.sync.matching import is_question

    rows = [
        (words.record(kind), *(figures[action.value] or "" for action in Action))
        for kind, figures in counts(made).items()
    ]
    if rows:
        present.table(
            _("План {plan}").format(plan=made.plan_id), (_("Что"), *(words.action(action) for action in Action)), rows
        )
        routes = plan_json(made)["routes"]
        present.say(_("Путь: {routes}").format(routes="; ".join(f"{words.route(k)} {n}" for k, n in routes.items())))
    else:
        present.say(_("Менять нечего: дневник равен данным школы."))
    if made.matched:
        present.say(_("Узнано в дневнике и будет связано: {count}").format(count=len(made.matched)))
    if made.withheld:
        kept = "; ".join(f"{words.record(kind)} {count}" for kind, count in made.withheld.items())
        present.say(_("Без согласия остаётся на этой машине: {kept}").format(kept=kept))
    if made.unordered:
        present.say(_("Изменений, которые ждут приказа: {count}").format(count=len(made.unordered)))
        present.talk(_("Посмотреть: {command}").format(command="sverka orders"))
    if made.foreign:
        foreign = "; ".join(f"{words.record(kind)} {count}" for kind, count in made.foreign.items())
        present.say(_("Чужое в дневнике, не трогаем: {foreign}").format(foreign=foreign))
    if people := sum(map(is_question, made.conflicts)):
        present.say(words.people_waiting(people))
    conflicts = [item for item in made.conflicts if not is_question(item)]
    if conflicts:
        present.say(_("Решает человек (обе стороны разошлись): {count}").format(count=len(conflicts)))
        present.table(
            "",
            (_("Что"), _("Запись"), _("Почему")),
            [(words.record(item.record_type), item.sourced_id, words.conflict(item.kind)) for item in conflicts[:10]],
        )
    _show_moves(made)
    for limit in made.hold.limits if made.hold else ():
        present.say(
            _("Задержано: {what} — {action} {count} из {of}, без решения человека не больше {allowed}").format(
                what=words.record(limit.record_type),
                action=words.action(limit.action, limit.reason),
                count=limit.count,
                of=limit.of,
                allowed=limit.allowed,
            )
        )
        if limit.lines:
            present.say("  " + "; ".join(limit.lines))


def _show_moves(made: Plan) -> None:
    """Who goes where, form by form; promotions of whole forms only where nothing holds them."""
    ways = flows(made.steps)
    held = {limit.reason for limit in made.hold.limits} if made.hold else set()
    rows = [(way.left, way.joined, words.reason(way.reason), way.count) for way in ways if way.reason not in held]
    if rows:
        present.table(_("Переводы"), (_("Откуда"), _("Куда"), _("Что это"), _("Сколько")), rows)
    if year_forgotten(made.steps) and made.scope:
        told = _("Классы переходят на год старше, а учебный год в настройках прежний: {year}. Начался новый?")
        present.say(told.format(year=year_name(made.scope.school_year)))
        present.talk(_("Тогда исправьте year и календарь в настройках и сделайте новый план"))
    for there, back in swapped(ways):
        told = _("Похоже, перепутаны два класса: {there} и {back}. Проверьте файл учеников.")
        present.say(told.format(there=there.line, back=back.line))


def approve(
    context: typer.Context,
    plan_id: Annotated[str, typer.Argument(metavar="PLAN", help=_("Номер задержанного плана"))],
    why: Annotated[str, typer.Option(help=_("Почему это правильно: попадёт в журнал аудита"))],
    actor: Actor = "admin",
) -> None:
    approval = session(context).office().approve(plan_id, actor, why)
    present.say(_("План {plan} разрешён: {who}").format(plan=approval.plan, who=approval.who))
    present.next_command(f"sverka apply {approval.plan}")


def apply(
    context: typer.Context,
    plan_id: Annotated[
        str | None, typer.Argument(metavar="PLAN", help=_("Номер плана или его файл; без него последний план"))
    ] = None,
    actor: Actor = "admin",
    as_json: AsJson = False,
) -> None:
    office = session(context).office()
    chosen = plan_from_bytes(Path(plan_id).read_bytes()).plan_id if plan_id and Path(plan_id).is_file() else plan_id
    planned = office.stored_plan(chosen)
    with present.progress(_("Отправляю в дневник")) as progress:
        report = office.apply(planned, actor, progress)
    if as_json:
        present.as_json(report.as_json())
    else:
        other_days = planned.scope if planned.scope != office.days.scope() else None
        show_report(report, f"sverka plan {_days(other_days)}" if other_days else "sverka plan")
    if report.in_doubt:
        raise typer.Exit(5)
    if report.refused:
        raise typer.Exit(4)


def show_report(report: ApplyReport, again: str) -> None:
    """What became of the steps, and what people have to do; `again` is the command that plans the same days."""
    rows = [
        (_("выполнено"), report.done),
        (_("отклонено дневником"), report.refused),
        (_("неизвестно, будет проверено"), report.in_doubt),
        (_("ждёт другого"), report.waiting),
        (_("передано человеку"), report.handed),
    ]
    present.table("", (_("Шаги"), _("Сколько")), [row for row in rows if row[1]] or [(_("выполнено"), 0)])
    for code, count in sorted(Counter(refused.code for _step, refused in report.refusals).items()):
        present.say(_("Отклонено «{code}»: {count}").format(code=code, count=count))
    if report.lags:
        lags = _(
            "По приказам сделано шагов: {count}; от приказа до отправки дней: обычно {median}, самое большее {most}"
        )
        figures = report.as_json()["orders"]["lag_days"]
        present.say(lags.format(count=len(report.lags), median=figures["median"], most=figures["most"]))
    for path in report.files:
        present.say(_("Человеку: {path}").format(path=path))
    if report.waiting:
        present.say(
            _("Ждущие шаги уйдут, когда в дневнике будет то, на что они ссылаются: прежде всего загруженные люди.")
        )
    if report.converged:
        present.say(_("Дневник равен данным школы."))
        present.next_command("sverka pull")
    elif report.handed:
        present.next_command(
            _("сделайте в дневнике то, что в файле (в учебном: sverka sandbox upload ФАЙЛ), затем {command}").format(
                command=again
            )
        )
    else:
        present.next_command(again)


def add_to(app: typer.Typer) -> None:
    app.command("plan", help=_("Показать, что изменится в дневнике и каким путём; ничего не отправляет"))(plan)
    app.command("approve", help=_("Разрешить один план, который задержала проверка безопасности"))(approve)
    app.command("apply", help=_("Выполнить план; один и тот же план дважды не выполняется"))(apply)
