"""How each form's register is kept on which day (R002-R004, R009), and the verb that says so.

A form's own record speaks on the days it holds for, else that of the whole school, else the register is kept in
parallel. Of several the one that begins last holds. A record with a subject or a teacher is a pilot: only what the
pilots since the last record without one name is kept on both sides, and nothing else is compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from gateway.actor import named
from gateway.errors import DataError
from gateway.i18n import _
from mappings.approvals import read_document
from state.identity import form_id, form_of, group_year
from state.modes import EVERYTHING, Mode, ModeRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from state.identity import SourcedId
    from state.store import Store

JOURNAL_KIND = "register_mode_set"


@dataclass(frozen=True, slots=True)
class Span:
    """A page is compared on these days, both included, in this mode."""

    first: date
    last: date
    mode: Mode


@dataclass(frozen=True)
class Modes:
    """All records of a school, the oldest first; none of them: everything is kept in parallel."""

    records: tuple[ModeRecord, ...] = ()

    @cached_property
    def _of_form(self) -> dict[SourcedId, tuple[ModeRecord, ...]]:
        """The records of each form, and under EVERYTHING those of the school, in the order in which they give way."""
        found: dict[SourcedId, list[ModeRecord]] = {}
        for record in sorted(self.records, key=lambda one: (one.starts, one.number)):
            found.setdefault(record.form, []).append(record)
        return {form: tuple(records) for form, records in found.items()}

    def spans(
        self, group: SourcedId, subject: SourcedId, teachers: Collection[SourcedId] | None, starts: date, ends: date
    ) -> tuple[Span, ...]:
        """The days from `starts` to `ends` on which that page is compared, by mode; a subgroup follows its form.

        `teachers` are those who teach it; None, where nobody knows, is within every teacher's scope: what cannot be
        shown to lie outside is compared. Neighbouring days of one mode make one span; days that are in none are
        outside the pilot's scope.
        """
        if not self.records and starts <= ends:  # a district's check asks for 20 000 pages
            return (Span(starts, ends, Mode.PARALLEL),)
        found: list[Span] = []
        for first, after in pairwise(self._turns(group, starts, ends)):
            mode = self.on(group, subject, teachers, first)
            last = after - timedelta(days=1)
            if mode is None:
                continue
            if found and found[-1].mode is mode and found[-1].last + timedelta(days=1) == first:
                first = found.pop().first
            found.append(Span(first, last, mode))
        return tuple(found)

    def on(
        self, group: SourcedId, subject: SourcedId, teachers: Collection[SourcedId] | None, day: date
    ) -> Mode | None:
        """The mode in which that page is compared that day; None outside the pilot's scope."""
        holding = self.holding(group, day)
        if not holding:
            return Mode.PARALLEL
        if not holding[0].is_pilot:
            return holding[0].mode
        covered = any(
            one.subject in (EVERYTHING, subject) and (not one.teacher or teachers is None or one.teacher in teachers)
            for one in holding
        )
        return Mode.PARALLEL if covered else None

    def holding(self, group: SourcedId, day: date) -> tuple[ModeRecord, ...]:
        """What is in force for a group that day: one record without a scope, or the pilots; nothing: the default."""
        for form in (_form(group), EVERYTHING):
            records = [one for one in self._of_form.get(form, ()) if _holds(one, day)]
            if not records:
                continue
            if not records[-1].is_pilot:
                return (records[-1],)
            whole = [place for place, one in enumerate(records) if not one.is_pilot]
            return tuple(records[whole[-1] + 1 if whole else 0 :])
        return ()

    def ever(self, mode: Mode, starts: date, ends: date) -> tuple[SourcedId, ...]:
        """The forms, or EVERYTHING for the school, whose records put that mode in force on some of these days."""
        return tuple(
            sorted(
                form
                for form in self._of_form
                if any(
                    one.mode is mode
                    for first in self._turns(form, starts, ends)[:-1]
                    for one in self.holding(form, first)
                )
            )
        )

    def _turns(self, group: SourcedId, starts: date, ends: date) -> list[date]:
        """The days on which something begins or has ended, `starts` first; the day after `ends` last."""
        after = ends + timedelta(days=1)
        if starts > ends:
            return [after]
        records = [*self._of_form.get(_form(group), ()), *self._of_form.get(EVERYTHING, ())]
        days = {one.starts for one in records} | {one.ends + timedelta(days=1) for one in records if one.ends}
        return [starts, *sorted(day for day in days if starts < day < after), after]


