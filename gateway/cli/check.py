"""`pull`, `paper`, `reconcile`, `findings`, `report`, `run`: the register in, the paper beside it, and what differs."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import paper_blind, paper_scan, present
from gateway.cli.options import Actor, AsJson, From, Period, To, day, only_one, session
from gateway.cli.problems import plain_problems, show_problems
from gateway.i18n import _, language
from gateway.reports.figures import TEACHER_COLUMNS
from gateway.reports.words import words as report_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.register.pull import PullReport
    from gateway.reports.figures import TeacherLine

SHOWN = 25
SHORT = 10
"""Characters of a finding's number that a person sees and types."""


def pull(
    context: typer.Context,
    period: Period = None,
    starts: From = None,
    ends: To = None,
    actor: Actor = "admin",
    as_json: AsJson = False,
) -> None:
    only_one(period, starts, ends)
    office = session(context).office()
    scope = office.days.scope(period, day(starts), day(ends)) if period or starts else office.days.pull_scope()
    with present.progress(_("Забираю журнал")) as progress:
        report = office.pull(scope, actor, progress)
    if as_json:
        present.as_json(report.as_json())
        return
    show_pull(report)
    present.next_command("sverka reconcile")


def show_pull(report: PullReport) -> None:
    rows = [
        (_("запросов"), report.requests),
        (_("из них неизбежных"), report.requests_minimum),
        (_("клеток увидено"), report.cells_seen),
        (_("новых записей"), report.entries_new),
        (_("изменённых"), report.entries_changed),
        (_("исчезнувших"), report.entries_vanished),
    ]
    present.table("", (_("Журнал"), _("Сколько")), rows)
    if report.groups_gone:
        gone = ", ".join(group.partition(":")[2] for group in report.groups_gone)
        present.say(_("В дневнике больше нет групп: {groups}. Забранное раньше сохранено.").format(groups=gone))


def template(
    context: typer.Context,
    form: Annotated[str, typer.Option(help=_("Класс, например 7Б"))],
    subject: Annotated[str | None, typer.Option(help=_("Предмет; без него все предметы класса"))] = None,
    period: Period = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=_("Куда записать; без него page.xlsx или page.csv"))
    ] = None,
    csv: Annotated[
        bool, typer.Option("--csv", help=_("Файл CSV вместо книги Excel: все страницы одна под другой"))
    ] = False,
) -> None:
    from gateway.papers import paper_template
    from gateway.whole import fresh, whole

    office = session(context).office()
    path = fresh(output or Path("page.csv" if csv else "page.xlsx"))
    chosen = office.days.period(period)
    with whole(path) as unfinished:
        as_csv = csv or path.suffix.lower() == ".csv"
        count = paper_template(office, form, subject, chosen, unfinished, csv=as_csv)
    present.say(_("Готово: {path}, {period}, страниц {count}").format(path=path, period=chosen.name, count=count))
    present.say(_("Перенесите страницу с бумаги, поставьте «да» у слов «Перенесена полностью» и сохраните файл."))
    present.next_command(f"sverka paper import {shlex.quote(str(path))}")


def paper_import(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help=_("Заполненные файлы"), exists=True, dir_okay=False)],
    form: Annotated[
        str | None, typer.Option(help=_("Класс отчёта электронного журнала; без него тот, что назван в отчёте"))
    ] = None,
    period: Annotated[
        int | None,
        typer.Option("--period", "-p", help=_("Учебный период отчёта; без него тот, дни которого в нём есть")),
    ] = None,
    actor: Actor = "admin",
    as_json: AsJson = False,
) -> None:
    office = session(context).office()
    with present.progress(_("Читаю бумажные страницы")) as progress:
        taken = office.import_papers(files, actor, progress, form=form, period=period)
    problems = [problem for item in taken for problem in item.problems]
    if as_json:
        present.as_json(
            {
                "schema": "paper-import/1",
                "files": [
                    {
                        "file": item.source,
                        "pages": item.pages,
                        "whole": item.whole,
                        "cells": item.cells,
                        "changed": item.changed,
                        "summaries": item.summaries,
                    }
                    for item in taken
                ],
                "findings": plain_problems(problems),
            }
        )
        return
    rows = [(item.source, item.pages, item.whole, item.cells, item.summaries) for item in taken]
    present.table("", (_("Файл"), _("Страниц"), _("Из них целиком"), _("Клеток"), _("Ведомостей")), rows)
    show_problems(problems)
    waiting = sum(item.pages - item.whole for item in taken)
    if waiting:
        present.say(
            _(
                "Страниц, которые пока не сверяются: {count}. Перенесите их до конца, поставьте «да» и загрузите снова."
            ).format(count=waiting)
        )
    held = any(problem.blocks for problem in problems)
    again = " ".join(shlex.quote(str(path)) for path in files)
    present.next_command(f"sverka paper import {again}" if held else "sverka reconcile")


def reconcile(
    context: typer.Context,
    control: Annotated[
        bool, typer.Option("--control", help=_("И как ведётся ЭЖ: сроки, итоги, замены, исправления"))
    ] = False,
    afresh: Annotated[
        bool, typer.Option("--afresh", help=_("Сверить заново и те страницы, на которых ничего не изменилось"))
    ] = False,
    actor: Actor = "admin",
    as_json: AsJson = False,
) -> None:
    office = session(context).office()
    report = office.reconcile(actor, control=control, afresh=afresh)
    if as_json:
        present.as_json(report.as_json())
        return
    show_reconciliation(report.as_json(), len(report.skipped))
    if report.judged < report.pages:
        present.say(
            _("Изменились с прошлой сверки и сверены заново страниц: {judged} из {pages}").format(
                judged=report.judged, pages=report.pages
            )
        )
    if report.keeping is not None:
        said = report_words(language())
        counts = sorted(Counter(one.code.value for one in report.keeping).items())
        present.say(_("Замечаний к ведению ЭЖ: {count}").format(count=len(report.keeping)))
        present.table("", (_("Замечание"), _("Код"), _("Сколько")), [(said.of("codes", c), c, n) for c, n in counts])
        show_teachers(office.protocol().teachers)
    present.next_command("sverka report" if report.pages else _("sverka paper template --form 7Б"))


