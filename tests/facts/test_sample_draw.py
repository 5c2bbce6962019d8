"""A draw: reproducible by anybody from seed and frame, told to the audit log, never a second one in silence."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from facts.sample_case import ALGEBRA, DAYS, DEPUTY, PUPILS, TEACHERS, SampleSchool, side, truth

from gateway.errors import AskError, DataError
from gateway.register.keeping import Outage, WorkingWeek
from gateway.register.rules.table import rules_of
from gateway.register.sample_draw import Aim, draw, made_seed, plan
from gateway.register.sample_units import UnitKind, frame_csv
from state.identity import SourcedId
from state.register import CellKind

if TYPE_CHECKING:
    from pathlib import Path


WORKING_DAYS = rules_of({"entry": {"working_days": True, "basis": "приказ № 7"}})


@pytest.fixture
def school(tmp_path: Path) -> SampleSchool:
    made = SampleSchool(tmp_path)
    made.pull(side(truth()))
    return made


def test_an_outsider_draws_the_same_units(school: SampleSchool) -> None:
    """HMAC-SHA256 of each line of the published frame under the seed; the smallest are drawn."""
    made = school.draw(30, seed="  Снег   15.09 ")
    lines = frame_csv(made.frame).decode().splitlines()[1:]
    ranked = sorted(lines, key=lambda line: hmac.new("Снег 15.09".encode(), line.encode(), hashlib.sha256).hexdigest())
    assert made.drawn == tuple(ranked[:30])


def test_the_audit_log_has_the_draw_and_its_frame_at_once(school: SampleSchool) -> None:
    """One event with digests and figures, under the person's name, before anything is typed."""
    made = school.draw(30)
    with school.store.begin() as work:
        (event,) = work.control.samples.journaled("sample_drawn")
    assert event["frame_digest"] == hashlib.sha256(frame_csv(made.frame)).hexdigest()
    assert (event["draw"], event["population"], event["drawn"]) == (1, 120, 30)
    assert made.drawn_by == DEPUTY


def test_the_audit_log_holds_neither_seed_nor_reason(school: SampleSchool) -> None:
    """Both are words of people: their digests bind them."""
    school.draw(30, seed="Волкова сказала")
    school.draw(30, seed="Волкова сказала опять", again="Волкова заболела")
    with school.store.begin() as work:
        events = work.control.samples.journaled("sample_drawn")
    assert "Волкова" not in str(events)


def test_a_second_draw_of_a_period_needs_its_reason(school: SampleSchool) -> None:
    """Drawing until it looks good is the classic fraud: both stay on record."""
    first = school.draw(30)
    with pytest.raises(AskError, match="уже сделана"):
        school.draw(30, seed="другие слова")
    with pytest.raises(AskError, match="уже сделана"):
        school.draw(30, UnitKind.LESSON, seed="другие слова", again="  ")
    second = school.draw(30, seed="другие слова", again="Страница найдена")
    with school.store.begin() as work:
        kept = work.control.samples.draws()
    assert [one.number for one in kept] == [first.number, second.number] == [1, 2]
    assert (kept[0].why, kept[1].why) == ("", "Страница найдена")


def test_other_bounds_of_the_period_do_not_make_it_new(school: SampleSchool) -> None:
    """Whoever moves a quarter's days in the settings has drawn from them all the same."""
    school.draw(30)
    moved = replace(school.scope(), period=SourcedId("period:2026:trimester:1"), starts=DAYS[3])
    with pytest.raises(AskError, match="уже сделана"):
        draw(school.store, moved, Aim(count=5), seed="другие слова", who=DEPUTY)


def test_a_seed_is_made_where_nobody_announced_one(school: SampleSchool) -> None:
    """And it says so; no two are alike."""
    made = school.draw(30, seed=" ")
    assert made.terms["seed_made"] is True
    assert made.seed.startswith("2026-09-14 ")
    assert len({made_seed(DAYS[0]) for _ in range(50)}) == 50


def test_a_draw_is_as_large_as_the_claim_needs(school: SampleSchool) -> None:
    """What the plan says is what is drawn."""
    aim = Aim(share=Fraction(5, 100), risk=0)
    needed = plan(school.store, school.scope(), aim).needed
    made = draw(school.store, school.scope(), aim, seed="снег", who=DEPUTY)
    assert len(made.drawn) == needed == 47


def test_more_than_there_is_cannot_be_drawn(school: SampleSchool) -> None:
    """Nor can a claim be made that no draw could prove."""
    with pytest.raises(DataError, match="не вытянуть"):
        school.draw(121)
    with pytest.raises(DataError, match="не вытянуть"):
        draw(school.store, school.scope(), Aim(share=Fraction(1, 100), differing=5), seed="снег", who=DEPUTY)


# --- the risk-led part ------------------------------------------------------------------------------------------------


