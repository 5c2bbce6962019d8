"""Summary sheets in and out: the sheet to type, and what pages and diary say of the marks that came back on it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from connectors.paper.wire import SummaryEntries, TemplateSummary
from gateway.register import keys
from gateway.register.summary import Elsewhere, families_of
from mappings.names import normalise_name
from state.identity import period_id
from state.records import GradingPeriod, digest
from state.register import CellKind, Page, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl

    from connectors.paper.wire import TemplatePage
    from state.identity import SourcedId
    from state.paper import KeptTranscription
    from state.store import UnitOfWork
    from state.summaries import Summary

YEAR = 0
"""The number of the period that stands for the whole year."""


def year_period(periods: Sequence[GradingPeriod], name: str) -> GradingPeriod:
    """The year as a period: its marks stand at 31 August, where no period can end."""
    first = periods[0]
    return GradingPeriod(
        sourced_id=period_id(first.calendar, YEAR),
        calendar=first.calendar,
        name=name,
        number=YEAR,
        starts=first.starts,
        ends=date(first.starts.year + 1, 8, 31),
    )


def summary_sheets(
    pages: Sequence[TemplatePage], form: SourcedId, label: str, periods: Iterable[GradingPeriod]
) -> dict[TemplateSummary, SummaryEntries]:
    """The form's blank sheet for each of the periods: the pupils and subjects of its pages."""
    pupils = sorted({one for page in pages for one in page.pupils}, key=lambda one: (normalise_name(one[1]), one[0]))
    subjects = dict.fromkeys((page.subject, page.subject_label) for page in pages)
    return {
        TemplateSummary(
            form=form,
            period=period.sourced_id,
            group_label=label,
            period_label=period.name,
            starts=period.starts,
            ends=period.ends,
            pupils=tuple(pupils),
            subjects=tuple(subjects),
        ): SummaryEntries()
        for period in periods
    }


def sheets_digest(summaries: Iterable[Summary]) -> dict[str, str]:
    """SHA-256 of what these sheets say, for what a signature is bound to; often there are none."""
    told = sorted([one.form, one.period, one.sha256] for one in summaries)
    return {"summaries": digest(told)} if told else {}


def sheets_by_page(
    summaries: Iterable[Summary], divisions: Mapping[SourcedId, tuple[SourcedId, str]]
) -> Mapping[Page, list[dict[str, str]]]:
    """Which summary sheets speak of each page: those of its form."""
    kept: dict[Page, list[dict[str, str]]] = defaultdict(list)
    families = families_of(divisions)
    for one in summaries:
        told = {"form": one.form, "period": one.period, "source": one.source, "sha256": one.sha256}
        for group in (one.form, *families.get(one.form, ())):
            for subject in one.subjects:
                kept[Page(group=group, subject=subject)].append(told)
    return kept


def elsewhere(
    work: UnitOfWork,
    summaries: Iterable[Summary],
    typed: Iterable[tuple[KeptTranscription, date]],
    divisions: Mapping[SourcedId, tuple[SourcedId, str]],
    aliases: Mapping[SourcedId, SourcedId],
) -> Elsewhere:
    """What whole pages and the diary say of the period marks of these forms.

    `typed` are the whole transcriptions, each with its period's last day. `aliases` as for `sides.two_sides`.
    """
    forms = {one.form for one in summaries}
    if not forms:
        return Elsewhere()
    families = families_of(divisions)
    groups = forms | {half for form in forms for half in families.get(form, ())}
    places = {number: page for number, page in work.pages().items() if page.group in groups}
    papers = [(item, ends) for item, ends in typed if item.page.group in groups and CellKind.FINAL not in item.silent]
    people = {number: aliases.get(person, person) for number, person in work.persons().items()}
    diary = work.register_now(places)
    page: dict[tuple[Page, date, SourcedId], str] = {}
    listed: dict[tuple[Page, date], frozenset[SourcedId]] = {}
    for item, ends in papers:
        frame = work.paper_frame([item])
        page |= _finals(frame, places, people)
        members = frame.filter(keys.is_kind(CellKind.MEMBER)).select(keys.PERSON).to_series()
        listed[item.page, ends] = frozenset(people[number] for number in members)
    return Elsewhere(
        page=page, diary=_finals(diary, places, people), on_pages=listed, on_lists=_lists(diary, places, people)
    )


def _finals(
    frame: pl.DataFrame, places: Mapping[int, Page], people: Mapping[int, SourcedId]
) -> dict[tuple[Page, date, SourcedId], str]:
    """Period marks as written, by page, day and pupil."""
    found = {}
    for key, value, raw in frame.filter(keys.is_kind(CellKind.FINAL)).select("key", "value", "raw").iter_rows():
        page, day, _nth, _kind, person = unpack(key)
        found[places[page], day, people[person]] = raw or value
    return found


def _lists(
    frame: pl.DataFrame, places: Mapping[int, Page], people: Mapping[int, SourcedId]
) -> dict[SourcedId, frozenset[SourcedId]]:
    seats: dict[SourcedId, set[SourcedId]] = defaultdict(set)
    for page, person in frame.filter(keys.is_kind(CellKind.MEMBER)).select(page=keys.PAGE, who=keys.PERSON).rows():
        seats[places[page].group].add(people[person])
    return {group: frozenset(who) for group, who in seats.items()}
