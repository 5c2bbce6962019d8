"""How a register is kept, day by day: a form's own word before the school's, the later before the earlier, pilots."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from contracts.store_case import Clock
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import DataError
from gateway.register.modes import JOURNAL_KIND, Modes, Span, set_mode
from mappings.approvals import read_document
from state.identity import SourcedId, form_id, staff_id, subgroup_id, subject_id
from state.modes import EVERYTHING, Mode, ModeRecord
from state.store import Store
from state.tables import JOURNAL

if TYPE_CHECKING:
    from collections.abc import Iterable

SEVENTH, EIGHTH = form_id(2026, "7Б"), form_id(2026, "8А")
HALF = subgroup_id(SEVENTH, "1", "девочки")
ALGEBRA, PHYSICS = subject_id("Алгебра"), subject_id("Физика")
LI, KIM = staff_id("Ли Анна Ивановна"), staff_id("Ким Яна Олеговна")
FIRST, LAST = date(2026, 9, 1), date(2026, 10, 25)
OCTOBER = date(2026, 10, 1)
DAY = timedelta(days=1)
PARALLEL, ELECTRONIC = Mode.PARALLEL, Mode.ELECTRONIC_ONLY
DEPUTY = "Завуч А.А."


def modes(*records: ModeRecord) -> Modes:
    """The records in the order in which they were made."""
    return Modes(tuple(ModeRecord(**{**_fields(one), "number": n}) for n, one in enumerate(records, start=1)))


def _fields(one: ModeRecord) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ModeRecord.__slots__}


def record(mode: Mode = PARALLEL, starts: date = FIRST, **more: Any) -> ModeRecord:
    return ModeRecord(mode=mode, starts=starts, **more)


def spans(
    kept: Modes, group: SourcedId = SEVENTH, subject: SourcedId = ALGEBRA, teachers: Iterable[SourcedId] = (LI,)
) -> list[tuple[date, date, Mode]]:
    found = kept.spans(group, subject, frozenset(teachers), FIRST, LAST)
    return [(one.first, one.last, one.mode) for one in found]


WHOLE = [(FIRST, LAST, PARALLEL)]


def test_without_a_word_everything_is_kept_in_parallel() -> None:
    """R002: paper beside the diary, every page, every day."""
    assert spans(Modes()) == spans(modes(record(starts=LAST + DAY))) == WHOLE


def test_lessons_are_judged_by_the_mode_of_their_day() -> None:
    """R003: the day before the switch is the old mode's, the day of the switch the new one's."""
    kept = modes(record(ELECTRONIC, OCTOBER, form=SEVENTH))
    assert spans(kept) == [(FIRST, OCTOBER - DAY, PARALLEL), (OCTOBER, LAST, ELECTRONIC)]
    assert spans(kept, EIGHTH) == WHOLE


def test_a_mode_may_end() -> None:
    """R003: transition modes have an end; after it the former word holds again."""
    kept = modes(record(ELECTRONIC, FIRST), record(PARALLEL, OCTOBER, ends=OCTOBER + 6 * DAY))
    assert spans(kept) == [
        (FIRST, OCTOBER - DAY, ELECTRONIC),
        (OCTOBER, OCTOBER + 6 * DAY, PARALLEL),
        (OCTOBER + 7 * DAY, LAST, ELECTRONIC),
    ]


def test_a_subgroup_follows_its_form() -> None:
    """It has no word of its own."""
    kept = modes(record(ELECTRONIC, form=SEVENTH))
    assert spans(kept, HALF) == [(FIRST, LAST, ELECTRONIC)]


def test_a_forms_own_word_stands_against_a_later_one_about_the_school() -> None:
    """Who set something for one form meant that form."""
    kept = modes(record(form=SEVENTH), record(ELECTRONIC, OCTOBER))
    assert spans(kept) == WHOLE
    assert [mode for *_days, mode in spans(kept, EIGHTH)] == [PARALLEL, ELECTRONIC]


def test_of_two_words_about_one_day_the_later_holds() -> None:
    """A slip of the pen is mended by saying it again."""
    assert spans(modes(record(ELECTRONIC), record(PARALLEL))) == WHOLE


def test_a_pilot_covers_one_subject_of_a_teacher_and_nothing_else() -> None:
    """R004: what lies outside the scope is not compared at all."""
    kept = modes(record(subject=ALGEBRA, teacher=LI))
    assert spans(kept) == WHOLE
    assert spans(kept, subject=PHYSICS) == spans(kept, teachers=[KIM]) == spans(kept, teachers=[]) == []


def test_a_page_whose_teacher_nobody_knows_is_compared() -> None:
    """What cannot be shown to lie outside the scope is not left out; its subject is known."""
    kept = modes(record(subject=ALGEBRA, teacher=LI))
    assert kept.on(SEVENTH, ALGEBRA, None, FIRST) is PARALLEL
    assert kept.on(SEVENTH, PHYSICS, None, FIRST) is None


def test_a_pilot_grows_until_it_is_everything() -> None:
    """R004: each word adds its pages from its day on; a word without a scope takes them all."""
    kept = modes(
        record(subject=ALGEBRA),
        record(starts=OCTOBER, teacher=KIM),
        record(starts=OCTOBER + 7 * DAY),
    )
    assert spans(kept, subject=ALGEBRA) == WHOLE
    assert spans(kept, subject=PHYSICS, teachers=[KIM]) == [(OCTOBER, LAST, PARALLEL)]
    assert spans(kept, subject=PHYSICS) == [(OCTOBER + 7 * DAY, LAST, PARALLEL)]


def test_a_pilot_begun_anew_forgets_the_former_scope() -> None:
    """A word without a scope stands between them."""
    kept = modes(record(subject=ALGEBRA), record(starts=OCTOBER), record(starts=OCTOBER + DAY, subject=PHYSICS))
    assert spans(kept) == [(FIRST, OCTOBER, PARALLEL)]


def test_no_days_are_no_spans() -> None:
    """A period that ends before it begins."""
    assert (
        modes(record()).spans(SEVENTH, ALGEBRA, (), LAST, FIRST)
        == Modes().spans(SEVENTH, ALGEBRA, (), LAST, FIRST)
        == ()
    )
    assert Modes().spans(SEVENTH, ALGEBRA, (), FIRST, FIRST) == (Span(FIRST, FIRST, PARALLEL),)


def test_which_forms_keep_no_paper_in_a_period() -> None:
    """Only words in force on some of the days count, not those that were replaced."""
    kept = modes(record(ELECTRONIC, OCTOBER, form=SEVENTH), record(ELECTRONIC, OCTOBER), record(PARALLEL, OCTOBER))
    assert kept.ever(ELECTRONIC, FIRST, LAST) == (SEVENTH,)
    assert kept.ever(ELECTRONIC, FIRST, OCTOBER - DAY) == ()
    assert modes(record(ELECTRONIC)).ever(ELECTRONIC, FIRST, FIRST) == (EVERYTHING,)


near = st.integers(-3, 9).map(lambda days: FIRST + timedelta(days=days))
records = st.builds(
    ModeRecord,
    mode=st.sampled_from(Mode),
    starts=near,
    ends=st.none() | near,
    form=st.sampled_from([SEVENTH, EIGHTH, EVERYTHING]),
    subject=st.sampled_from([EVERYTHING, EVERYTHING, ALGEBRA, PHYSICS]),
    teacher=st.sampled_from([EVERYTHING, EVERYTHING, LI, KIM]),
)


@given(st.lists(records, max_size=6))
@settings(deadline=None)
def test_spans_say_of_every_day_what_that_day_says(made: list[ModeRecord]) -> None:
    """They cover exactly the days with a mode, in order, without touching a neighbour of the same mode."""
    kept, last = modes(*made), FIRST + 7 * DAY
    for group, teacher in ((SEVENTH, LI), (HALF, KIM), (EIGHTH, KIM)):
        found = kept.spans(group, ALGEBRA, (teacher,), FIRST, last)
        by_day = {one.first + n * DAY: one.mode for one in found for n in range((one.last - one.first).days + 1)}
        days = [FIRST + n * DAY for n in range(8)]
        assert {day: kept.on(group, ALGEBRA, (teacher,), day) for day in days} == {day: by_day.get(day) for day in days}
        for one, following in pairwise(found):
            assert one.last < following.first
            assert one.mode is not following.mode or one.last + DAY < following.first


# --- the verb ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(database_url: str) -> Store:
    return Store.open(database_url, "school", Clock())


def kept(store: Store) -> tuple[ModeRecord, ...]:
    with store.begin() as work:
        return work.paperwork.modes()


def events(store: Store) -> list[dict[str, Any]]:
    with store.begin() as work:
        leaves = work._work.connection.execute(JOURNAL.select().order_by(JOURNAL.c.seq)).mappings().all()
    told = [json.loads(row["leaf"]) for row in leaves]
    return [event for event in told if event["kind"] == JOURNAL_KIND]


APPROVAL = "«№ 12-у от 01.09.2026»"


def test_history_is_kept_and_journalled(store: Store) -> None:
    """Every word stays, with its author and the approval; the journal has the same."""
    set_mode(store, record(subject=ALGEBRA, teacher=LI, form=SEVENTH), who=DEPUTY)
    set_mode(store, record(ELECTRONIC, OCTOBER, form=SEVENTH), approval=APPROVAL, who=DEPUTY)
    first, second = kept(store)
    assert (first.number, first.subject, first.teacher, first.set_by) == (1, ALGEBRA, LI, DEPUTY)
    assert (second.mode, second.approval, second.approved) == (ELECTRONIC, "12-у", date(2026, 9, 1))
    assert [(event["actor"], event["data"]["mode"], event["data"]["approval"]) for event in events(store)] == [
        (DEPUTY, "parallel", None),
        (DEPUTY, "electronic-only", ["12-у", "2026-09-01"]),
    ]


def test_the_same_word_again_changes_nothing(store: Store) -> None:
    """Neither memory nor the journal grows; a word that differs or lies between makes it new."""
    wanted = record(ELECTRONIC, OCTOBER, form=SEVENTH)
    told = [set_mode(store, wanted, approval=APPROVAL, who=DEPUTY)[1] for _ in range(2)]
    assert (told, len(kept(store)), len(events(store))) == ([True, False], 1, 1)
    assert set_mode(store, record(PARALLEL, OCTOBER, form=SEVENTH), who=DEPUTY)[1]
    assert set_mode(store, wanted, approval=APPROVAL, who=DEPUTY)[1]
    assert Modes(kept(store)).on(SEVENTH, ALGEBRA, (), OCTOBER) is ELECTRONIC


def test_pilots_of_one_day_are_each_said_once(store: Store) -> None:
    """Two scopes beside each other; saying the first again adds nothing."""
    for subject in (ALGEBRA, PHYSICS, ALGEBRA):
        set_mode(store, record(subject=subject), who=DEPUTY)
    assert [one.subject for one in kept(store)] == [ALGEBRA, PHYSICS]


@pytest.mark.parametrize(
    ("wanted", "approval", "who"),
    [
        pytest.param(record(ELECTRONIC), "", DEPUTY, id="R009: no approval"),
        pytest.param(record(ELECTRONIC), "согласовано", DEPUTY, id="R009: neither number nor date"),
        pytest.param(record(ELECTRONIC), "№ 12", DEPUTY, id="R009: no date"),
        pytest.param(record(ELECTRONIC), "№ 12 от 31.02.2026", DEPUTY, id="R009: no such day"),
        pytest.param(record(ELECTRONIC), "№ 12 от 02.09.2026", DEPUTY, id="R009: approved afterwards"),
        pytest.param(record(ELECTRONIC, subject=ALGEBRA), APPROVAL, DEPUTY, id="one subject without paper"),
        pytest.param(record(PARALLEL), "как-нибудь", DEPUTY, id="an approval that is none"),
        pytest.param(record(ends=FIRST - DAY), "", DEPUTY, id="ends before it begins"),
        pytest.param(record(), "", " ", id="nobody says so"),
    ],
)
def test_what_is_not_allowed_is_not_kept(store: Store, wanted: ModeRecord, approval: str, who: str) -> None:
    """Refused with a reason and what to do; nothing is written."""
    with pytest.raises(DataError) as refused:
        set_mode(store, wanted, approval=approval, who=who)
    assert refused.value.next_step
    assert (kept(store), events(store)) == ((), [])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("№ 12 от 01.09.2026", "12"),
        ("«№12-у от 1 сентября 2026 г.»", "12-у"),
        ("12/3 ОТ 2026-09-01", "12/3"),
        ("б/н от 01.09.2026", None),
        ("№ от 01.09.2026", None),
    ],
)
def test_an_approval_is_read_as_people_write_it(text: str, number: str | None) -> None:
    """A number has a digit, a date is one."""
    found = read_document(text)
    assert (found and found.number, found and found.day) == (number, number and date(2026, 9, 1))
