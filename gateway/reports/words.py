"""The words of the reports in one language, from `words.toml`; codes never reach a reader."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

_NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Words:
    """One language: `codes`, `severities`, `why`, `said`, `protocol`, `columns`, each a table of texts."""

    lang: str
    tables: Mapping[str, Mapping[str, str]]

    def of(self, table: str, key: str) -> str:
        """The text; KeyError for a key the catalogue lacks (a test holds it complete)."""
        return self.tables[table][key]

    def title(self, key: str) -> str:
        return self.tables["protocol"][key]

    def reason(self, why: str) -> str:
        """The reasons of a finding, «; » between them, figures put in; blank where the code says it all."""
        return "; ".join(filter(None, map(self._reason, why.split("; "))))

    def _reason(self, why: str) -> str:
        key, _, figure = why.partition(":")
        if key == "three_way":
            return self.three_way(figure)
        shown = self.percent(figure) if key == "similarity" else figure
        return self.tables["why"][key].format(figure=shown)

    def three_way(self, said: str) -> str:
        """«страница 4 · ведомость 5 · дневник 4» of «4|5|4»; «?» is a side that is not known."""
        names = ("page", "summary", "diary")
        told = [(name, text) for name, text in zip(names, said.split("|"), strict=True) if text != "?"]
        return " · ".join(f"{self.of('three_way', name)} {text or self.of('said', 'blank')}" for name, text in told)

    def count(self, number: int) -> str:
        """«12 345» in Russian, 12,345 in English."""
        return f"{number:,}".replace(",", _NO_BREAK if self.lang == "ru" else ",")

    def agreement(self, equal: int, compared: int) -> str:
        """Percent with two decimals, cut, never rounded up: 100 stands for every cell. Blank for nothing compared."""
        if not compared:
            return ""
        hundredths = 10_000 * equal // compared
        text = f"{hundredths // 100}.{hundredths % 100:02d}"
        return text.replace(".", ",") if self.lang == "ru" else text

    def percent(self, share: str) -> str:
        """A share between 0 and 1 with two decimals, in percent."""
        return f"{round(float(share) * 100)}{_NO_BREAK if self.lang == 'ru' else ''}%"

    def day(self, day: date) -> str:
        return f"{day:%d.%m.%Y}" if self.lang == "ru" else day.isoformat()

    def moment(self, moment: datetime) -> str:
        return f"{self.day(moment)} {moment:%H:%M}"


@cache
def words(lang: str = "ru") -> Words:
    """The words of `ru` or `en`; KeyError for another language."""
    catalogue = tomllib.loads((resources.files("gateway.reports") / "words.toml").read_text(encoding="utf-8"))
    return Words(lang, catalogue[lang])
