"""Cells of an electronic register's report in canonical tokens, by the legend that the report itself prints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mappings.vocabulary import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mappings.vocabulary import Tokens

MEANINGS = {
    "неуважительная": "нп",
    "уважительная": "уп",
    "болезнь": "б",
    "опоздание": "оп",
}
"""What the legend says beside a letter → our token (formats.md §5, layout A)."""


class UnknownMeaning(LookupError):
    """The legend explains a letter by a word that we have no token for."""


def letters(legend: Mapping[str, str]) -> dict[str, str]:
    """Letter → token; raises UnknownMeaning, because «О» is «опоздание» in one product and «освобождён» in another."""
    found = {}
    for letter, meaning in legend.items():
        if meaning.casefold() not in MEANINGS:
            raise UnknownMeaning(f"{letter} {meaning}")
        found[letter] = MEANINGS[meaning.casefold()]
    return found


def cell_tokens(raw: str, legend: Mapping[str, str]) -> Tokens:
    """«О 2 5» → marks 2, 5 and «оп». An absence that the legend lacks, or a second different one, is illegal.

    Args:
        raw: the cell as the report has it; words are separated by spaces, «3/3» is two marks.
        legend: the report's own letters and meanings.
    """
    tokens = letters(legend)
    attendance, rest, illegal = "", [], []
    for word in raw.split():
        token = tokens.get(word, "")
        if token and attendance in ("", token):
            attendance = token
        elif token or canonical(word).attendance:
            illegal.append(word)
        else:
            rest.append(word)
    said = canonical(" ".join(rest))
    return replace(said, attendance=attendance, illegal=(*said.illegal, *illegal))
