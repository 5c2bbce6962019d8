"""A proposed column map as TOML for a person to read and mend: what is sure stands, what is not is a comment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mappings.sources.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mappings.sources.propose import Guess, Proposal


def map_text(proposal: Proposal, title: str, settled: Mapping[str, tuple[str, ...]]) -> str:
    """The TOML file. `settled` are headers a person decided on, to their fields; blank fields mean "not taken"."""
    return "\n".join(_lines(proposal, title, settled)) + "\n"


def _lines(proposal: Proposal, title: str, settled: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    taken = [
        (guess, fields)
        for guess in proposal.guesses
        if (fields := settled.get(guess.header, guess.fields if guess.sure else ()))
    ]
    required = [field for field in TARGETS[proposal.kind].layout.required if field not in proposal.constants]
    yield "# Карта столбцов: слева заголовок в файле, справа поле программы. Строки с «#» не действуют."
    yield f"feeds = {_quoted(proposal.kind.value)}"
    yield f"title = {_quoted(title)}"
    yield f"required = {_listed(required)}"
    if proposal.each_sheet:
        yield 'sheets = "each"'
    yield from ("", "[columns]")
    yield from (f"{_quoted(guess.header)} = {_fields(fields)}" for guess, fields in taken)
    unsure = [guess for guess in proposal.guesses if guess.asks and guess.header not in settled]
    if unsure:
        yield "# Не наверняка: проверьте и уберите «#» у верных строк."
        yield from (_doubt(guess) for guess in unsure)
    if proposal.constants:
        yield from ("", "[constants]")
        yield from (f"{_quoted(field)} = {_quoted(value)}" for field, value in proposal.constants.items())


def _doubt(guess: Guess) -> str:
    return f"# {_quoted(guess.header)} = {_fields(guess.fields)}  # {guess.sureness:.0%}"


def _fields(fields: tuple[str, ...]) -> str:
    return _quoted(fields[0]) if len(fields) == 1 else _listed(fields)


def _listed(texts: list[str] | tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_quoted, texts)) + "]"


def _quoted(text: str) -> str:
    """A JSON string is a TOML one too; the one sign TOML forbids and JSON lets through is written out."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
