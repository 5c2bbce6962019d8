"""Files of paper pages, read: our workbook and its CSV; which page of the school each of theirs is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.paper.csv_page import read_csv_pages
from connectors.paper.csv_template import write_csv_template
from connectors.paper.ejournal import is_ejournal
from connectors.paper.report_card import is_report_card
from connectors.paper.template import write_template
from connectors.paper.wire import LABEL_BREAK
from connectors.paper.workbook import read_workbook
from connectors.sources.container import is_zip
from connectors.sources.content import load, unpacked
from gateway.cards import known_subjects, read_cards
from gateway.ejournal import read_report
from gateway.errors import DataError
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.intake import each
from gateway.register.summaries import summary_sheets, year_period
from gateway.register.transcribe import take_in, typed_pages
from mappings.classes import normalise_form
from mappings.names import normalise_name
from state.identity import form_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from connectors.paper.wire import PaperBook, SummaryEntries, TemplatePage, TemplateSummary
    from gateway.intake import Skip
    from gateway.office import Office
    from gateway.ports import Progress
    from gateway.register.transcribe import Rosters, Transcribed, Typed
    from state.records import GradingPeriod


def take_papers(
    office: Office,
    paths: Sequence[Path],
    actor: str,
    progress: Progress | None,
    skip: Skip | None,
    *,
    form: str | None,
    period: int | None,
) -> list[Transcribed]:
    """Each file's touched pages are the latest transcriptions, in a transaction of its own (`Office.import_papers`)."""
    known = office.rosters() if paths else {}

    def take(path: Path) -> Transcribed:
        typed = read_typed(office, path, known, form=form, period=period, by=actor)
        with in_our_words(), office.store.begin() as work:
            transcribed = take_in(typed, work, actor)
            work.commit()
        return transcribed

    return each(paths, take, progress, skip)


def read_typed(
    office: Office, path: Path, rosters: Rosters, *, form: str | None = None, period: int | None = None, by: str = ""
) -> Typed:
    """The pages that somebody typed into the file, none of them stored yet. Raises FileUnreadable, DataError.

    The report of an electronic register brings the pages of its form; `form`, `period` and `by` are about it alone.
    Report cards «Табель успеваемости» bring summary sheets of their form instead.
    """
    with in_our_words():
        if is_report_card(path):
            return read_cards(office, path, rosters)
        if is_ejournal(path):
            return read_report(office, path, rosters, form=form, period=period, by=by)
        book = _read(office, path)
        by_hand = any(sheet.written for sheet in book.summaries)
        return typed_pages(book, rosters, known_subjects(office) if by_hand else ())


def _read(office: Office, path: Path) -> PaperBook:
    """A workbook is told from CSV by its first bytes, whatever it is called."""
    content = load(path)
    if is_zip(content.data):
        return read_workbook(path)
    find = PageFinder(office)
    return read_csv_pages(content, unpacked(content), find, find.summary)


def paper_template(
    office: Office, form: str, subject: str | None, period: GradingPeriod, path: Path, *, csv: bool = False
) -> int:
    """The workbook, or the CSV file, to type over lies at `path`; the number of its pages.

    A whole form's has its summary sheet, the last period's the year's as well.
    """
    pages, known = office.paper_pages(form, subject, period), office.days.periods()
    year = [year_period(known, _("Год"))] if period == known[-1] else []
    sheets = {} if subject else _sheets(office, form, pages, [period, *year])
    if csv:
        write_csv_template(pages, path, tuple(sheets))
    else:
        write_template(pages, path, summaries=sheets)
    return len(pages)


def _sheets(
    office: Office, form: str, pages: Sequence[TemplatePage], periods: Sequence[GradingPeriod]
) -> dict[TemplateSummary, SummaryEntries]:
    """The form's blank summary sheets of those periods."""
    name = normalise_form(form)
    return summary_sheets(pages, form_id(office.settings.school.year, name), name, periods)


class PageFinder:
    """Tells which page the words of a CSV head mean; a form's pages are laid out once."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._pages: dict[tuple[str, int], tuple[TemplatePage, ...]] = {}

    def __call__(self, form: str, subgroup: str, subject: str, period: str) -> TemplatePage | None:
        """The one page of that form or subgroup, subject and period; None where the school has none, or several."""
        known = self._period(period)
        fitting = [
            page
            for page in (self._of(form, known) if known else ())
            if _same(page.subject_label, subject) and _same(page.group_label.partition(LABEL_BREAK)[2], subgroup)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def summary(self, form: str, period: str) -> TemplateSummary | None:
        """The summary sheet of that form and period, or of the year; None where the school has none."""
        periods = self._office.days.periods()
        year = year_period(periods, _("Год"))
        known = year if _same(period, year.name) else self._period(period)
        pages = self._of(form, periods[-1] if known is year else known) if known else ()
        return next(iter(_sheets(self._office, form, pages, [known])), None) if known and pages else None

    def _period(self, said: str) -> GradingPeriod | None:
        known = [one for one in self._office.days.periods() if _same(said, str(one.number)) or _same(said, one.name)]
        return known[0] if len(known) == 1 else None

    def _of(self, form: str, period: GradingPeriod) -> tuple[TemplatePage, ...]:
        """The form's pages of that period; none where the school has no such form."""
        key = form, period.number
        if key not in self._pages:
            try:
                self._pages[key] = self._office.paper_pages(form, None, period)
            except DataError:
                self._pages[key] = ()
        return self._pages[key]


def _same(one: str, other: str) -> bool:
    return normalise_name(one) == normalise_name(other)
