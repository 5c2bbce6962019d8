"""Report cards of an electronic register, taken in as summary sheets of their form: one for each period with marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.paper.report_card import read_report_cards
from gateway.i18n import _
from gateway.register.summaries import YEAR, year_period
from gateway.register.transcribe import Typed
from mappings.classes import normalise_form
from mappings.paper.summary import card_summaries
from state.identity import form_id
from state.local import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.office import Office
    from gateway.register.transcribe import Rosters
    from state.identity import SourcedId


def known_subjects(office: Office) -> set[SourcedId]:
    """Those of the school's files and of its register."""
    with office.store.begin() as work:
        paged = {page.subject for page in work.pages().values()}
    return paged.union(office.directory().subjects)


def read_cards(office: Office, path: Path, rosters: Rosters) -> Typed:
    """What the cards say, none of it stored yet; a form that is not ours this year is refused with a problem."""
    report = read_report_cards(path)
    form = form_id(report.school_year or office.settings.school.year, normalise_form(report.form))
    if form not in rosters:
        said = ", ".join(filter(None, (report.form, str(report.school_year or ""))))
        unknown = Problem(code="GROUP_UNKNOWN", where=report.source, raw=said, blocks=True)
        return Typed(source=report.source, sha256=report.sha256, pages=(), problems=(unknown,))
    periods = office.days.periods()
    known = {period.number: period for period in periods} | {YEAR: year_period(periods, _("Год"))}
    taken = card_summaries(report, form, known, rosters[form], known_subjects(office))
    return Typed(
        source=report.source,
        sha256=report.sha256,
        pages=(),
        problems=tuple(taken.problems),
        summaries=tuple(taken.summaries),
        strangers=taken.strangers,
    )
