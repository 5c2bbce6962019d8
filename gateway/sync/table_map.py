"""Column maps of a school's own: proposed from a file, kept beside the settings, read before ours."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from connectors.sources.material import Material
from gateway.errors import FileUnreadable, SettingsError
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.settings import FilesSection, explained, load
from gateway.sync.reading import read_file
from gateway.whole import whole
from mappings.sources.map_text import map_text
from mappings.sources.propose import propose
from mappings.sources.table_map import parse_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mappings.sources.propose import Proposal
    from mappings.sources.table_map import TableMap
    from state.local import SourceKind

SCHEMA = "source-map/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a file's table could be read as; `known_as` is the layout that reads it already, blank where none does."""

    proposal: Proposal
    examples: Mapping[str, str]
    """Header to its first value: for the eyes of whoever holds the file, never for a log."""
    known_as: str = ""


def look_at(path: Path, kind: SourceKind | None = None, own: Iterable[TableMap] = ()) -> Sheet:
    """The proposed map of the first sheet with headers. Raises FileUnreadable where the file has no table."""
    with in_our_words():
        material = Material(path)
        for grid in material.tables():
            sheets = material.book.visible if material.book and len(material.book.visible) > 1 else ()
            proposal = propose(grid, sheets, kind)
            if proposal is not None:
                examples = _examples(grid, proposal)
                return Sheet(proposal=proposal, examples=examples, known_as=_known_as(path, tuple(own)))
    raise FileUnreadable(
        _("{file}: таблицы с заголовками в файле нет").format(file=path.name),
        _("Нужна книга .xlsx или таблица CSV, в первых строках которой стоят названия столбцов"),
    )


def free_place(place: Path, *, over: bool) -> None:
    """Returns only where a map may be written; `over` replaces an earlier one. Raises SettingsError."""
    if place.exists() and not over:
        raise SettingsError(
            _("{file} уже есть").format(file=place),
            _("Назовите другой файл (--out) или замените этот (--force)"),
        )


def write_map(place: Path, text: str) -> None:
    """The map lies at `place` and is one that can be read. Raises SettingsError, and DataError as `whole` does."""
    _parsed(place, text)
    place.parent.mkdir(parents=True, exist_ok=True)
    with whole(place) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def load_maps(paths: Iterable[Path]) -> tuple[TableMap, ...]:
    """The school's maps, by name. Raises SettingsError naming the file and what is wrong with it."""
    return tuple(_parsed(path, path.read_text(encoding="utf-8")) for path in sorted(paths))


def maps_beside(config: Path) -> tuple[TableMap, ...]:
    """The maps of the school whose settings are there, or would be there. Raises SettingsError."""
    if config.exists():
        return load_maps(load(config).table_files)
    return load_maps(FilesSection().table_files(config.parent))


def proposed_text(sheet: Sheet, title: str, settled: Mapping[str, tuple[str, ...]]) -> str:
    """The map as TOML, with what a person settled."""
    return map_text(sheet.proposal, title, settled)


def to_json(sheet: Sheet, place: Path | None) -> dict[str, Any]:
    """The proposal as `source-map/1`: headers, fields and kinds of values, never a value."""
    proposal = sheet.proposal
    return {
        "schema": SCHEMA,
        "feeds": proposal.kind.value,
        "known_as": sheet.known_as,
        "columns": [
            {
                "header": guess.header,
                "where": guess.where,
                "fields": list(guess.fields),
                "sureness": round(guess.sureness, 2),
                "why": guess.why,
                "looks": guess.looks,
            }
            for guess in proposal.guesses
        ],
        "constants": dict(proposal.constants),
        "missing": list(proposal.missing),
        "written": str(place) if place else "",
    }


def _known_as(path: Path, own: tuple[TableMap, ...]) -> str:
    reading = read_file(path, own)
    return reading.detected.format if reading.parts else ""


def _examples(grid: Any, proposal: Proposal) -> dict[str, str]:
    """The first filled cell under each header; nothing of what is never taken."""
    places = {cell.where: column for row in grid.top(20) for column, cell in enumerate(row)}
    numbers = {cell.where: number for number, row in enumerate(grid.top(20)) for cell in row}
    found = {}
    for guess in proposal.guesses:
        column, start = places[guess.where], numbers[guess.where] + 1
        cells = (grid.cell(row, column).text for row in range(start, min(len(grid.values), start + 60)))
        found[guess.header] = "" if guess.why == "secret" else next(filter(None, cells), "")
    return found


def _parsed(path: Path, text: str) -> TableMap:
    try:
        return parse_map(f"tables/{path.stem}", text)
    except tomllib.TOMLDecodeError as error:
        told = _("{path}: это не TOML: {error}").format(path=path, error=error)
    except ValidationError as error:
        told = f"{path}: {explained(error)}"
    raise SettingsError(told, _("Исправьте карту столбцов или сделайте новую: sverka source map ФАЙЛ"))
