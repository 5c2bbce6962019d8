"""Exchanges of a NIKA file: what an hour of a class is on one day, against what its week says.

A lesson taught by somebody else is a substitution; one that is gone is a cancelled one; one of another subject is both
a cancelled lesson and a lesson of that day alone, for a substitution keeps the subject (R025).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sources.nika_wire import CANCELLED
from mappings.dates import parse_day
from mappings.sources.provisional import undated_form
from mappings.sources.substitutions import NO_SUBJECT, NOBODY
from state.records import Substitution, TimetableCard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from connectors.sources.nika_wire import NikaExchange, NikaFile
    from mappings.sources.nika_names import Names, Taught
    from mappings.sources.notes import Notes
    from state.identity import SourcedId
    from state.local import Coverage

Week = dict[tuple[str, str, int, int], tuple["Taught", ...]]
"""Period, class, ISO weekday, number: what stands there every week."""


@dataclass
class Exchanges:
    """Grows with each exchange of the file."""

    file: NikaFile
    names: Names
    notes: Notes
    runs: Mapping[str, tuple[Coverage, ...]]
    week: Week
    substitutions: dict[Substitution, None] = field(default_factory=dict)
    cards: list[TimetableCard] = field(default_factory=list)

    def take(self, exchange: NikaExchange) -> tuple[Taught, ...]:
        """The exchange is a substitution, a lesson of that day, or a problem. What is taught instead is returned."""
        day = parse_day(exchange.day)
        if day is None or exchange.class_id not in self.file.classes:
            code, raw = ("REFERENCE_BAD", f"CLASSES={exchange.class_id}") if day else ("DATE_BAD", exchange.day)
            self.notes.add(code, exchange.where, raw, blocks=True)
            return ()
        usual, instead, mentioned = self._usual(exchange, day), [], set()
        for entry in exchange.entries:
            if entry.subject == CANCELLED:
                mentioned.add(self._group_of(exchange, entry.group))
            elif taught := self.names.entry(exchange.class_id, entry, exchange.where):
                instead.append(taught)
                mentioned.add(taught.group)
        self._compare(exchange, day, list(usual), instead, mentioned)
        return tuple(instead)

    def _usual(self, exchange: NikaExchange, day: date) -> tuple[Taught, ...]:
        for period, runs in self.runs.items():
            if any(run.starts <= day <= run.ends for run in runs):
                return self.week.get((period, exchange.class_id, day.isoweekday(), exchange.number), ())
        return ()

    def _group_of(self, exchange: NikaExchange, group: str) -> SourcedId:
        form = undated_form(self.file.classes[exchange.class_id])
        return self.names.group(exchange.class_id, group) if group in self.file.groups else form

    def _compare(
        self,
        exchange: NikaExchange,
        day: date,
        usual: list[Taught],
        instead: list[Taught],
        mentioned: set[SourcedId],
    ) -> None:
        form = undated_form(self.file.classes[exchange.class_id])
        if not usual and not instead:  # cancelled, and nothing stood there: `assemble` will say so
            self._substitute(day, exchange.number, form, NO_SUBJECT, NOBODY, None)
        changed = []
        for new in instead:
            same = next((old for old in usual if old[:3] == new[:3]), None)
            if same is None:
                changed.append(new)
                continue
            usual.remove(same)
            if same.room != new.room:
                self.notes.add("EXCHANGE_OF_ROOM", exchange.where, new.room)
        for new in changed:
            self._replace(exchange, day, usual, new)
        for old in usual:
            if {old.group, form} & mentioned or (old.group == form and instead):
                self._substitute(day, exchange.number, old.group, old.subject, old.teacher or NOBODY, None)
            else:
                self.notes.add("EXCHANGE_PARTIAL", exchange.where, old.group.rpartition(":")[2])

    def _replace(self, exchange: NikaExchange, day: date, usual: list[Taught], new: Taught) -> None:
        """The same subject of the same group is taught by somebody else; anything else is a lesson of that day."""
        same = next((old for old in usual if old[:2] == new[:2]), None)
        if same is None:
            self.cards.append(_lesson(new, day, exchange.number))
            return
        usual.remove(same)
        if new.teacher:
            self._substitute(day, exchange.number, new.group, new.subject, same.teacher or NOBODY, new.teacher)

    def _substitute(
        self, day: date, number: int, group: SourcedId, subject: SourcedId, absent: SourcedId, new: SourcedId | None
    ) -> None:
        item = Substitution(day=day, number=number, group=group, subject=subject, absent=absent, substitute=new)
        self.substitutions[item] = None


def _lesson(taught: Taught, day: date, number: int) -> TimetableCard:
    """A lesson of one day."""
    return TimetableCard(
        groups=(taught.group,),
        subject=taught.subject,
        teachers=taught.teachers,
        weekdays=(day.isoweekday(),),
        weeks="1",
        number=number,
        room=taught.room,
        starts=day,
        ends=day,
    )


def teachers_named(substitutions: Sequence[Substitution]) -> set[SourcedId]:
    """Everybody a substitution names."""
    named = {one for item in substitutions for one in (item.absent, item.substitute) if one}
    return named - {NOBODY}
