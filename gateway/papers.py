"""Files of paper pages, read: our workbook and its CSV; which page of the school each of theirs is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.paper.csv_page import read_csv_pages
from connectors.paper.csv_template import LABEL_BREAK, write_csv_template
from connectors.paper.ejournal import is_ejournal
from connectors.paper.report_card import is_report_card
from connectors.paper.workbook import read_workbook
from connectors.sources.container import is_zip
from connectors.sources.content import load, unpacked
from gateway.cards import read_cards
from gateway.ejournal import read_report
from gateway.errors import DataError
from gateway.faultmap import in_our_words
from gateway.intake import each
from gateway.register.transcribe import take_in, typed_pages
from mappings.names import normalise_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from connectors.paper.wire import PaperBook, TemplatePage
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
        return typed_pages(_read(office, path), rosters)


def _read(office: Office, path: Path) -> PaperBook:
    """A workbook is told from CSV by its first bytes, whatever it is called."""
    content = load(path)
    if is_zip(content.data):
        return read_workbook(path)
    return read_csv_pages(content, unpacked(content), PageFinder(office))


def csv_template(office: Office, form: str, subject: str | None, period: GradingPeriod, path: Path) -> int:
    """The CSV file to type over lies at `path`, as `Office.paper_template` makes the workbook; its number of pages."""
    pages = office.paper_pages(form, subject, period)
    write_csv_template(pages, path)
    return len(pages)


class PageFinder:
    """Tells which page the words of a CSV head mean; a form's pages are laid out once."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._pages: dict[tuple[str, int], tuple[TemplatePage, ...]] = {}

    def __call__(self, form: str, subgroup: str, subject: str, period: str) -> TemplatePage | None:
        """The one page of that form or subgroup, subject and period; None where the school has none, or several."""
        periods = self._office.days.periods()
        known = [one for one in periods if _same(period, str(one.number)) or _same(period, one.name)]
        if len(known) != 1:
            return None
        key = form, known[0].number
        if key not in self._pages:
            try:
                self._pages[key] = self._office.paper_pages(form, None, known[0])
            except DataError:
                self._pages[key] = ()
        fitting = [
            page
            for page in self._pages[key]
            if _same(page.subject_label, subject) and _same(page.group_label.partition(LABEL_BREAK)[2], subgroup)
        ]
        return fitting[0] if len(fitting) == 1 else None


def _same(one: str, other: str) -> bool:
    return normalise_name(one) == normalise_name(other)
