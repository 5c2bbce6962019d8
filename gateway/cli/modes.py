"""`modes`: how each form's register is kept, since when, and who said so."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import parallel_run, present
from gateway.cli.options import AsJson, Decider, day, session
from gateway.errors import DataError
from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.office import Office
    from gateway.register.modes import Modes
    from gateway.reports.directory import Directory
    from state.identity import SourcedId
    from state.modes import ModeRecord


class Kept(StrEnum):
    """How a register is kept."""

    PARALLEL = "parallel"
    ELECTRONIC_ONLY = "electronic-only"


# --- what is set ------------------------------------------------------------------------------------------------------


def show(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is not None:
        return
    from gateway.jobs.archive import unarchived
    from gateway.jobs.paperless import stored_modes

    office = session(context).office()
    modes, names = stored_modes(office), office.directory()
    missing = unarchived(office.settings, modes, office.days)
    if as_json:
        present.as_json(
            {
                "schema": "modes/1",
                "today": office.days.today.isoformat(),
                "forms": [_today(modes, form, names, office.days.today) for form in _forms(modes)],
                "records": [_plain(one) for one in modes.records],
                "warnings": [] if missing is None else ["NO_ARCHIVE"],
            }
        )
        return
    _show_records(modes, names, office.days.today)
    if missing is not None:
        present.say(missing)
        present.next_command("sverka upgrade")


def _forms(modes: Modes) -> list[SourcedId]:
    return sorted({one.form for one in modes.records} | {_everything()})


def _everything() -> SourcedId:
    from state.modes import EVERYTHING

    return EVERYTHING


def _today(modes: Modes, form: SourcedId, names: Directory, today: date) -> dict[str, Any]:
    holding = modes.holding(form, today)
    return {
        "form": form,
        "name": names.group(form) if form else "",
        "mode": holding[0].mode.value if holding else Kept.PARALLEL.value,
        "reference": "diary" if holding and holding[0].mode.value == Kept.ELECTRONIC_ONLY.value else "paper",
        "pilot": [{"subject": one.subject, "teacher": one.teacher} for one in holding if one.is_pilot],
        "since": min(one.starts for one in holding).isoformat() if holding else None,
    }


def _plain(one: ModeRecord) -> dict[str, Any]:
    return {
        "number": one.number,
        "form": one.form,
        "mode": one.mode.value,
        "from": one.starts.isoformat(),
        "to": one.ends.isoformat() if one.ends else None,
        "subject": one.subject,
        "teacher": one.teacher,
        "approval": _approval(one),
        "by": one.set_by,
        "at": one.set_at.isoformat() if one.set_at else None,
    }


def _approval(one: ModeRecord) -> str:
    if one.approved is None:
        return ""
    return _("№ {number} от {day:%d.%m.%Y}").format(number=one.approval, day=one.approved)


def _show_records(modes: Modes, names: Directory, today: date) -> None:
    """The history, the records in force today marked, and what holds where nothing was said."""
    now = {one.number for form in _forms(modes) for one in modes.holding(form, today)}
    columns = (
        *("", _("Класс"), _("Как ведётся"), _("Эталон"), _("С"), _("По"), _("Что сверяется")),
        *(_("Согласование"), _("Кто установил")),
    )
    rows = [
        (
            "•" if one.number in now else "",
            names.group(one.form) if one.form else _("вся школа"),
            *_told(one),
            f"{one.starts:%d.%m.%Y}",
            f"{one.ends:%d.%m.%Y}" if one.ends else "",
            _covered(one, names),
            _approval(one),
            one.set_by,
        )
        for one in modes.records
    ]
    if rows:
        present.table("", columns, rows)
        present.say(_("• действует сегодня"))
    if not any(one.form == "" for one in modes.records):
        present.say(_("Остальные классы: параллельно, эталон — бумажный журнал, сверяется всё."))


def _told(one: ModeRecord) -> tuple[str, str]:
    if one.mode.value == Kept.ELECTRONIC_ONLY.value:
        return _("только ЭЖ"), _("электронный журнал")
    return (_("пилот") if one.is_pilot else _("параллельно")), _("бумажный журнал")


def _covered(one: ModeRecord, names: Directory) -> str:
    if not one.is_pilot:
        return _("всё")
    who = names.initials(one.teacher) if one.teacher else ""
    return ", ".join(filter(None, (names.subject(one.subject) if one.subject else "", who)))


# --- setting ----------------------------------------------------------------------------------------------------------


def put(
    context: typer.Context,
    mode: Annotated[Kept, typer.Option(help=_("parallel: бумага и ЭЖ; electronic-only: только ЭЖ"))],
    starts: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help=_("Первый день, ГГГГ-ММ-ДД"))],
    ends: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help=_("Последний день"))] = None,
    form: Annotated[str, typer.Option(help=_("Класс, например 7Б; без него вся школа"))] = "",
    subject: Annotated[str, typer.Option(help=_("Пилот: сверяется только этот предмет"))] = "",
    teacher: Annotated[str, typer.Option(help=_("Пилот: сверяются только страницы этого учителя"))] = "",
    approval: Annotated[str, typer.Option(help=_("Согласование с учредителем: «№ 12 от 01.09.2026»"))] = "",
    who: Decider = "",
    as_json: AsJson = False,
) -> None:
    from gateway.register.modes import set_mode
    from mappings.classes import normalise_form
    from state.modes import EVERYTHING, Mode, ModeRecord

    office = session(context).office()
    names = office.directory()
    wanted = ModeRecord(
        mode=Mode(mode.value),
        starts=starts.date(),
        ends=day(ends),
        form=_named(normalise_form(form), names.groups, "form:") if form else EVERYTHING,
        subject=_named(subject, names.subjects) if subject else EVERYTHING,
        teacher=_teacher(teacher, names) if teacher else EVERYTHING,
    )
    kept, is_new = set_mode(office.store, wanted, approval=approval, who=who)
    if as_json:
        present.as_json({"schema": "modes-set/1", "new": is_new, "record": _plain(kept)})
        return
    present.say(_("Записано.") if is_new else _("Так уже записано."))
    _show_own(office, kept, names)
    present.next_command("sverka modes")


def _show_own(office: Office, kept: ModeRecord, names: Directory) -> None:
    """A word about the whole school does not touch the forms that have one of their own."""
    from gateway.jobs.paperless import stored_modes

    modes = stored_modes(office)
    own = [form for form in _forms(modes) if form and any(one.form for one in modes.holding(form, kept.starts))]
    if own and not kept.form:
        listed = ", ".join(map(names.group, own))
        present.say(_("Свой режим остаётся у классов: {forms}").format(forms=listed))


def _named(wanted: str, known: Mapping[SourcedId, str], kind: str = "") -> SourcedId:
    """The id of that name; DataError naming what there is."""
    fitting = [one for one, name in known.items() if one.startswith(kind) and name.casefold() == wanted.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    there = sorted(name for one, name in known.items() if one.startswith(kind))
    raise DataError(
        _("В файлах школы нет: {name}").format(name=wanted),
        _("Есть: {names}").format(names=", ".join(there)) if there else _("Сначала: sverka import"),
    )


def _teacher(wanted: str, names: Directory) -> SourcedId:
    """By the full name, or by family name and initials where they fit one."""
    full = {one: name.full for one, name in names.teachers.items()}
    if any(name.casefold() == wanted.casefold() for name in full.values()):
        return _named(wanted, full)
    return _named(wanted, {one: name.initials for one, name in names.teachers.items()})


def add_to(app: typer.Typer) -> None:
    modes = typer.Typer(help=_("Как ведётся журнал класса: с бумагой, без неё, пилот"), invoke_without_command=True)
    modes.callback(help=_("Показать, как ведётся журнал каждого класса, с какого дня и кто так решил"))(show)
    modes.command("list", help=_("То же, что без слова list"))(show)
    modes.command("set", help=_("Записать, как ведётся журнал с этого дня; попадёт в журнал аудита"))(put)
    parallel_run.add_to(modes)
    app.add_typer(modes, name="modes")
