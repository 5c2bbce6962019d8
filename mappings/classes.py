"""Names of forms: «5 "А"», «5-а», «05А», «5A» are one form, and what is not a form's name stays as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(
    r"""
    0?(?P<grade>1[01]|[1-9])    # 1-11, perhaps written 05
    (?![0-9_])
    \s*[-–—]?\s*["'«“„]?\s*
    (?P<letter>[^\W\d_])?
    \s*["'»”“]?\s*
    (?:\s*кл(?:асс)?\.?)?
    (?P<tail>\(.*)?
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_GRADE = re.compile(r"0?(1[01]|[1-9])(?![0-9_])\s*[-–—]?\s*[\"'«“„]?\s*[^\W\d_]")
_LATIN_TWINS = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")


@dataclass(frozen=True, slots=True)
class FormName:
    """`name` as it is shown and compared; `grade` 1-11, or 0 where the name tells none."""

    name: str
    grade: int


def parse_form(text: str) -> FormName:
    """The form's name in the house spelling: «7Б», «11И (техн.)». Total, deterministic, idempotent.

    A grade 1-11 followed by ONE letter: the letter becomes a capital, and a Latin one that looks Cyrillic
    (A B C E H K M O P T X Y) becomes Cyrillic; other Latin letters (D, F) stay, the word «класс» after it goes. A grade
    followed by anything else but brackets («10АБ», «7Б вечер») is kept as written. Without a leading grade («JC1»,
    «Teachers Time», «01_25», «10-11») only spaces are cleaned and the grade is 0.
    """
    written = " ".join(text.split()).rstrip("_ ")
    found = _NAME.fullmatch(written)
    if not found:
        leading = _GRADE.match(written)
        return FormName(written, int(leading[1]) if leading else 0)
    letter = (found["letter"] or "").upper().translate(_LATIN_TWINS)
    tail = found["tail"]
    name = f"{int(found['grade'])}{letter}"
    return FormName(f"{name} {tail}" if tail else name, int(found["grade"]))


def normalise_form(text: str) -> str:
    """The form's name alone, in the house spelling."""
    return parse_form(text).name
