"""Problem codes in words for a clerk: of files (`problems.toml`), of the register, of the data as a whole."""

from __future__ import annotations

from typing import NamedTuple

from mappings.tables import read

_TABLES = ("problems", "problems_paper", "quality")


class ProblemText(NamedTuple):
    sentence: str
    advice: str


def problem_text(code: str, lang: str = "ru") -> ProblemText:
    """What is wrong and what to do now, without personal data, in `ru` or `en`. Raises KeyError for an unknown code."""
    row = next((known[code] for known in map(read, _TABLES) if code in known), None)
    if row is None:
        raise KeyError(code)
    ending = "_en" if lang == "en" else ""
    return ProblemText(row["says" + ending], row["do" + ending])
