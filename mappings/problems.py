"""Problem codes in words for a clerk (`tables/problems.toml`)."""

from __future__ import annotations

from typing import NamedTuple

from mappings.tables import read


class ProblemText(NamedTuple):
    sentence: str
    advice: str


def problem_text(code: str) -> ProblemText:
    """What is wrong and what to do now, in Russian, without personal data. Raises KeyError for an unknown code."""
    row = read("problems")[code]
    return ProblemText(row["says"], row["do"])
