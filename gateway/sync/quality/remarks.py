"""The words of a data report: a remark, how much it weighs, and the report itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from mappings.tables import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Weight(StrEnum):
    """Heaviest first."""

    BLOCKS = "blocks"
    """Something does not travel to the diary until it is mended."""
    RISK = "risk"
    """It travels, and may meet the wrong object there or be wrong in a report."""
    NOTE = "note"
    """Good to know; nothing depends on it today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One fault of the data. `who` and `raw` hold personal data: for this machine's screen and files only."""

    code: str
    weight: Weight
    who: str = ""
    """The person, form or subject it is about, as people call it."""
    where: str = ""
    """«file!sheet!B7» where a file shows it; blank for what only the files together show."""
    raw: str = ""
    hint: str = ""
    """Names that are close to the one nobody answers to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReport:
    """All remarks, heaviest first, then the most frequent code, then by name."""

    remarks: tuple[Remark, ...]

    @property
    def by_code(self) -> Mapping[tuple[Weight, str], int]:
        """(weight, code) → how many, in the order of the report."""
        return Counter((remark.weight, remark.code) for remark in self.remarks)

    @property
    def by_weight(self) -> Mapping[Weight, int]:
        counted = Counter(remark.weight for remark in self.remarks)
        return {weight: counted[weight] for weight in Weight}


def report(remarks: Iterable[Remark]) -> DataReport:
    """The remarks in their order; equal ones once."""
    once = tuple(dict.fromkeys(remarks))
    often = Counter(remark.code for remark in once)
    rank = {weight: number for number, weight in enumerate(Weight)}

    def place(remark: Remark) -> tuple[int, int, str, str, str, str]:
        return rank[remark.weight], -often[remark.code], remark.code, remark.who, remark.where, remark.raw

    return DataReport(remarks=tuple(sorted(once, key=place)))


@cache
def weight_of(code: str) -> Weight:
    """The weight the table gives a code of this room. Raises KeyError for a code it does not know."""
    return Weight(read("quality")[code]["weight"])


def remark(code: str, who: str = "", raw: str = "", where: str = "") -> Remark:
    """A remark of this room's own table."""
    return Remark(code=code, weight=weight_of(code), who=who, raw=raw, where=where)