def risks(school: SampleSchool, risk: int = 200, count: int = 1) -> dict[str, tuple[str, ...]]:
    return dict(school.draw(count, risk=risk).risk)


def test_the_parts_of_a_sample_share_no_unit(school: SampleSchool) -> None:
    """What chance drew stays with chance."""
    school.pull(side(truth(), set_at=datetime(2026, 11, 1, tzinfo=UTC)))
    made = school.draw(60, risk=200)
    assert made.risk
    assert not set(made.drawn) & made.risk.keys()


def test_a_quiet_register_has_nothing_risky(school: SampleSchool) -> None:
    """Nothing late, nothing corrected, no findings: no risk-led part."""
    assert risks(school) == {}


def test_late_entries_are_looked_at(school: SampleSchool) -> None:
    """A mark of September set in November, whoever set it."""
    school.pull(side(truth(), set_at=datetime(2026, 11, 1, tzinfo=UTC)))
    found = risks(school)
    assert set(found.values()) == {("late",)}
    assert len(found) >= len(truth()) - 1


@pytest.mark.parametrize(
    ("works", "late"), [("", True), ("LessonComposition", False), ("Homework,CreativeWork", False)]
)
def test_a_mark_for_long_work_may_come_later(tmp_path: Path, works: str, late: bool) -> None:
    """Nine days after the lesson: the table of deadlines holds here as it does in the check (R015)."""
    school = SampleSchool(tmp_path)
    mark = {(ALGEBRA, DAYS[2], PUPILS[0]): "5"}
    cells = side(mark, set_at=datetime(2026, 9, 12, 12, tzinfo=UTC))
    school.pull([replace(one, raw=works) if one.kind is CellKind.LESSON else one for one in cells])
    assert list(risks(school).values()) == ([("late",)] if late else [])


@pytest.mark.parametrize(
    ("told", "late"),
    [
        ({}, True),
        ({"rules": WORKING_DAYS}, True),
        ({"rules": WORKING_DAYS, "week": WorkingWeek(saturdays=False)}, False),
        ({"outages": (Outage(starts=date(2026, 9, 10), ends=date(2026, 9, 10)),)}, False),
        ({"outages": (Outage(starts=date(2026, 9, 11), ends=date(2026, 9, 11)),)}, True),
    ],
)
def test_lateness_is_counted_as_the_check_counts_it(tmp_path: Path, told: dict[str, Any], late: bool) -> None:
    """From a Thursday to the Saturday of the next week: eight working days of six in a week; an outage excuses."""
    school = SampleSchool(tmp_path)
    school.pull(side({(ALGEBRA, DAYS[2], PUPILS[0]): "5"}, set_at=datetime(2026, 9, 12, 12, tzinfo=UTC)))
    aim = Aim(count=1, risk=200)
    made = draw(school.store, replace(school.scope(), **told), aim, seed="снег 15.09", who=DEPUTY)
    assert list(made.risk.values()) == ([("late",)] if late else [])


def test_corrected_marks_are_looked_at(school: SampleSchool) -> None:
    """The diary showed another mark before; a mark beside the first one is no correction."""
    held = [cell for cell, mark in truth().items() if mark == "5"]
    school.pull(side({**truth(), held[0]: "2", held[1]: "5 4"}))
    made = school.draw(1, risk=200)
    assert list(made.risk.values()) == [("corrected",)]
    assert next(iter(made.risk)).split("/")[1] == held[0][1].isoformat()


def test_teachers_with_findings_are_looked_at_everywhere(school: SampleSchool) -> None:
    """A finding on one page of a teacher: all of the teacher's lessons, and nobody else's."""
    row = {"finding_id": "f-1", "group": school.seats[0].group, "subject": ALGEBRA, "day": None, "nth": 0}
    with school.store.begin() as work:
        work.save_reconciliation("r-1", [{**row, "person": None}], {})
        work.commit()
        pages = {str(number): page.subject for number, page in work.pages().items()}
    found = risks(school)
    assert set(found.values()) == {("teacher",)}
    assert {pages[unit.split("/")[0]] for unit in found} == {ALGEBRA}
    assert len(found) >= len(DAYS) * len(PUPILS) - 1
    assert TEACHERS[ALGEBRA] != TEACHERS[next(subject for subject in TEACHERS if subject != ALGEBRA)]


def test_who_has_most_reasons_comes_first(school: SampleSchool) -> None:
    """Of many risky units the few that are looked at are those with most against them."""
    late = datetime(2026, 11, 1, tzinfo=UTC)
    school.pull(side(truth(), set_at=late))
    place = next(cell for cell, mark in truth().items() if mark == "5")
    school.pull(side({**truth(), place: "2"}, set_at=late))
    (why,) = school.draw(1, risk=1).risk.values()
    assert why == ("corrected", "late")
