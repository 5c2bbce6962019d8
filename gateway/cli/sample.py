"""`sample`: for schools that cannot type everything: plan, draw, look up, enter, and what it proves."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.actor import named
from gateway.cli import present
from gateway.cli.options import Actor, AsJson, Period, session
from gateway.cli.problems import plain_problems, show_problems
from gateway.cli.sample_show import Names, draw_json, listed, plan_json, share_of, show_frame, show_status, status_json
from gateway.errors import DataError
from gateway.faultmap import in_our_words
from gateway.i18n import _

if TYPE_CHECKING:
    from datetime import date

    from gateway.office import Office
    from gateway.register.sample_draw import Aim
    from gateway.register.sample_frame import SampleScope
    from state.identity import SourcedId
    from state.samples import SampleDraw


class Unit(StrEnum):
    """What is drawn."""

    LESSON = "lesson"
    CELL = "cell"


Drawn = Annotated[Unit, typer.Option("--unit", help=_("Что тянуть: lesson, урок целиком, или cell, клетку ученика"))]
AtMost = Annotated[str, typer.Option("--at-most", help=_("Какая доля расхождений допустима, например 1%"))]
Differing = Annotated[int, typer.Option(min=0, help=_("Сколько расхождений в выборке допустить"))]
Count = Annotated[int | None, typer.Option(min=1, help=_("Сколько единиц тянуть; без него столько, сколько нужно"))]
Risk = Annotated[int, typer.Option(min=0, help=_("Сколько единиц посмотреть сверх того, по признакам риска"))]
Number = Annotated[int | None, typer.Option("--draw", help=_("Номер выборки (по умолчанию последняя)"))]


def plan(
    context: typer.Context,
    at_most: AtMost = "1%",
    differing: Differing = 0,
    unit: Drawn = Unit.CELL,
    period: Period = None,
    as_json: AsJson = False,
) -> None:
    from gateway.register.sample_draw import plan as make

    office = session(context).office()
    with in_our_words():
        made = make(office.store, _scope_now(office, period, unit), _aim(at_most, differing))
    if as_json:
        present.as_json(plan_json(made))
        return
    show_frame(made.frame, office)
    said = [(share_of(share), _("никакая") if needed is None else needed) for share, needed in made.table]
    present.table(_("Сколько тянуть"), (_("Расходится меньше, %"), _("Выборка")), said)
    if made.former:
        present.say(_("Выборки этого периода уже были: {numbers}").format(numbers=listed(made.former)))
    present.next_command(_('sverka sample draw --seed "объявленные заранее слова" --by "Фамилия И.О."'))


def draw(
    context: typer.Context,
    seed: Annotated[str, typer.Option(help=_("Объявленное заранее зерно; без него программа сделает своё"))] = "",
    who: Actor = "",
    at_most: AtMost = "1%",
    differing: Differing = 0,
    count: Count = None,
    risk: Risk = 20,
    unit: Drawn = Unit.CELL,
    period: Period = None,
    again: Annotated[str, typer.Option(help=_("Причина тянуть этот период ещё раз; останутся обе выборки"))] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help=_("Куда записать рамку, CSV без имён"))] = None,
    as_json: AsJson = False,
) -> None:
    from gateway.register.sample_draw import draw as make
    from gateway.register.sample_units import frame_csv, frame_digest
    from gateway.whole import whole

    office = session(context).office()
    aim = _aim(at_most, differing, count=count, risk=risk)
    with in_our_words():
        made = make(office.store, _scope_now(office, period, unit), aim, seed=seed, who=named(who), again=again)
    path = output or office.reports_folder() / f"sample-{made.number}-frame.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as unfinished:
        unfinished.write_bytes(frame_csv(made.frame))
    if as_json:
        told = {"drawn": list(made.drawn), "risk": dict(made.risk), "frame_file": str(path)}
        present.as_json({"schema": "sample-draw/1", **draw_json(made), **told})
        return
    present.say(
        _("Выборка № {number}: {drawn} из {size}; сверх того по признакам риска {risk}").format(
            number=made.number, drawn=len(made.drawn), size=len(made.frame), risk=len(made.risk)
        )
    )
    present.say(_("Зерно: {seed}").format(seed=made.seed))
    present.say(_("Рамка: {path}, SHA-256 {digest}").format(path=path, digest=frame_digest(made.frame)))
    present.next_command("sverka sample sheet -o sample.xlsx")


def sheet(
    context: typer.Context,
    number: Number = None,
    output: Annotated[Path, typer.Option("--output", "-o", help=_("Куда записать книгу"))] = Path("sample.xlsx"),
    pdf: Annotated[Path | None, typer.Option("--pdf", help=_("И список для печати"))] = None,
) -> None:
    from connectors.paper.sample_list import write_sample_list
    from gateway.register.sample_sheet import drawn_units, sheet_digest
    from gateway.reports.sample_sheet import heading, sample_lines, write_sample_pdf
    from gateway.whole import fresh, whole

    office = session(context).office()
    with in_our_words():
        made = _draw(office, number)
        lines = sample_lines(drawn_units(office.store, _scope_of(office, made), made), office.directory())
    for path in filter(None, (fresh(output), pdf)):
        path.parent.mkdir(parents=True, exist_ok=True)
    above = heading(made.number, lessons=made.unit == Unit.LESSON)
    with whole(output) as unfinished:
        write_sample_list(lines, unfinished, draw=made.number, digest=sheet_digest(made), heading=above)
    present.say(_("Готово: {path}, строк {count}").format(path=output, count=len(lines)))
    if pdf and made.drawn_at:
        with whole(pdf) as unfinished:
            write_sample_pdf(
                lines, unfinished, number=made.number, school=office.settings.school.name, moment=made.drawn_at
            )
        present.say(_("Для печати: {path}").format(path=pdf))
    present.next_command(f"sverka sample enter {output}")


def enter(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=_("Заполненный лист выборки"), exists=True, dir_okay=False)],
    who: Actor = "",
    as_json: AsJson = False,
) -> None:
    from gateway.register.sample_sheet import enter as keep

    office = session(context).office()
    with in_our_words():
        taken = keep(office.store, file, who=named(who))
    if as_json:
        told = {"draw": taken.draw, "entered": taken.entered, "changed": taken.changed, "left": taken.left}
        present.as_json({"schema": "sample-enter/1", **told, "findings": plain_problems(taken.problems)})
        return
    present.say(
        _("Выборка № {number}: взято {entered}, из них новых {changed}, осталось {left}").format(
            number=taken.draw, entered=taken.entered, changed=taken.changed, left=taken.left
        )
    )
    show_problems(taken.problems)
    present.next_command("sverka sample status")


def status(context: typer.Context, number: Number = None, as_json: AsJson = False) -> None:
    from gateway.register.sample_check import status as stand

    office = session(context).office()
    with in_our_words():
        made = _draw(office, number)
        told = stand(office.store, _scope_of(office, made), made.number)
    if as_json:
        present.as_json(status_json(told))
        return
    show_status(told, Names(office))


# --- the days and the school behind a sample --------------------------------------------------------------------------


def _scope_now(office: Office, number: int | None, unit: Unit) -> SampleScope:
    """The lessons of the period up to yesterday: today's are not all written yet."""
    period = office.days.period(number)
    until = min(period.ends, office.days.today - timedelta(days=1))
    if until < period.starts:
        raise DataError(_("В этом периоде ещё не было ни одного дня"), _("Назовите прошедший период: --period 1"))
    return _scope(office, period.sourced_id, period.starts, until, unit)