def show_teachers(lines: Sequence[TeacherLine]) -> None:
    """Each teacher's counts of lessons; nothing where there are none."""
    said = report_words(language())
    rows = [(one.teacher, *(getattr(one, name) for name in TEACHER_COLUMNS)) for one in lines]
    if rows:
        columns = [said.title(name) for name in ("teacher", *TEACHER_COLUMNS)]
        present.table(said.title("by_teacher"), columns, rows[:SHOWN])
    if len(rows) > SHOWN:
        present.talk(_("…и ещё {count}: {command}").format(count=len(rows) - SHOWN, command="sverka report"))


def show_reconciliation(plain: dict[str, Any], skipped: int) -> None:
    """The figure with its numerator and denominator, and how many findings of each kind."""
    said = report_words(language())
    if not plain["pages"] and not plain.get("outside"):
        present.say(_("Сверять нечего: ни одна бумажная страница не перенесена полностью."))
    elif plain["agreement"] is not None:
        present.say(
            _("Сверено страниц: {pages}. Совпало клеток: {equal} из {compared} ({percent} %)").format(
                pages=plain["pages"],
                equal=plain["cells_equal"],
                compared=plain["cells_compared"],
                percent=said.agreement(plain["cells_equal"], plain["cells_compared"]),
            )
        )
        if not plain["findings"]:
            present.say(_("Полное соответствие."))
    if plain.get("summaries"):
        present.say(_("Сверено сводных ведомостей: {count}").format(count=plain["summaries"]))
    if skipped:
        present.say(_("Не сверялись, потому что перенесены не полностью: {count}").format(count=skipped))
    if plain.get("outside"):
        present.say(_("Не сверялись, потому что вне пилота: {count}").format(count=plain["outside"]))
    rows = [(said.of("codes", code), code, count) for code, count in plain["findings"].items()]
    if rows:
        present.table("", (_("Расхождение"), _("Код"), _("Сколько")), rows)


def findings(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help=_("И закрытые тоже; ответ в JSON"))] = False,
    as_json: AsJson = False,
) -> None:
    office = session(context).office()
    if as_json or everything:
        found = office.findings(open_only=not everything)
        present.as_json({"schema": "findings/1", "items": [dict(item) for item in found]})
        return
    columns = (
        *(_("Номер"), _("Дата"), _("№ урока"), _("Ученик"), _("На бумаге"), _("В ЭЖ"), _("Расхождение")),
        *(_("Пояснение"), _("Решение"), _("Талон")),
    )
    told = office.protocol()
    for section in (*told.lists, *told.pages):
        if section.rows:
            rows = [
                (
                    *(row.finding_id[:SHORT], row.day, row.lesson, row.pupil, row.paper, row.diary, row.kind),
                    *(row.note, row.decision, " ".join(filter(None, (row.slip, row.due)))),
                )
                for row in section.rows
            ]
            present.table(f"{section.group}. {section.subject}", columns, rows)
            present.say()
    present.say(told.result)
    decide = _("sverka decide paper НОМЕР --by «Фамилия И.О.»")
    present.next_command(decide if told.sections else "sverka report")


def report(
    context: typer.Context,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=_("Папка для отчётов"))] = None,
    as_json: AsJson = False,
) -> None:
    paths = session(context).office().report(output)
    if as_json:
        present.as_json({"schema": "report/1", "files": [str(path) for path in paths]})
        return
    for path in paths:
        present.say(_("Протокол сверки: {path}").format(path=path))
    present.next_command("sverka log verify")


def run(context: typer.Context, actor: Actor = "schedule", as_json: AsJson = False) -> None:
    from gateway.jobs.run import run_all

    office = session(context).office()
    outcome = run_all(office, actor, lambda sentence: None if as_json else present.talk(sentence))
    if as_json:
        present.as_json(outcome.as_json())
    else:
        for sentence in outcome.sentences():
            present.say(sentence)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


def add_to(app: typer.Typer) -> None:
    app.command("pull", help=_("Забрать отметки, пропуски, темы, задания и итоги из дневника"))(pull)
    paper = typer.Typer(help=_("Бумажный журнал: страница для переноса и обратно"), no_args_is_help=True)
    paper.command("template", help=_("Пустая страница для переноса с бумаги; электронных отметок в ней нет"))(template)
    paper.command("import", help=_("Взять перенесённые страницы в работу"))(paper_import)
    paper_scan.add_to(paper)
    paper_blind.add_to(paper)
    app.add_typer(paper, name="paper")
    app.command("reconcile", help=_("Сверить перенесённые страницы с электронным журналом"))(reconcile)
    app.command("findings", help=_("Показать расхождения"))(findings)
    app.command("report", help=_("«Протокол сверки»: XLSX, CSV и PDF"))(report)
    app.command(
        "run", help=_("Вся работа по расписанию: файлы → план → отправка → журнал → сверка → отчёт; можно прерывать")
    )(run)
