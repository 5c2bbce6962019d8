"""`modes tracker`, `modes readiness`: who has finished the parallel run, and whether a form may give up paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import present
from gateway.cli.options import AsJson, session
from gateway.i18n import _

if TYPE_CHECKING:
    from gateway.register.parallel_run import ParallelRun
    from gateway.register.readiness import Evidence
    from gateway.reports.directory import Directory

SHOWN = 5
"""Gaps named in one line; --json names them all."""


def tracker(context: typer.Context, as_json: AsJson = False) -> None:
    from gateway.jobs.paperless import tracked

    office = session(context).office()
    runs = tracked(office)
    if as_json:
        present.as_json({"schema": "modes-tracker/1", "teachers": [_run(one) for one in runs]})
        return
    if not runs:
        present.say(_("Ни одной страницы журнала с учителем ещё не видно."))
        present.next_command("sverka pull")
        return
    names = office.directory()
    periods = {item.sourced_id: item.name for item in office.days.periods()}
    rows = [
        (
            names.teacher(one.teacher),
            periods.get(one.period, "") if one.period else "",
            one.lessons,
            _("готов") if one.is_ready else _("не готов"),
            _gaps(one, names),
        )
        for one in runs
    ]
    present.table("", (_("Учитель"), _("Период"), _("Уроков"), _("Двойной учёт"), _("Чего нет")), rows)
    ready = sum(one.is_ready for one in runs)
    present.say(
        _("Полный учебный период двойного учёта: готовы {ready} из {count}").format(ready=ready, count=len(runs))
    )


def _run(one: ParallelRun) -> dict[str, Any]:
    return {
        "teacher": one.teacher,
        "ready": one.is_ready,
        "period": one.period,
        "lessons": one.lessons,
        "gaps": [
            {
                "group": gap.page.group,
                "subject": gap.page.subject,
                "day": gap.day.isoformat() if gap.day else None,
                "nth": gap.nth,
                "missing": gap.missing,
            }
            for gap in one.gaps
        ],
    }


def _gaps(one: ParallelRun, names: Directory) -> str:
    """The first of them in words, and how many more."""
    if one.period is None:
        return _("нет законченного периода, в котором нужно было вести оба журнала")
    told = [
        _missing(gap.missing).format(
            page=f"{names.group(gap.page.group)} {names.subject(gap.page.subject)}",
            day=f"{gap.day:%d.%m}" if gap.day else "",
        )
        for gap in one.gaps[:SHOWN]
    ]
    more = len(one.gaps) - len(told)
    if more:
        told.append(_("и ещё {count}").format(count=more))
    return "; ".join(told)


def _missing(code: str) -> str:
    return {
        "not_whole_period": _("{page}: двойной учёт вёлся не весь период"),
        "not_typed": _("{page}: бумажная страница не перенесена полностью"),
        "paper": _("{page}: нет записей за {day} на бумаге"),
        "diary": _("{page}: нет записей за {day} в ЭЖ"),
        "both": _("{page}: нет записей за {day}"),
    }[code]


def readiness(
    context: typer.Context,
    form: Annotated[str, typer.Option(help=_("Класс, например 7Б"))],
    as_json: AsJson = False,
) -> None:
    from gateway.jobs.paperless import ready

    office = session(context).office()
    seen, conditions = ready(office, form)
    lacking = [one for one in conditions if not one.holds]
    if as_json:
        present.as_json(
            {
                "schema": "modes-readiness/1",
                "form": form,
                "ready": not lacking,
                "since": seen.since.isoformat(),
                "conditions": [
                    {"code": one.code, "holds": one.holds, "says": one.says, "next": "" if one.holds else one.advice}
                    for one in conditions
                ],
                "missing": [
                    {"group": one.page.group, "subject": one.page.subject, "day": one.day.isoformat(), "nth": one.nth}
                    for one in seen.missing
                ],
            }
        )
        return
    present.table(
        _("Готовность отказаться от бумажного журнала: {form}").format(form=form),
        (" ", _("Условие"), _("Что видно"), _("Что сделать")),
        [
            ("✓" if one.holds else "✗", _condition(one.code), one.says, "" if one.holds else one.advice)
            for one in conditions
        ],
    )
    _show_missing(seen, office.directory())
    named = ", ".join(_condition(one.code) for one in lacking)
    present.say(_("Нельзя: {conditions}").format(conditions=named) if lacking else _("Можно: все условия выполнены."))


def _show_missing(seen: Evidence, names: Directory) -> None:
    for one in seen.missing[:SHOWN]:
        page = f"{names.group(one.page.group)} {names.subject(one.page.subject)}"
        present.say(_("нет темы: {page}, {day:%d.%m.%Y}").format(page=page, day=one.day))
    if len(seen.missing) > SHOWN:
        present.say(_("и ещё {count}").format(count=len(seen.missing) - SHOWN))


def _condition(code: str) -> str:
    return {
        "completeness": _("ведение ЭЖ в полном объёме"),
        "backups": _("регулярное резервное копирование"),
        "corrections": _("контроль за внесением информации и исправлений"),
    }[code]


def add_to(modes: typer.Typer) -> None:
    modes.command("tracker", help=_("Кто из учителей провёл полный учебный период двойного учёта"))(tracker)
    modes.command("readiness", help=_("Можно ли классу отказаться от бумажного журнала: условия и доказательства"))(
        readiness
    )
