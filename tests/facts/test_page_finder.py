"""Which page the words of a CSV head mean: exactly one, or none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from paper_pages import ENDS, PERIOD, STARTS, page

from gateway.errors import DataError
from gateway.papers import PageFinder
from state.identity import SourcedId
from state.records import GradingPeriod

if TYPE_CHECKING:
    from connectors.paper.wire import TemplatePage
    from gateway.office import Office

HALF = page(group_label="7Б · девочки", group="subgroup:2026:7б:1:девочки")


class Desk:
    """The two things that a finder asks an office; `asked` counts how often a form's pages were laid out."""

    def __init__(self, *pages: TemplatePage) -> None:
        period = GradingPeriod(
            sourced_id=PERIOD, calendar=SourcedId("calendar"), name="1 четверть", number=1, starts=STARTS, ends=ENDS
        )
        self.days = SimpleNamespace(periods=lambda: (period,))
        self.pages, self.asked = pages, 0

    def paper_pages(self, form: str, subject: str | None, period: GradingPeriod) -> tuple[TemplatePage, ...]:
        self.asked += 1
        if (form, subject, period.number) != ("7Б", None, 1):
            raise DataError("no such form")
        return self.pages


def _finder(*pages: TemplatePage) -> tuple[PageFinder, Desk]:
    desk = Desk(*pages)
    return PageFinder(cast("Office", desk)), desk


def test_the_words_find_their_page() -> None:
    """Spelling does not matter; the period by its name or number; a form's pages are laid out once."""
    find, desk = _finder(page(), HALF)
    assert find("7Б", "", "АЛГЕБРА", "1") == find("7Б", "", "Алгебра", "1 Четверть") == page()
    assert find("7Б", "Девочки", "Алгебра", "1") == HALF
    assert desk.asked == 1


def test_what_is_not_there_is_none() -> None:
    """Another form, subgroup, subject or period."""
    find, desk = _finder(page(), HALF)
    for words in (("8Б", "", "Алгебра", "1"), ("7Б", "мальчики", "Алгебра", "1"), ("7Б", "", "Алхимия", "1")):
        assert find(*words) is None
        assert find(*words) is None
    assert find("7Б", "", "Алгебра", "5") is None
    assert desk.asked == 2


def test_two_pages_of_one_name_are_nobodys() -> None:
    """Two subjects spelt alike: neither may take the other's marks."""
    find, _ = _finder(page(), page("subject:алгебра-2", "АЛГЕБРА"))
    assert find("7Б", "", "Алгебра", "1") is None
