"""Problem codes in words for a clerk (`tables/problems.toml`, and `tables/problems_paper.toml` for the register)."""

from __future__ import annotations

from typing import NamedTuple

from mappings.tables import read


class ProblemText(NamedTuple):
    sentence: str
    advice: str


def problem_text(code: str) -> ProblemText:
    """What is wrong and what to do now, in Russian, without personal data. Raises KeyError for an unknown code."""
    row = {**read("problems"), **read("problems_paper")}[code]
    return ProblemText(row["says"], row["do"])
