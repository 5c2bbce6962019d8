"""`export`: the school's own side written in the formats other programs take; the diary is not touched."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway import words
from gateway.cli import present
from gateway.cli.options import Actor, AsJson, From, Period, To, days_asked, session
from gateway.i18n import _, language
from mappings.problems import problem_text

if TYPE_CHECKING:
    from gateway.sync.export_oneroster import Exported


def oneroster(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="OUT", help=_("Новый архив .zip или новая папка"))],
    version: Annotated[str, typer.Option(help=_("Версия OneRoster: 1.2 или 1.1"))] = "1.2",
    delta: Annotated[
        Path | None,
        typer.Option(exists=True, help=_("Прежняя полная выгрузка: записать только то, что с неё изменилось")),
    ] = None,
    actor: Actor = "admin",
    as_json: AsJson = False,
) -> None:
    from gateway.sync.export_oneroster import SCHEMA, export_oneroster
    from mappings.sources.oneroster_out import VERSIONS, SchoolCard

    if version not in VERSIONS:
        raise typer.BadParameter(_("нет такой версии: {version}").format(version=version), param_hint="--version")
    office = session(context).office()
    year = office.days.periods()
    scope = office.days.scope(starts=year[0].starts, ends=year[-1].ends)
    settings = office.settings
    exported = export_oneroster(
        office.store,
        office.assembled(scope),
        SchoolCard(key=settings.school.key, name=settings.school.name, calendar=settings.calendar.kind),
        path,
        version=version,
        today=office.days.today,
        moment=office.clock.now().astimezone(UTC),
        actor=actor,
        previous=delta,
    )
    if as_json:
        present.as_json({"schema": SCHEMA, "path": str(path), **exported.figures()})
        return
    _show(exported)
    if exported.counts and (partial := office.partial(scope)):
        present.say(
            _("Файлы школы говорят не всё; другая программа примет выгрузку за полную: {kinds}").format(
                kinds=", ".join(words.record(kind) for kind in partial)
            )
        )


def _show(exported: Exported) -> None:
    if not exported.counts:
        present.say(_("С прежней выгрузки ничего не изменилось; файл не записан."))
        return
    rows = [(f"{name}.csv", count) for name, count in exported.counts.items()]
    present.table(
        _("OneRoster {version}: {path}").format(version=exported.version, path=exported.path),
        (_("Файл выгрузки"), _("Записей")),
        rows,
    )
    if exported.gone:
        present.say(_("Из них удалено с прошлой выгрузки: {count}").format(count=exported.gone))
    if exported.spared:
        present.say(
            _("Файлы школы говорят не всё, поэтому удалёнными не названы, записей: {count}").format(
                count=exported.spared
            )
        )
    if exported.withheld:
        kept = "; ".join(f"{words.record(kind)} {count}" for kind, count in exported.withheld.items())
        present.say(_("Без согласия остаётся на этой машине: {kept}").format(kept=kept))
    if exported.nameless:
        present.say(_("Без фамилии или имени, в выгрузку не вошли, человек: {count}").format(count=exported.nameless))


def sgo(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="OUT", help=_("Новый файл для «Сетевого города»"))],
    base: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help=_("Файл ExportCm.xml, выгруженный из «Сетевого города»")),
    ],
    period: Period = None,
    starts: From = None,
    ends: To = None,
    actor: Actor = "admin",
    as_json: AsJson = False,
) -> None:
    from gateway.sync.export_sgo import SCHEMA, export_sgo, whole_weeks

    office, scope = days_asked(context, period, starts, ends)
    exported = export_sgo(office.store, office.assembled(whole_weeks(scope)), base, path, actor)
    plain = [{"code": item.code, "where": item.where, "raw": item.raw} for item in exported.problems]
    if as_json:
        present.as_json({"schema": SCHEMA, "path": str(path), **exported.figures(), "findings": plain})
        return
    present.say(
        _("Недель: {weeks}, уроков школы: {lessons}, записано в расписание: {hours}").format(
            weeks=exported.weeks, lessons=exported.lessons, hours=exported.hours
        )
    )
    if plain:
        texts = [problem_text(item["code"], language()) for item in plain]
        rows = [(text.sentence, item["raw"], text.advice) for item, text in zip(plain, texts, strict=True)]
        present.table(
            _("Не записано: {count}").format(count=len(rows)), (_("Что"), _("Что именно"), _("Что сделать")), rows
        )


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help=_("Записать данные школы для других программ"), no_args_is_help=True)
    group.command("oneroster", help=_("Люди, классы и подгруппы в формате OneRoster CSV; только с согласием"))(
        oneroster
    )
    group.command("sgo", help=_("Расписание в файл обмена «Сетевого города»: план с номерами остаётся как был"))(sgo)
    app.add_typer(group, name="export")
