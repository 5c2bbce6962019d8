"""The verb `register`: a form's subject as it stood at a moment, in names; the diary is not asked (R086)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from gateway.errors import DataError
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.register.facts import recognised, school_facts
from gateway.register.history import history_of, last_pull
from gateway.reports.directory import by_alphabet
from mappings.classes import normalise_form
from state.identity import SourcedId, form_id, form_of, group_year, subject_id
from state.register import CellKind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from zoneinfo import ZoneInfo

    from gateway.office import Office
    from gateway.register.history import Correction, PageHistory, PastCell, PastPage, PastPupil
    from gateway.reports.directory import Directory
    from state.records import Consent, GradingPeriod, Record
    from state.register import Page
    from state.snapshot import Snapshot
    from state.store import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """What the ledger can tell of a form's subject, with everything needed to put it into names."""

    form: str
    subject: str
    asked: datetime
    """The moment the register is shown of."""
    pulled_at: datetime | None
    """When the last whole pull before that moment ended."""
    history: PageHistory
    names: Directory
    consentless: Collection[SourcedId]
    zone: ZoneInfo

    @property
    def is_known(self) -> bool:
        """False: at that moment the ledger had not seen this page yet."""
        since = self.history.known_since
        return since is not None and since <= self.asked

    def register(self, period: GradingPeriod) -> dict[str, Any]:
        """`register/1`: the pages of the form and its subgroups on the days of the period."""
        pages = self.history.at(self.asked)
        days = {"starts": period.starts.isoformat(), "ends": period.ends.isoformat()}
        told = {"number": period.number, "name": period.name, **days}
        return {
            **self._head("register/1"),
            "period": told,
            "pages": [self._page(page, period) for page in pages] if self.is_known else [],
        }

    def corrections(self, period: GradingPeriod | None = None) -> dict[str, Any]:
        """`register-corrections/1`: each change up to the moment, of lessons of the period or of all."""
        found = self.history.corrections(self.asked)
        kept = [
            one for one in found if not period or one.kind is CellKind.MEMBER or period.starts <= one.day <= period.ends
        ]
        return {**self._head("register-corrections/1"), "items": [self._item(one) for one in kept]}

    def _head(self, schema: str) -> dict[str, Any]:
        return {
            "schema": schema,
            "form": self.form,
            "subject": self.subject,
            "at": self._local(self.asked),
            "pulled_at": self._local(self.pulled_at),
            "known_since": self._local(self.history.known_since),
            "known": self.is_known,
        }

    def _page(self, page: PastPage, period: GradingPeriod) -> dict[str, Any]:
        columns = [one for one in page.columns if period.starts <= one.day <= period.ends]
        finals = {day for pupil in page.pupils for day in pupil.finals if period.starts <= day <= period.ends}
        pupils = sorted(page.pupils, key=lambda pupil: (by_alphabet(self.names.pupil(pupil.person)), pupil.person))
        places = {(one.day, one.nth) for one in columns}
        told = [self._pupil(pupil, places, finals) for pupil in pupils]
        return {
            "group": page.page.group,
            "group_name": self.names.group(page.page.group),
            "columns": [
                {
                    "day": one.day.isoformat(),
                    "nth": one.nth,
                    "lesson": one.lesson,
                    "teachers": [{"id": who, "name": self.names.initials(who)} for who in one.teachers],
                    "topic": one.topic,
                    "homework": one.homework,
                }
                for one in columns
            ],
            "finals": sorted(day.isoformat() for day in finals),
            "pupils": [row for row in told if row["listed"] or row["marks"] or row["finals"]],
        }

    def _pupil(self, pupil: PastPupil, places: set[tuple[date, int]], finals: set[date]) -> dict[str, Any]:
        marks = [(place, cell) for place, cell in sorted(pupil.marks.items()) if place in places]
        return {
            "person": pupil.person,
            "name": self.names.pupil(pupil.person),
            "listed": pupil.listed,
            "no_consent": pupil.person in self.consentless,
            "marks": [{"day": day.isoformat(), "nth": nth, **self._cell(cell)} for (day, nth), cell in marks],
            "finals": [
                {"day": day.isoformat(), **self._cell(cell)} for day, cell in pupil.finals.items() if day in finals
            ],
        }

    def _cell(self, cell: PastCell) -> dict[str, Any]:
        return {"value": cell.value, "raw": cell.raw, **self._entered(cell)}

    def _entered(self, what: PastCell | Correction) -> dict[str, Any]:
        return {
            "by": what.author,
            "by_name": self.names.initials(what.author) if what.author else "",
            "set_at": self._local(what.set_at),
            "days_after": what.late,
        }

    def _item(self, one: Correction) -> dict[str, Any]:
        is_list = one.kind is CellKind.MEMBER
        return {
            "what": one.what.value,
            "kind": one.kind.name.lower(),
            "group": one.page.group,
            "group_name": self.names.group(one.page.group),
            "day": None if is_list else one.day.isoformat(),
            "nth": one.nth,
            "person": one.person,
            "name": self.names.pupil(one.person) if one.person else "",
            "old": self._said(one.kind, one.old),
            "new": self._said(one.kind, one.new),
            "seen_at": self._local(one.seen_at),
            **self._entered(one),
        }

    def _said(self, kind: CellKind, value: str) -> str:
        """A lesson in names: «3, Образцова А. И.»; «+» for a place on the list."""
        if kind is CellKind.MEMBER:
            return "+" if value else ""
        if kind is not CellKind.LESSON or not value:
            return value
        number, _bar, teachers = value.partition("|")
        named = (self.names.initials(SourcedId(who)) for who in teachers.split(",") if who)
        return ", ".join(filter(None, (number, *named)))

    def _local(self, moment: datetime | None) -> str | None:
        return moment.astimezone(self.zone).isoformat(timespec="seconds") if moment else None


