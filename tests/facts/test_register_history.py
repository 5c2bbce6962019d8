"""What happened to a cell between pulls, told from the ledger's entries alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from gateway.register.history import What, days_after, history_of
from state.identity import SourcedId, form_id, pupil_id, staff_id, subject_id
from state.register import EPOCH, CellKind, Page, RegisterCell
from state.store import Store

if TYPE_CHECKING:
    from gateway.register.history import PageHistory

PAGE = Page(group=form_id(2026, "7Б"), subject=subject_id("Алгебра"))
OTHER = Page(group=PAGE.group, subject=subject_id("Физика"))
ANNA, BORIS = pupil_id("Б-1"), pupil_id("Б-2")
TEACHER, STAND_IN = staff_id("Образцова Анна Ивановна"), staff_id("Примеров Пётр Олегович")
DAY = date(2026, 9, 7)
ENTERED = datetime(2026, 9, 7, 9, tzinfo=UTC)
MOSCOW, KAMCHATKA, KALININGRAD = (ZoneInfo(name) for name in ("Europe/Moscow", "Asia/Kamchatka", "Europe/Kaliningrad"))


def cell(value: str, person: SourcedId | None = ANNA, kind: CellKind = CellKind.MARKS, **more: Any) -> RegisterCell:
    given = {"page": PAGE, "day": DAY, "nth": 1, "kind": kind, "person": person, "value": value, "set_at": ENTERED}
    return RegisterCell(**{**given, **more})


def history(url: str, *pulls: list[RegisterCell]) -> PageHistory:
    """Each pull an hour after the one before."""
    now = ENTERED
    store = Store.open(url, "school", lambda: now)
    for number, cells in enumerate(pulls):
        now += timedelta(hours=1)
        with store.begin() as work:
            work.absorb(f"pull-{number}", cells, [PAGE.group], date(2026, 9, 1), date(2026, 10, 25))
            work.commit()
    with store.begin() as work:
        wanted = {number: page for number, page in work.pages().items() if page == PAGE}
        return history_of(work, wanted, MOSCOW)


def happened(url: str, *pulls: list[RegisterCell]) -> list[tuple[What, str, str]]:
    return [(one.what, one.old, one.new) for one in history(url, *pulls).corrections()]


def test_what_stays_is_no_news(database_url: str) -> None:
    """First entries of the day itself, equal pulls and other pages tell nothing."""
    same = [cell("4"), cell("5", page=OTHER), cell("3|", None, CellKind.LESSON, set_at=None)]
    assert happened(database_url, same, same, [cell("4"), same[2]]) == []


def test_each_change_has_its_kind(database_url: str) -> None:
    """Rewritten, entered anew by another hand, gone, and back after it was gone."""
    pulls = [
        [cell("4")],
        [cell("4 5", raw="4/5")],
        [cell("4 5", raw="4/5", author=STAND_IN)],
        [],
        [cell("3")],
    ]
    assert happened(database_url, *pulls) == [
        (What.CHANGED, "4", "4 5"),
        (What.REENTERED, "4 5", "4 5"),
        (What.VANISHED, "4 5", ""),
        (What.RETURNED, "", "3"),
    ]


def test_the_diarys_own_number_is_no_correction(database_url: str) -> None:
    """Another remote id under the same words, author and moment changes nothing a person could see."""
    assert happened(database_url, [cell("4", remote_id="1")], [cell("4", remote_id="2")]) == []


def test_the_kinds_of_works_of_a_lesson_are_no_correction(database_url: str) -> None:
    """The first mark for a test tells the column a kind of work more; another teacher is a change, as ever."""
    pulls = [
        [cell("3|a", None, CellKind.LESSON, raw=raw, set_at=None)]
        for raw in ("", "Homework", "Homework,LessonTestWork")
    ]
    other = [cell("3|b", None, CellKind.LESSON, raw="Homework", set_at=None)]
    assert happened(database_url, *pulls, other) == [(What.CHANGED, "3|a", "3|b")]


def test_a_correction_names_who_and_when(database_url: str) -> None:
    """Author and moment are the new entry's, the sight is the pull's; of a vanished mark they are the last known."""
    later = ENTERED + timedelta(days=8)
    told = history(database_url, [cell("4", author=TEACHER)], [cell("5", author=STAND_IN, set_at=later)], [])
    changed, vanished = told.corrections()
    assert (changed.author, changed.set_at, changed.late) == (STAND_IN, later, 8)
    assert (changed.person, changed.day, changed.seen_at) == (ANNA, DAY, ENTERED + timedelta(hours=2))
    assert (vanished.author, vanished.seen_at) == (STAND_IN, ENTERED + timedelta(hours=3))
    assert told.corrections(ENTERED + timedelta(hours=2)) == (changed,)


def test_late_entries_are_told_once(database_url: str) -> None:
    """A mark or topic first entered after the day of its lesson; not one of the day, nor one without a moment."""
    after = ENTERED + timedelta(days=3)
    cells = [
        cell("4", set_at=after),
        cell("5", BORIS),
        cell("Дроби", None, CellKind.TOPIC, set_at=after),
        cell("§ 3", None, CellKind.HOMEWORK, set_at=None),
    ]
    told = history(database_url, cells, cells).corrections()
    assert [(one.what, one.kind, one.late) for one in told] == [
        (What.LATE, CellKind.MARKS, 3),
        (What.LATE, CellKind.TOPIC, 3),
    ]


@pytest.mark.parametrize(
    ("moment", "zone", "days"),
    [
        (datetime(2026, 9, 7, 20, 59, tzinfo=UTC), MOSCOW, 0),
        (datetime(2026, 9, 7, 21, 1, tzinfo=UTC), MOSCOW, 1),
        (datetime(2026, 9, 7, 12, 1, tzinfo=UTC), KAMCHATKA, 1),
        (datetime(2026, 9, 7, 21, 1, tzinfo=UTC), KALININGRAD, 0),
        (None, MOSCOW, None),
    ],
)
def test_lateness_is_judged_on_the_schools_calendar(moment: datetime | None, zone: ZoneInfo, days: int | None) -> None:
    """R010: 23:59 of the day is in time, 00:01 of the next is late by one, wherever the school lies."""
    assert days_after(DAY, moment, zone) == days


def test_a_page_stands_as_it_was(database_url: str) -> None:
    """Columns with their teachers and texts, pupils with marks and finals, those who left marked so."""
    first = [
        cell("1", ANNA, CellKind.MEMBER, page=Page(group=PAGE.group, subject=SourcedId("")), day=EPOCH, nth=0),
        cell("4"),
        cell("5", BORIS),
        cell(f"3|{TEACHER},{STAND_IN}", None, CellKind.LESSON),
        cell("дроби", None, CellKind.TOPIC, raw="Дроби"),
        cell("4", ANNA, CellKind.FINAL, day=date(2026, 10, 25), nth=0),
    ]
    told = history(database_url, first, [])
    (page,) = told.at(ENTERED + timedelta(hours=1))
    (column,) = page.columns
    assert (column.lesson, column.teachers, column.topic, column.homework) == ("3", (TEACHER, STAND_IN), "Дроби", "")
    assert [(pupil.person, pupil.listed) for pupil in page.pupils] == [(ANNA, True), (BORIS, False)]
    assert page.pupils[0].finals[date(2026, 10, 25)].value == "4"
    assert told.at(None)[0].pupils == ()
    assert told.known_since == ENTERED + timedelta(hours=1)
