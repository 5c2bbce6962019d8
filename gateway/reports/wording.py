"""How one finding reads in a report: who, when, what stood on each side, in words instead of codes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from gateway.reports.directory import Directory, by_alphabet
from gateway.reports.figures import Row
from gateway.reports.reference import DIARY
from state.identity import SourcedId

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from gateway.reports.words import Words

_ON_LISTS = frozenset({"ROSTER_DIFF", "NO_CONSENT_IN_DIARY"})
"""Findings about the list of a group; their sides say «listed» or nothing."""
_SPOKEN = frozenset({"SUBGROUP_DIFF", "DATE_SHIFTED"})
"""Findings whose sides are a group or a date."""
_KEEPING = frozenset(
    {"ENTRY_LATE", "HOMEWORK_LATE", "FINAL_MISSING", "FINAL_LATE", "FINAL_UNJUSTIFIED", "CORRECTION_UNEXPLAINED"}
)
"""Findings about one side by itself: a blank is nothing to tell."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ONE_SIDED = {"DATE_ONLY_PAPER": ("kept", "lost"), "DATE_ONLY_DIARY": ("lost", "kept")}


@dataclass(frozen=True, slots=True)
class Wording:
    names: Directory
    words: Words
    zone: ZoneInfo

    def rows(self, found: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
        """By day, lesson and pupil, numbered from 1 within the page."""
        for number, row in enumerate(sorted(found, key=self.order), start=1):
            paper, diary = self.said(row)
            yield Row(
                finding_id=row["finding_id"],
                number=number,
                day=self.words.day(date.fromisoformat(row["day"])) if row["day"] else "",
                lesson=row["lesson"],
                pupil=self.pupil(row),
                paper=paper,
                diary=diary,
                kind=self.kind(row),
                note=self.words.reason(row["why"]),
                severity=row["severity"],
                entered=self.entered(row),
                decision=self.words.of("decisions", row["decision"]) if row.get("decision") else "",
                slip=str(row["slip"]) if row.get("slip") else "",
                due=self.words.day(date.fromisoformat(row["due"])) if row.get("due") else "",
            )

    def kind(self, row: Mapping[str, Any]) -> str:
        """What differs; of a page that is a copy of the diary it is said what is wrong with the copy."""
        by_diary = self.words.tables["codes_of_copies"]
        code = row["code"]
        return by_diary[code] if row.get("reference") == DIARY and code in by_diary else self.words.of("codes", code)

    def order(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return row["day"] or "", row["nth"], by_alphabet(self.pupil(row)), row["code"], row["finding_id"]

    def pupil(self, row: Mapping[str, Any]) -> str:
        return self.names.pupil(row["person"]) if row["person"] else ""

    def said(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """What stood on each side, in words where the value alone says nothing."""
        code = row["code"]
        if code in _ON_LISTS:
            return self.listed(row["paper"]), self.listed(row["diary"])
        if code == "SPREAD_MISMATCH":
            return self.spread(row["paper"]), ""
        if code == "SUBSTITUTION_DIFF":
            return self.teachers(row["paper"]), self.teachers(row["diary"])
        if code in _KEEPING:
            return row["paper"], row["diary"]
        if code in _SPOKEN:
            tell = self.group if code == "SUBGROUP_DIFF" else self.date
            return tell(row["paper"]), tell(row["diary"])
        if code in _ONE_SIDED:
            states = dict(zip(("paper", "diary"), _ONE_SIDED[code], strict=True))
            return self.lesson(row, states, "paper"), self.lesson(row, states, "diary")
        blank = self.words.of("said", "blank")
        return row["paper"] or blank, row["diary"] or blank

    def listed(self, value: str) -> str:
        return self.words.of("said", "listed" if value else "not_listed")

    def group(self, value: str) -> str:
        return self.names.group(SourcedId(value)) if value else self.words.of("said", "not_listed")

    def teachers(self, value: str) -> str:
        return ", ".join(self.names.teacher(SourcedId(one)) for one in value.split(",") if one)

    def spread(self, value: str) -> str:
        """«2026-09-04 | 2026-09-05»; «14 (2026-09-04) | 13»: what the left page says, and what the right one."""
        left, right = _DAY.sub(lambda day: self.words.day(date.fromisoformat(day[0])), value).split(" | ")
        return self.words.of("said", "spread").format(left=left, right=right)

    def date(self, value: str) -> str:
        """«2026-10-19 2» is the second lesson of that day."""
        day, _space, nth = value.partition(" ")
        return self.words.day(date.fromisoformat(day)) + (f" ({nth})" if nth else "")

    def lesson(self, row: Mapping[str, Any], states: Mapping[str, str], side: str) -> str:
        if states[side] == "lost":
            return self.words.of("said", "missing" if row["why"].startswith("entries") else "not_kept")
        if row["level"] == "page":
            return self.words.of("said", "page_kept")
        topic = row[side]
        return self.words.of("said", "kept") + (f": {topic}" if topic else "")

    def entered(self, row: Mapping[str, Any]) -> str:
        who = self.names.initials(row["author"]) if row["author"] else ""
        when = row["set_at"] and self.words.moment(datetime.fromisoformat(row["set_at"]).astimezone(self.zone))
        return ", ".join(part for part in (who, when) if part)
