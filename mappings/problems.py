"""Problem codes in words for a clerk (`tables/problems.toml`, and `tables/problems_paper.toml` for the register)."""

from __future__ import annotations

from typing import NamedTuple

from mappings.tables import read


class ProblemText(NamedTuple):
    sentence: str
    advice: str


def problem_text(code: str, lang: str = "ru") -> ProblemText:
    """What is wrong and what to do now, without personal data, in `ru` or `en`. Raises KeyError for an unknown code."""
    row = {**read("problems"), **read("problems_paper")}[code]
    ending = "_en" if lang == "en" else ""
    return ProblemText(row["says" + ending], row["do" + ending])