def _holds(record: ModeRecord, day: date) -> bool:
    return record.starts <= day and (record.ends is None or day <= record.ends)


def _form(group: SourcedId) -> SourcedId:
    """The form of a subgroup; of a form, and of what has none, the group itself."""
    year, named = group_year(group), form_of(group)
    return form_id(year, named[0]) if year is not None and named else group


# --- the verb ---------------------------------------------------------------------------------------------------------


def set_mode(store: Store, wanted: ModeRecord, *, approval: str = "", who: str) -> tuple[ModeRecord, bool]:
    """From that day on the register is kept so: in memory and in the journal; False where it was said before.

    Raises DataError for electronic-only without the founder's approval by number and date (R009), with one of a later
    day than the first, or for a part of a form; for an end before the start, and without a name.
    """
    who = named(who)
    if wanted.ends and wanted.ends < wanted.starts:
        raise DataError(_("Режим кончается раньше, чем начинается"), _("Исправьте --from или --to"))
    number, approved = _approval(approval)
    if wanted.mode is Mode.ELECTRONIC_ONLY:
        _require_approval(wanted, approved)
    record = replace(wanted, approval=number, approved=approved, set_by=who)
    with store.begin() as work:
        same = [one for one in work.paperwork.modes() if one.form == record.form]
        if any(_same(one, record) for one in _in_force(same, record)):
            return next(one for one in _in_force(same, record) if _same(one, record)), False
        kept = work.paperwork.set_mode(record)
        work.record(JOURNAL_KIND, _event(kept), who)
        work.commit()
    return kept, True


def _in_force(records: Sequence[ModeRecord], record: ModeRecord) -> Iterable[ModeRecord]:
    """Of the records of that very day the last, or the pilots that stand together at the end."""
    same_day = [one for one in records if one.starts == record.starts]
    if not record.is_pilot:
        return same_day[-1:]
    whole = [place for place, one in enumerate(same_day) if not one.is_pilot]
    return same_day[whole[-1] + 1 if whole else 0 :]


def _same(one: ModeRecord, other: ModeRecord) -> bool:
    names = ("mode", "starts", "ends", "form", "subject", "teacher", "approval", "approved")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _require_approval(wanted: ModeRecord, approved: date | None) -> None:
    if wanted.is_pilot:
        raise DataError(
            _("Без бумаги ведётся весь журнал класса, а не один предмет или учитель"),
            _("Уберите --subject и --teacher"),
        )
    if approved is None:
        raise DataError(
            _("Отказ от бумажного журнала без согласования с учредителем не записывается"),
            _("Назовите номер и дату: --approval «№ 12 от 01.09.2026»"),
        )
    if approved > wanted.starts:
        raise DataError(
            _("Согласование от {day:%d.%m.%Y} моложе, чем отказ от бумаги").format(day=approved),
            _("Исправьте --approval или --from"),
        )


def _approval(text: str) -> tuple[str, date | None]:
    """(number, date) of «№ 12 от 01.09.2026»; blanks where nothing is said, DataError where it is not understood."""
    if not text.strip():
        return "", None
    document = read_document(text)
    if document is None:
        raise DataError(
            _("В согласовании нет номера и даты: {text}").format(text=text[:60]),
            _("Назовите номер и дату: --approval «№ 12 от 01.09.2026»"),
        )
    return document.number, document.day


def _event(kept: ModeRecord) -> dict[str, object]:
    return {
        "record": kept.number,
        "form": kept.form,
        "mode": kept.mode.value,
        "starts": kept.starts.isoformat(),
        "ends": kept.ends.isoformat() if kept.ends else None,
        "subject": kept.subject,
        "teacher": kept.teacher,
        "approval": [kept.approval, kept.approved.isoformat()] if kept.approved else None,
    }
