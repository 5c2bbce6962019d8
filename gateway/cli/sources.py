"""`source inspect`, `source findings` and `import`: the school's own files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import words
from gateway.cli import present
from gateway.cli.options import Actor, AsJson, From, Period, To, days_asked, session
from gateway.cli.source_map import source_map
from gateway.faultmap import in_our_words
from gateway.i18n import _, language

if TYPE_CHECKING:
    from gateway.sync.inspect import FileScope

SHOWN = 20
"""Findings shown to a person; --json shows them all."""


def inspect(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=_("Файл, архив или папка выгрузки"), exists=True)],
    as_json: AsJson = False,
) -> None:
    from gateway.sync.inspect import inspect as look
    from gateway.sync.inspect import to_json
    from gateway.sync.table_map import maps_beside

    with in_our_words():
        seen = look(file, maps_beside(session(context).config))
    plain = to_json(seen)
    if as_json:
        present.as_json(plain)
        return
    present.say(f"{file.name}: {plain['format']} {plain['version'] or ''}".rstrip())
    counted = [(name, count) for name, count in plain["counts"].items() if count]
    present.table("", (_("Что"), _("Сколько")), [(_what(name), count) for name, count in counted])
    if seen.scope:
        _scope(seen.scope)
    if seen.cells:
        _accounts(seen.cells, seen.entries)
    _findings(plain["findings"], f"sverka source inspect {file} --json")
    if seen.is_page:
        present.next_command(f"sverka paper import {file}")


def _scope(scope: FileScope) -> None:
    """What the file speaks for: whatever it does not mention outside this stays in the diary."""
    if scope.forms:
        present.say(_("Файл говорит только о классах: {forms}").format(forms=", ".join(scope.forms)))
    if scope.days:
        runs = ", ".join(f"{first:%d.%m.%Y}-{last:%d.%m.%Y}" for first, last in scope.days)
        present.say(_("Уроки только этих дней: {days}").format(days=runs))
    if scope.complete:
        present.say(_("Полные списки: {kinds}").format(kinds=", ".join(map(words.record, scope.complete))))
    else:
        present.say(_("Ни один список не полон: из дневника по этому файлу ничего не убирается"))


def _accounts(cells: Mapping[str, int], entries: Mapping[str, int]) -> None:
    """Where every cell of the sheets went, and what was read in the entries of a register's report."""
    rows = [(_role(role), count) for role, count in cells.items()]
    present.table("", (_("Ячейки листа"), _("Сколько")), [*rows, (_("всего ячеек"), sum(cells.values()))])
    if entries:
        present.table("", (_("Прочитано в записях"), _("Сколько")), [(_entry(name), n) for name, n in entries.items()])


def findings(
    context: typer.Context,
    period: Period = None,
    starts: From = None,
    ends: To = None,
    as_json: AsJson = False,
) -> None:
    office, scope = days_asked(context, period, starts, ends)
    found = office.problems(scope)
    plain = [{"code": item.code, "where": item.where, "raw": item.raw, "blocks": item.blocks} for item in found]
    if as_json:
        present.as_json({"schema": "source-findings/1", "findings": plain})
        return
    _by_code(plain)
    _findings(plain, "sverka source findings --json")


def _by_code(findings: list[dict[str, Any]]) -> None:
    from mappings.problems import problem_text

    counted = Counter(item["code"] for item in findings)
    rows = [(count, problem_text(code, language()).sentence) for code, count in counted.most_common()]
    if rows:
        present.table("", (_("Сколько"), _("Что")), rows)


def _findings(findings: list[dict[str, Any]], all_of_them: str) -> None:
    from mappings.problems import problem_text

    if not findings:
        present.say(_("Замечаний нет."))
        return
    told = [(item, problem_text(item["code"], language())) for item in _each_kind_first(findings)]
    rows = [(item["where"], text.sentence, item["raw"], text.advice) for item, text in told]
    present.table(
        _("Замечаний: {count}").format(count=len(findings)),
        (_("Где"), _("Что"), _("Как написано"), _("Что сделать")),
        rows[:SHOWN],
    )
    if len(rows) > SHOWN:
        present.talk(_("…и ещё {count}: {command}").format(count=len(rows) - SHOWN, command=all_of_them))