def look_back(office: Office, form: str, subject: str, asked: datetime | None = None) -> LookBack:
    """Everything the ledger knows of the form's subject; raises DataError naming what it does know."""
    now = office.clock.now()
    names, (consents, local) = office.directory(), _school(office)
    zone = office.settings.zone
    facts = school_facts(local, consents, now.astimezone(zone).date())
    with in_our_words(), office.store.begin() as work:
        wanted = _wanted(work, office.settings.school.year, form, subject, names)
        known = recognised(work, facts)
        return LookBack(
            form=normalise_form(form),
            subject=names.subject(subject_id(subject)),
            asked=asked or now,
            pulled_at=last_pull(work, asked),
            history=history_of(work, wanted, zone),
            names=names,
            consentless=facts.consentless | {who for who, pupil in known.items() if pupil in facts.consentless},
            zone=zone,
        )


def period_at(office: Office, moment: datetime | None, number: int | None = None) -> GradingPeriod:
    """That period; without a number the one going on at the moment (None: now), else the last that had begun."""
    if number is not None or moment is None:
        return office.days.period(number)
    known = office.days.periods()
    day = moment.astimezone(office.settings.zone).date()
    return ([item for item in known if item.starts <= day] or known[:1])[-1]


def moment_of(text: str, zone: ZoneInfo) -> datetime:
    """«2026-10-15» is the end of that day in the school's zone, «2026-10-15T14:30» that minute; else ValueError."""
    read = datetime.fromisoformat(text)
    if len(text) == len("2026-10-15"):
        following = datetime.combine(read.date() + timedelta(days=1), time.min, zone)
        return following.astimezone(UTC) - timedelta(microseconds=1)
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)


def _school(office: Office) -> tuple[tuple[Consent, ...], Snapshot[Record]]:
    """The people of the school's files: a scope of no days, so that no lesson is laid out."""
    first = office.days.periods()[0].starts
    school = office.assembled(office.days.scope(starts=first, ends=first - timedelta(days=1)))
    return school.consents, school.snapshot


def _wanted(work: UnitOfWork, year: int, form: str, subject: str, names: Directory) -> dict[int, Page]:
    """The pages of the subject of the form and its subgroups, by their numbers."""
    asked = form_id(year, normalise_form(form))
    pages = {number: page for number, page in work.pages().items() if group_year(page.group) == year}
    if not pages:
        raise DataError(_("Журнал этого учебного года ещё не забирали"), _("Сначала: sverka pull"))
    of_form = {number: page for number, page in pages.items() if _form(page.group) == _form(asked)}
    if not of_form:
        forms = sorted({names.group(page.group) for page in pages.values() if _is_form(page.group)}, key=by_alphabet)
        raise DataError(
            _("В забранном журнале нет класса {form}").format(form=form),
            _("Есть: {forms}").format(forms=", ".join(forms)),
        )
    wanted = {number: page for number, page in of_form.items() if page.subject == subject_id(subject)}
    if not wanted:
        subjects = sorted({names.subject(page.subject) for page in of_form.values() if page.subject})
        raise DataError(
            _("В забранном журнале у класса {form} нет предмета {subject}").format(form=form, subject=subject),
            _("Есть: {subjects}").format(subjects=", ".join(subjects)),
        )
    return wanted


def _form(group: SourcedId) -> str | None:
    found = form_of(group)
    return found[0] if found else None


def _is_form(group: SourcedId) -> bool:
    return group.startswith("form:")
