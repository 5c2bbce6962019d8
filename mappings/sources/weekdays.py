"""Weekdays and weeks as people and programs write them: «Пн», «ПОНЕДЕЛЬНИК», «А-Понедельник», «чётная неделя»."""

from __future__ import annotations

import re

_WEEKDAYS = (
    r"понедельник|понед|пон|пн|monday|mon|mo",
    r"вторник|втор|вт|tuesday|tue|tu",
    r"среда|сред|ср|wednesday|wed|we",
    r"четверг|четв|чт|thursday|thu|th",
    r"пятница|пятн|пт|friday|fri|fr",
    r"суббота|субб|сб|saturday|sat|sa",
    r"воскресенье|воскр|воск|вс|sunday|sun|su",
)
_WEEKDAY = re.compile(rf"(?<![^\W_])(?:{'|'.join(f'({names})' for names in _WEEKDAYS)})(?![^\W_])")
_SPACED = re.compile(r"(?:\w ){2,}\w")
_NUMBERED = re.compile(
    r"(?<!\w)([12])(?:-?[яй])?\W{0,3}нед\w*|нед\w*\W{0,3}(?:№\s*)?([12])(?!\w)|(?<!\w)([12])\W{0,3}week|week\W{0,3}([12])"
)
_LETTERED = re.compile(r"(?<!\w)(?:нед\w*\W{0,3}([абвab])(?!\w)|([абвab])\W{0,3}нед\w*)")
_WORDS = (
    (re.compile(r"нечетн|(?<!\w)нечет(?!\w)|числит|перв\w+ нед|верхн\w+ нед"), 0),
    (re.compile(r"(?<!не)четн|(?<!\w)чет(?!\w)|знаменат|втор\w+ нед|нижн\w+ нед"), 1),
)


def find_weekday(text: str) -> tuple[int, str] | None:
    """(ISO weekday, the rest of the text in lower case); None where the text names no weekday.

    A name written letter under letter («П О Н …») is read too.
    """
    key = " ".join(text.split()).casefold().replace("ё", "е")
    if _SPACED.fullmatch(key):
        key = key.replace(" ", "")
    found = _WEEKDAY.search(key)
    if found is None:
        return None
    return int(found.lastindex or 0), f"{key[: found.start()]} {key[found.end() :]}".strip()


def find_week(text: str) -> int | None:
    """Which of two weeks the text is about: 0 the first, odd, «А», числитель; 1 the other; None where it says none."""
    key = " ".join(text.split()).casefold().replace("ё", "е")
    if numbered := _NUMBERED.search(key):
        return int(next(group for group in numbered.groups() if group)) - 1
    if lettered := _LETTERED.search(key):
        return 0 if (lettered[1] or lettered[2]) in "аa" else 1
    return next((week for pattern, week in _WORDS if pattern.search(key)), None)
