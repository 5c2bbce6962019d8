"""Which register a page was judged by: paper where both are kept, the diary where paper is its copy (R002, R009)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.reports.words import Words

PAPER, DIARY = "paper", "diary"
_BY = {"parallel": PAPER, "electronic-only": DIARY}
SHORT = 12
"""Digits of a scan's hash as printed."""


def reference_of(spans: Sequence[Mapping[str, Any]], words: Words) -> str:
    """«бумажный журнал»; with its days where it was not the same on every day of the period."""
    told = [(words.title(f"reference_{_BY[span['mode']]}"), span) for span in spans]
    names = dict.fromkeys(name for name, _span in told)
    if not told:
        return words.title(f"reference_{PAPER}")
    if len(names) == 1 and all(span["whole"] for _name, span in told):
        return next(iter(names))
    return ", ".join(f"{name} ({_day(words, span['first'])}–{_day(words, span['last'])})" for name, span in told)


def judged_by(spans: Sequence[Mapping[str, Any]], day: str | None) -> str:
    """Which side the cells of that day were measured by; without a day, that of the page's last days."""
    holding = [span for span in spans if day is None or span["first"] <= day <= span["last"]]
    return _BY[holding[-1]["mode"]] if holding else PAPER


def _day(words: Words, day: str) -> str:
    return words.day(date.fromisoformat(day))
