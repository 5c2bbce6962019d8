"""A column map proposed from a sheet's headers and from what stands under them; nothing is settled by it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from connectors.sources.columns import is_apart, is_secret
from connectors.sources.grid import header_key
from mappings.sources.compose import form_in
from mappings.sources.looks import agrees, look
from mappings.sources.table_map import BY_FILE, BY_SHEET, FORM, apart, never, usual_names
from mappings.sources.targets import TARGETS
from state.local import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connectors.sources.grid import Grid

SURE = 0.85
"""From here on nobody is asked."""
_LIKE = 75
"""Of 100: below it two headers are not alike at all."""
_SHORTENED = 95
_PROVEN = 0.9
"""Check digits that fit in most cells are no accident."""
_WORDS = re.compile(r"\w+")
_LOOKED_AT = 60
"""Rows of values."""
_BY_LOOK: Mapping[str, str] = {"snils": "СНИЛС", "sex": "Пол", "email": "E-mail", "form": "Класс"}
"""What values alone may suggest: the beginning of a field's name."""
_KIN: Mapping[str, str] = {
    "матер": "мать",
    "мать": "мать",
    "мамы": "мать",
    "папы": "отец",
    "отца": "отец",
    "отец": "отец",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One column of the sheet; `fields` is blank where it is nothing of ours."""

    header: str
    where: str
    fields: tuple[str, ...] = ()
    sureness: float = 0.0
    why: str = "unknown"
    """name, alike, values, secret, apart, taken, unknown."""
    looks: str = ""
    """What the values look like: `mappings.sources.looks`."""

    @property
    def sure(self) -> bool:
        return bool(self.fields) and self.sureness >= SURE

    @property
    def asks(self) -> bool:
        """A person should say."""
        return bool(self.fields) and not self.sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    kind: SourceKind
    guesses: tuple[Guess, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    each_sheet: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields without which the table is none, that nothing surely gives."""
        given = {name for guess in self.guesses if guess.sure for name in guess.fields} | set(self.constants)
        return tuple(name for name in TARGETS[self.kind].layout.required if name not in given)


def propose(grid: Grid, sheets: Sequence[str] = (), kind: SourceKind | None = None) -> Proposal | None:
    """The map that fits the sheet best, of that kind or of any; None where the sheet has no row of headers.

    `sheets` are the names of all sheets that look alike: where they name forms, each sheet is a form.
    """
    kinds = [kind] if kind else list(TARGETS)
    found = [(one, place) for one in kinds if (place := _header(grid, one)) is not None]
    if not found:
        return None
    best, place = max(found, key=lambda pair: _worth(_guesses(grid, pair[1], pair[0]), pair[0]))
    guesses = _guesses(grid, place, best)
    constants = _constants(grid, sheets, guesses, best)
    return Proposal(kind=best, guesses=guesses, constants=constants, each_sheet=constants.get(FORM) == BY_SHEET)


def _header(grid: Grid, kind: SourceKind) -> int | None:
    """The row with most headings we know; failing that, the first with at least two texts and no figures."""
    known = {header_key(header) for header in usual_names(kind)}
    counts = [len(known.intersection(row)) for row in grid.heads]
    most = max(counts, default=0)
    if most:
        return counts.index(most)
    for index, row in enumerate(grid.heads):
        texts = [text for text in row if text]
        if len(texts) > 1 and not any(text.isdigit() for text in texts):
            return index
    return None


def _worth(guesses: Iterable[Guess], kind: SourceKind) -> float:
    """How much of the sheet is known, and how much of what the table must have is there."""
    told = [guess for guess in guesses if guess.fields]
    given = {name for guess in told for name in guess.fields}
    required = TARGETS[kind].layout.required
    return sum(guess.sureness for guess in told) + sum(name in given for name in required) / len(required)


def _guesses(grid: Grid, place: int, kind: SourceKind) -> tuple[Guess, ...]:
    """One guess for each column that has a header; a field is given once, to who is surest of it."""
    rows = range(place + 1, min(len(grid.values), place + 1 + _LOOKED_AT))
    guesses = [
        _guess(cell.text, cell.where, look(grid.cell(row, column) for row in rows), kind)
        for column, cell in enumerate(grid.top(place + 1)[place])
        if cell.text
    ]
    given: set[str] = set()
    settled: dict[int, Guess] = {}
    for index in sorted(range(len(guesses)), key=lambda index: -guesses[index].sureness):
        guess = guesses[index]
        if given.intersection(guess.fields):
            guess = Guess(header=guess.header, where=guess.where, why="taken", looks=guess.looks)
        given.update(guess.fields)
        settled[index] = guess
    return tuple(settled[index] for index in sorted(settled))


def _guess(header: str, where: str, looks: str, kind: SourceKind) -> Guess:
    key = header_key(header)
    names = {header_key(name): fields for name, fields in usual_names(kind).items()}
    if is_secret(key, never()):
        return Guess(header=header, where=where, why="secret")
    if key in names:
        fits = agrees(_first(names[key]), looks)
        return Guess(
            header=header, where=where, fields=names[key], sureness=1.0 if fits else 0.6, why="name", looks=looks
        )
    if is_apart(key, apart()):
        return Guess(header=header, where=where, why="apart", looks=looks)
    close = process.extractOne(key, list(names), scorer=_alike, score_cutoff=_LIKE)
    if close and agrees(_first(names[close[0]]), looks):
        return Guess(
            header=header, where=where, fields=names[close[0]], sureness=close[1] / 100 * 0.95, why="alike", looks=looks
        )
    fields = _by_look(looks, kind)
    return Guess(
        header=header,
        where=where,
        fields=fields,
        sureness=_PROVEN if looks == "snils" else 0.5 if fields else 0.0,
        why="values" if fields else "unknown",
        looks=looks,
    )


def _alike(one: str, other: str, *, score_cutoff: float | None = None, **_: object) -> float:
    """0-100: «л.дело №» is «личное дело №» shortened; else by letters, whatever the order of the words."""
    short, full = _WORDS.findall(one), _WORDS.findall(other)
    if len(short) == len(full) and all(word.startswith(start) for start, word in zip(short, full, strict=True)):
        return _SHORTENED
    return fuzz.token_sort_ratio(one, other, score_cutoff=score_cutoff)


def _first(fields: tuple[str, ...]) -> str:
    """What to hold the values against: a whole name where the cell is to be taken apart."""
    return "ФИО" if len(fields) > 1 else fields[0]


def _by_look(looks: str, kind: SourceKind) -> tuple[str, ...]:
    start = _BY_LOOK.get(looks)
    return tuple(name for name in TARGETS[kind].layout.known if start and name.startswith(start))[:1]


def _constants(grid: Grid, sheets: Sequence[str], guesses: Iterable[Guess], kind: SourceKind) -> dict[str, str]:
    """What names tell: the form by the sheets' or the file's, the kinship by a header such as «ФИО матери»."""
    given = {name for guess in guesses for name in guess.fields}
    known = TARGETS[kind].layout.known
    told: dict[str, str] = {}
    if FORM in known and FORM not in given and kind is SourceKind.PUPILS:
        if sheets and all(map(form_in, sheets)):
            told[FORM] = BY_SHEET
        elif form_in(grid.source.name):
            told[FORM] = BY_FILE
    for guess in guesses:
        kin = next((word for stem, word in _KIN.items() if stem in guess.header.casefold()), "")
        number = next((name[-1] for name in guess.fields if name.startswith("Фамилия Родителя")), "")
        name = "Степень родства" if number == "1" else "Степень родства Родителя 2"
        if kin and number and name not in given:
            told[name] = kin
    return told
