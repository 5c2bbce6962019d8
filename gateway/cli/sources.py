"""`source inspect` and `import`: the school's own files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import present
from gateway.cli.options import Actor, AsJson, session
from gateway.faultmap import in_our_words
from gateway.i18n import _, language

SHOWN = 20
"""Findings shown to a person; --json shows them all."""


def inspect(
    file: Annotated[Path, typer.Argument(help=_("Файл"), exists=True, dir_okay=False)], as_json: AsJson = False
) -> None:
    from gateway.sync.inspect import inspect as look
    from gateway.sync.inspect import to_json

    with in_our_words():
        seen = look(file)
    plain = to_json(seen)
    if as_json:
        present.as_json(plain)
        return
    present.say(f"{file.name}: {plain['format']} {plain['version'] or ''}".rstrip())
    counted = [(name, count) for name, count in plain["counts"].items() if count]
    present.table("", (_("Что"), _("Сколько")), [(_what(name), count) for name, count in counted])
    _findings(plain["findings"])


def _findings(findings: list[dict[str, str]]) -> None:
    from mappings.problems import problem_text

    if not findings:
        present.say(_("Замечаний нет."))
        return
    told = [(item, problem_text(item["code"], language())) for item in findings]
    rows = [(item["where"], text.sentence, item["raw"], text.advice) for item, text in told]
    present.table(
        _("Замечаний: {count}").format(count=len(findings)),
        (_("Где"), _("Что"), _("Как написано"), _("Что сделать")),
        rows[:SHOWN],
    )
    if len(rows) > SHOWN:
        present.talk(_("…и ещё {count}: sverka source inspect --json").format(count=len(rows) - SHOWN))


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


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help=_("Файлы школы"), exists=True, dir_okay=False)],
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
                        "kind": item.kind.value,
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
        present.talk(_("Замечания по файлу: sverka source inspect ФАЙЛ"))
    present.next_command("sverka plan")


def _held(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{_what(name)} {count}" for name, count in counts.items() if count)


def add_to(app: typer.Typer) -> None:
    source = typer.Typer(help=_("Файлы школы: посмотреть, ничего не записывая"), no_args_is_help=True)
    source.command("inspect", help=_("Что это за файл, что в нём есть и что с ним не так"))(inspect)
    app.add_typer(source, name="source")
    app.command("import", help=_("Взять файлы школы в работу; в дневник ничего не уходит"))(import_)
