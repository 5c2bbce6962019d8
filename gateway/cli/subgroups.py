"""`subgroups`: the workbook class teachers fill in, its way back, and who has agreed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import present
from gateway.cli.options import Actor, AsJson, session
from gateway.cli.sources import import_
from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.office import Office
    from mappings.sources.assemble import Assembled
    from mappings.sources.seating import Division
    from state.records import Agreement

SHOWN = 20
"""Drafts shown to a person beside other things."""
FormName = Annotated[str | None, typer.Option("--form", help=_("Класс, например 7Б; без него все, кто делится"))]


def show(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is not None:
        return
    from gateway.sync.subgroups import division_json

    divisions = _school(session(context).office()).seating.divisions
    if as_json:
        present.as_json({"schema": "subgroups/1", "divisions": [division_json(one) for one in divisions]})
        return
    if not divisions:
        present.say(_("В расписании нет деления классов на подгруппы."))
        return
    columns = (_("Класс"), _("Деление"), _("Групп"), _("Учеников"), _("Классный руководитель"), _("Учитель"), "")
    present.table(_("Подгруппы"), columns, [_row(one) for one in divisions])
    if any(one.is_draft for one in divisions):
        present.say(_("Черновики в дневник не уходят: их должны согласовать классный руководитель и учитель."))


def _row(one: Division) -> tuple[object, ...]:
    if not one.seats:
        state = _("не заполнено")
    else:
        state = _("черновик") if one.is_draft else _("согласовано") if one.needs_agreement else _("готовый список")
    return (one.form_name, one.tag, len(one.groups), len(one.seats), _signed(one.tutor), _signed(one.teacher), state)


def _signed(agreement: Agreement | None) -> str:
    return f"{agreement.who}, {agreement.day:%d.%m.%Y}" if agreement and agreement.day else ""


def template(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=_("Куда записать книгу, .xlsx"))],
    form: FormName = None,
) -> None:
    from gateway.sync.subgroups import write_template

    office = session(context).office()
    count = write_template(_school(office), file, office.settings.school.year, form)
    present.say(_("Готово: {path}, классов {count}").format(path=file, count=count))
    present.next_command(
        _("заполните и согласуйте книгу, затем {command}").format(command=f"sverka subgroups import {file}")
    )


def bring(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help=_("Заполненные книги"), exists=True, dir_okay=False)],
    actor: Actor = "admin",
    as_json: AsJson = False,
) -> None:
    import_(context, files, actor=actor, as_json=as_json)
    if not as_json:
        show_drafts(_school(session(context).office()).seating.drafts)


def confirm(
    context: typer.Context,
    form: Annotated[str, typer.Option(help=_("Класс, например 7Б"))],
    who: Annotated[str, typer.Option(help=_("Кто согласовал: ФИО"))],
    division: Annotated[
        str | None, typer.Option(help=_("Деление: согласие учителя предмета; без него согласие классного руководителя"))
    ] = None,
    day: Annotated[
        datetime | None, typer.Option("--date", formats=["%d.%m.%Y", "%Y-%m-%d"], help=_("Когда; без неё сегодня"))
    ] = None,
    actor: Actor = "admin",
) -> None:
    from gateway.sync.subgroups import agree

    office = session(context).office()
    when = day.date() if day else office.days.today
    agree(office.store, _school(office), form=form, division=division, who=who, day=when, actor=actor)
    present.say(_("Записано: {who}, {day:%d.%m.%Y}").format(who=who, day=when))
    drafts = _school(office).seating.drafts
    show_drafts(drafts)
    if not drafts:
        present.next_command("sverka plan")


def show_drafts(drafts: Sequence[Division]) -> None:
    """Which divisions wait for whose agreement."""
    if not drafts:
        return
    present.table(
        _("Подгруппы не согласованы, их состав не уходит в дневник"),
        (_("Класс"), _("Деление"), _("Учеников"), _("Чьего согласия нет")),
        [(one.form_name, one.tag, len(one.seats), _lacking(one)) for one in drafts[:SHOWN]],
    )
    if len(drafts) > SHOWN:
        present.talk(_("…и ещё {count}: {command}").format(count=len(drafts) - SHOWN, command="sverka subgroups"))


def _lacking(one: Division) -> str:
    missing = [_("классный руководитель")] if one.tutor is None else []
    return ", ".join([*missing, *([_("учитель")] if one.teacher is None else [])])


def _school(office: Office) -> Assembled:
    return office.assembled(office.days.scope())


def add_to(app: typer.Typer) -> None:
    subgroups = typer.Typer(help=_("Подгруппы: кто в какой, и кто это согласовал"), invoke_without_command=True)
    subgroups.callback(help=_("Показать деления классов: сколько учеников рассажено и кто согласовал"))(show)
    subgroups.command("template", help=_("Книга для классных руководителей: ученики и деления, выбор из списка"))(
        template
    )
    subgroups.command("import", help=_("Взять заполненную книгу; каждый ученик ровно в одной подгруппе деления"))(bring)
    subgroups.command("agree", help=_("Записать согласие, данное на бумаге: классного руководителя или учителя"))(
        confirm
    )
    app.add_typer(subgroups, name="subgroups")