def _scope_of(office: Office, made: SampleDraw) -> SampleScope:
    return _scope(office, made.period, made.starts, made.until, Unit(made.unit))


def _scope(office: Office, period: SourcedId, starts: date, until: date, unit: Unit) -> SampleScope:
    from gateway.register.duties import working_week
    from gateway.register.sample_frame import SampleScope
    from gateway.register.sample_units import UnitKind
    from gateway.rulebook import keeping_scope, school_rules

    school = office.assembled(office.days.scope(starts=starts, ends=until))
    keeping = keeping_scope(office.settings, school.snapshot)
    return SampleScope(
        period=period,
        starts=starts,
        until=until,
        kind=UnitKind(unit.value),
        local=school.snapshot,
        consents=school.consents,
        zone=office.settings.zone,
        rules=school_rules(office.settings),
        week=working_week(keeping),
        outages=keeping.outages,
    )


def _draw(office: Office, number: int | None) -> SampleDraw:
    from gateway.register.sample_sheet import named_draw

    with office.store.begin() as work:
        return named_draw(work.control.samples.draws(), number)


def _aim(at_most: str, differing: int, **more: Any) -> Aim:
    from gateway.register.sample_draw import Aim

    return Aim(share=_percent_of(at_most), differing=differing, **more)


def _percent_of(text: str) -> Fraction:
    try:
        share = Fraction(text.strip().removesuffix("%").strip().replace(",", ".")) / 100
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if not 0 < share < 1:
        raise typer.BadParameter(_("доля указывается в процентах, больше 0 и меньше 100: --at-most 1%"))
    return share


def add_to(app: typer.Typer) -> None:
    sample = typer.Typer(help=_("Выборка: когда всё с бумаги не перенести"), no_args_is_help=True)
    sample.command("plan", help=_("Из чего тянуть и сколько нужно для утверждения; ничего не пишет"))(plan)
    sample.command("draw", help=_("Вытянуть выборку по объявленному зерну и записать её в журнал аудита"))(draw)
    sample.command("sheet", help=_("Книга, куда перенести вытянутое с бумаги; электронных отметок в ней нет"))(sheet)
    sample.command("enter", help=_("Взять заполненный лист выборки в работу"))(enter)
    sample.command("status", help=_("Что доказывает выборка и чего ей не хватает"))(status)
    app.add_typer(sample, name="sample")