def _what(name: str) -> str:
    words = {
        "staff": _("сотрудников"),
        "pupils": _("учеников"),
        "guardians": _("родителей"),
        "forms": _("классов"),
        "divisions": _("делений на подгруппы"),
        "subgroups": _("подгрупп"),
        "subjects": _("предметов"),
        "rooms": _("кабинетов"),
        "plan_rows": _("строк учебного плана"),
        "lessons": _("клеток расписания"),
    }
    return words.get(name, name)


def _each_kind_first(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of every code, then the second, and so on: five hundred of one do not hide the only one of another."""
    met: Counter[str] = Counter()
    ranks = []
    for item in findings:
        met[item["code"]] += 1
        ranks.append(met[item["code"]])
    return [item for _rank, item in sorted(zip(ranks, findings, strict=True), key=lambda pair: pair[0])]


def _role(name: str) -> str:
    words = {
        "title": _("название отчёта"),
        "meta": _("год, класс, период, ученик"),
        "header": _("заголовки столбцов"),
        "month": _("месяцы"),
        "day": _("числа"),
        "subject": _("предметы"),
        "mark": _("записи: отметки и пропуски"),
        "no entry": _("нет записи за урок"),
        "average": _("средняя оценка"),
        "weighted": _("средневзвешенный балл"),
        "final": _("столбец итоговой оценки"),
        "legend": _("условные обозначения"),
        "weekday": _("дни недели"),
        "number": _("номера уроков и строк"),
        "lesson": _("уроки и учителя"),
        "merged": _("продолжения объединённых ячеек"),
        "period mark": _("оценки за четверти и полугодия"),
        "year mark": _("годовые оценки"),
        "exam": _("экзаменационные оценки"),
        "state exam": _("оценки государственных экзаменов"),
        "result": _("итоговые оценки"),
        "no data": _("нули: нет данных"),
        "blank": _("пустые вне таблиц"),
        "unexpected": _("не на месте, не прочитаны"),
    }
    return words.get(name, name)


def _entry(name: str) -> str:
    words = {
        "marks": _("отметок"),
        "absences": _("пропусков"),
        "late": _("опозданий"),
        "statuses": _("освобождений, зачётов, неаттестаций"),
        "finals": _("итоговых оценок"),
        "years": _("годовых оценок"),
        "exams": _("оценок за экзамены"),
        "state_exams": _("оценок за государственные экзамены"),
        "results": _("оценок итога года"),
        "averages": _("средних баллов"),
        "unread": _("знаков не прочитано"),
    }
    return words.get(name, name)


def import_(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(help=_("Файлы школы; выгрузка из нескольких файлов — папкой или архивом"), exists=True),
    ],
    actor: Actor = "admin",
    as_json: AsJson = False,
) -> None:
    office = session(context).office()
    with present.progress(_("Читаю файлы")) as progress:
        taken = office.import_files(files, actor, progress)
    if as_json:
        present.as_json(
            {
                "schema": "import/1",
                "files": [
                    {
                        "file": path.name,
                        "kinds": [kind.value for kind in item.kinds],
                        "changed": item.changed,
                        "counts": dict(item.counts),
                        "problems": len(item.problems),
                    }
                    for path, item in zip(files, taken, strict=True)
                ],
            }
        )
        return
    rows = [
        (path.name, _held(item.counts), len(item.problems), "" if item.changed else _("уже было"))
        for path, item in zip(files, taken, strict=True)
    ]
    present.table("", (_("Файл"), _("Взято"), _("Замечаний"), ""), rows)
    if any(item.problems for item in taken):
        present.talk(_("Замечания по файлам: sverka source findings"))
    present.next_command("sverka plan")


def _held(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{_what(name)} {count}" for name, count in counts.items() if count)


def add_to(app: typer.Typer) -> None:
    source = typer.Typer(help=_("Файлы школы: посмотреть, ничего не записывая"), no_args_is_help=True)
    source.command("inspect", help=_("Что это за файл, что в нём есть и что с ним не так"))(inspect)
    source.command("map", help=_("Предложить карту столбцов для таблицы, заголовки которой не узнаны"))(source_map)
    source.command("findings", help=_("Что не так с взятыми файлами: в каждом и между ними"))(findings)
    app.add_typer(source, name="source")
    app.command("import", help=_("Взять файлы школы в работу; в дневник ничего не уходит"))(import_)
