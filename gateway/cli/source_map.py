"""`source map`: from the headers of a table to a column map, asking only where nothing is sure."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import present
from gateway.cli.options import AsJson, session
from gateway.faultmap import in_our_words
from gateway.i18n import _
from state.local import SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.sync.table_map import Sheet
    from mappings.sources.propose import Guess, Proposal

NOT_TAKEN = "-"


def source_map(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=_("Книга .xlsx или таблица CSV"), exists=True, dir_okay=False)],
    kind: Annotated[
        SourceKind | None,
        typer.Option("--as", help=_("Что это за таблица; без этого решают заголовки")),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("Куда записать карту; обычно tables/ рядом с настройками"))
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help=_("Не спрашивать: неясное останется в карте строками с «#»"))
    ] = False,
    force: Annotated[bool, typer.Option("--force", help=_("Заменить прежнюю карту"))] = False,
    as_json: AsJson = False,
) -> None:
    from gateway.sync.table_map import free_place, look_at, maps_beside, proposed_text, to_json, write_map
    from mappings.sources.targets import TARGETS

    if kind and kind not in TARGETS:
        raise typer.BadParameter(_("это не таблица, а расписание: карта ему не нужна"))
    config = session(context).config
    place = out or config.parent / "tables" / f"{file.stem}.toml"
    with in_our_words():
        free_place(place, over=force)
        sheet = look_at(file, kind, maps_beside(config))
    if not as_json:
        _show(file, sheet)
    asking = not (yes or as_json) and sys.stdin.isatty()
    settled = _ask(sheet) if asking else {}
    with in_our_words():
        write_map(place, proposed_text(sheet, file.name, settled))
    if as_json:
        present.as_json(to_json(sheet, place))
        return
    _told(sheet.proposal, settled)
    present.say(_("Карта записана: {place}").format(place=place))
    present.next_command(f"sverka source inspect {file}")


def _show(file: Path, sheet: Sheet) -> None:
    if sheet.known_as:
        present.say(
            _("{file} читается и без новой карты: {name}. Новая карта будет важнее.").format(
                file=file.name, name=sheet.known_as
            )
        )
    present.say(_("Таблица: {kind}").format(kind=_kind(sheet.proposal.kind)))
    rows = [
        (guess.header, ", ".join(guess.fields), _sureness(guess), sheet.examples.get(guess.header, ""))
        for guess in sheet.proposal.guesses
    ]
    present.table("", (_("Столбец"), _("Что это"), _("Насколько верно"), _("Пример")), rows)
    for name, value in sheet.proposal.constants.items():
        told = {"@file": _("из имени файла"), "@sheet": _("из имени листа")}.get(value, value)
        present.say(f"{name}: {told}")


def _sureness(guess: Guess) -> str:
    words = {
        "secret": _("не берётся никогда"),
        "apart": _("узнано, не берётся"),
        "taken": _("такой столбец уже есть"),
        "unknown": _("не узнано"),
        "name": _("по названию"),
        "alike": _("название похоже"),
        "values": _("по значениям"),
    }
    word = words[guess.why]
    return f"{word}, {guess.sureness:.0%}" if guess.fields else word


def _ask(sheet: Sheet) -> Mapping[str, tuple[str, ...]]:
    """Headers to what the person said of them."""
    from mappings.sources.targets import TARGETS

    settled: dict[str, tuple[str, ...]] = {}
    known = TARGETS[sheet.proposal.kind].layout.known
    for guess in sheet.proposal.guesses:
        if not guess.asks:
            continue
        question = _(
            "Столбец «{header}» (пример: {example}) — это «{field}»? Enter — да, «-» — не брать, или другое поле"
        )
        while True:
            said = typer.prompt(
                question.format(
                    header=guess.header, example=sheet.examples.get(guess.header, ""), field=", ".join(guess.fields)
                ),
                default="",
                show_default=False,
                err=True,
            ).strip()
            fields = guess.fields if not said else () if said == NOT_TAKEN else (said,)
            if set(fields) <= set(known):
                break
            present.talk(_("Такого поля нет. Есть: {fields}").format(fields=", ".join(known)))
        settled[guess.header] = fields
    return settled


def _told(proposal: Proposal, settled: Mapping[str, tuple[str, ...]]) -> None:
    given = {name for fields in settled.values() for name in fields}
    open_ = [guess.header for guess in proposal.guesses if guess.asks and guess.header not in settled]
    if open_:
        present.say(_("Не наверняка, в карте закомментировано: {headers}").format(headers=", ".join(open_)))
    missing = [name for name in proposal.missing if name not in given]
    if missing:
        present.say(
            _("Без этих полей таблица не читается, впишите их столбцы в карту: {fields}").format(
                fields=", ".join(missing)
            )
        )


def _kind(kind: SourceKind) -> str:
    words = {
        SourceKind.PUPILS: _("ученики и их родители"),
        SourceKind.STAFF: _("сотрудники"),
        SourceKind.SUBGROUPS: _("состав подгрупп"),
        SourceKind.CONSENTS: _("согласия"),
        SourceKind.SUBSTITUTIONS: _("замены уроков"),
        SourceKind.ORDERS: _("приказы"),
    }
    return words.get(kind, kind.value)
