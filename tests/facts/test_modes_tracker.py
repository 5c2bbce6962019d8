"""R005: ready is who kept both records through one full reporting period without a gap, in the pilot's scope (R004)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from facts.test_reconcile_store import FIRST, FORM, PAGE, PERIODS, PUPILS, SECOND, TEACHER, School, cell

from gateway.register.modes import Modes
from gateway.register.parallel_run import ParallelRun, parallel_runs
from state.identity import staff_id, subject_id
from state.modes import Mode, ModeRecord
from state.register import CellKind, Page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from state.identity import SourcedId
    from state.register import RegisterCell

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 9, day) for day in (7, 8, 9))
NOVEMBER = date(2026, 11, 9)
OTHER, THIRD = staff_id("Ким Яна Олеговна"), staff_id("Ли Анна Ивановна")
PHYSICS = Page(group=FORM, subject=subject_id("Физика"))
AFTER_FIRST, AFTER_SECOND = date(2026, 11, 5), date(2027, 1, 11)


def column(day: date, *teachers: SourcedId, page: Page = PAGE, topic: str = "Степень") -> list[RegisterCell]:
    """A lesson with a topic, or the bare date."""
    kept = [cell(CellKind.TOPIC, None, topic, day=day, page=page)] if topic else []
    return [cell(CellKind.LESSON, None, f"1|{','.join(teachers)}", day=day, page=page), *kept]


def columns(*days: date, page: Page = PAGE, who: SourcedId = TEACHER) -> list[RegisterCell]:
    return [one for day in days for one in column(day, who, page=page)]


def bare(day: date, page: Page = PAGE, who: SourcedId = TEACHER) -> list[RegisterCell]:
    return column(day, who, page=page, topic="")


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path)


def runs(school: School, *records: ModeRecord, today: date = AFTER_FIRST) -> dict[SourcedId, ParallelRun]:
    with school.store.begin() as work:
        return {one.teacher: one for one in parallel_runs(work, PERIODS, Modes(records), today)}


def gaps(one: ParallelRun) -> list[tuple[date | None, str]]:
    return [(gap.day, gap.missing) for gap in one.gaps]


def both(school: School, diary: Iterable[RegisterCell], paper: Iterable[RegisterCell]) -> None:
    school.diary(list(diary))
    school.paper(list(paper))


def test_a_full_quarter_of_both_records_makes_a_teacher_ready(school: School) -> None:
    """And the period is named."""
    both(school, columns(MONDAY, TUESDAY), columns(MONDAY, TUESDAY))
    one = runs(school)[TEACHER]
    assert (one.is_ready, one.period, one.lessons, one.gaps) == (True, FIRST, 2, ())


@pytest.mark.parametrize(
    ("diary", "paper", "missing"),
    [
        pytest.param(
            [*columns(MONDAY), *bare(TUESDAY)], columns(MONDAY, TUESDAY), "diary", id="no record in the diary"
        ),
        pytest.param(columns(MONDAY), columns(MONDAY, TUESDAY), "diary", id="no lesson in the diary"),
        pytest.param(columns(MONDAY, TUESDAY), [*columns(MONDAY), *bare(TUESDAY)], "paper", id="no record on paper"),
        pytest.param(columns(MONDAY, TUESDAY), columns(MONDAY), "paper", id="no lesson on paper"),
        pytest.param([*columns(MONDAY), *bare(TUESDAY)], columns(MONDAY), "both", id="a lesson recorded nowhere"),
    ],
)
def test_one_gap_keeps_a_teacher_back(
    school: School, diary: list[RegisterCell], paper: list[RegisterCell], missing: str
) -> None:
    """The day and the side are named."""
    both(school, diary, paper)
    one = runs(school)[TEACHER]
    assert (one.is_ready, gaps(one)) == (False, [(TUESDAY, missing)])


def test_a_mark_is_a_record_too(school: School) -> None:
    """A lesson without topic and with a mark was recorded."""
    mark = cell(CellKind.MARKS, PUPILS[0], "5")
    both(school, [*bare(MONDAY), mark], columns(MONDAY))
    assert runs(school)[TEACHER].is_ready


def test_a_page_that_was_not_typed_over_whole_proves_nothing(school: School) -> None:
    """Neither does one that was not typed at all: what stands on paper nobody knows."""
    school.diary([*columns(MONDAY), *columns(MONDAY, page=PHYSICS)])
    school.paper(columns(MONDAY), whole=False)
    one = runs(school)[TEACHER]
    assert sorted((gap.page.subject, gap.missing) for gap in one.gaps) == sorted(
        (page.subject, "not_typed") for page in (PAGE, PHYSICS)
    )


def test_a_period_still_going_on_counts_for_nothing(school: School) -> None:
    """The last day of the period is not its end."""
    both(school, columns(MONDAY), columns(MONDAY))
    one = runs(school, today=PERIODS[0].ends)[TEACHER]
    assert (one.is_ready, one.period) == (False, None)


def test_a_later_full_period_is_as_good(school: School) -> None:
    """The first had a gap; once ready, a gap of a later period takes nothing back."""
    both(school, [*columns(MONDAY, TUESDAY), *columns(NOVEMBER)], columns(MONDAY))
    school.paper(columns(NOVEMBER), period=SECOND)
    one = runs(school, today=AFTER_SECOND)[TEACHER]
    assert (one.is_ready, one.period) == (True, SECOND)
    school.paper(columns(MONDAY, TUESDAY))
    school.paper(bare(NOVEMBER), period=SECOND)
    one = runs(school, today=AFTER_SECOND)[TEACHER]
    assert (one.is_ready, one.period) == (True, FIRST)


def test_each_teacher_answers_for_the_own_pages(school: School) -> None:
    """A gap in physics keeps the physicist back alone."""
    physics = columns(MONDAY, page=PHYSICS, who=OTHER)
    both(school, [*columns(MONDAY), *physics], columns(MONDAY))
    assert [one.is_ready for _teacher, one in sorted(runs(school).items())] == [False, True]
    assert gaps(runs(school)[OTHER]) == [(None, "not_typed")]


def test_a_substitute_of_one_lesson_does_not_teach_the_page(school: School) -> None:
    """Of two who share it each does; so do co-teachers."""
    days = [date(2026, 9, day) for day in (7, 8, 9, 10, 11)]
    diary = [*columns(*days[:4]), *column(days[4], OTHER)]
    both(school, diary, [one for day in days for one in column(day)])
    assert set(runs(school)) == {TEACHER}
    school.diary([*column(days[0], TEACHER, OTHER), *columns(*days[1:3]), *columns(*days[3:], who=THIRD)])
    assert set(runs(school)) == {TEACHER, THIRD}
    school.diary([one for day in days for one in column(day, TEACHER, OTHER)])
    assert set(runs(school)) == {TEACHER, OTHER}


def parallel(**more: object) -> ModeRecord:
    return ModeRecord(mode=Mode.PARALLEL, starts=PERIODS[0].starts, number=1, **more)  # type: ignore[arg-type]


def test_in_the_pilot_only_its_scope_is_anybodys_duty(school: School) -> None:
    """R004: algebra is kept on both sides, physics of the same teacher may lack its paper."""
    both(school, [*columns(MONDAY), *columns(MONDAY, page=PHYSICS)], columns(MONDAY))
    assert not runs(school)[TEACHER].is_ready
    assert runs(school, parallel(subject=PAGE.subject, teacher=TEACHER))[TEACHER].is_ready
    assert not runs(school, parallel(subject=PHYSICS.subject))[TEACHER].is_ready


def test_who_is_outside_the_pilot_has_no_period(school: School) -> None:
    """Neither ready nor to blame."""
    both(school, columns(MONDAY), columns(MONDAY))
    one = runs(school, parallel(teacher=OTHER))[TEACHER]
    assert (one.is_ready, one.period, one.gaps) == (False, None, ())


def test_a_run_begun_within_the_period_is_not_full(school: School) -> None:
    """R005: one FULL period; so is one that ended by giving up paper before its last day."""
    both(school, columns(MONDAY), columns(MONDAY))
    late = ModeRecord(mode=Mode.PARALLEL, starts=TUESDAY, subject=PAGE.subject, number=1)
    before = ModeRecord(mode=Mode.ELECTRONIC_ONLY, starts=date(2026, 1, 1), number=2)
    one = runs(school, before, late)[TEACHER]
    assert (one.is_ready, gaps(one)) == (False, [(None, "not_whole_period")])


def test_what_is_kept_without_paper_is_no_parallel_run(school: School) -> None:
    """Nobody is ready by it, and nobody has a gap."""
    both(school, columns(MONDAY), columns(MONDAY))
    gone = ModeRecord(mode=Mode.ELECTRONIC_ONLY, starts=PERIODS[0].starts, number=1)
    one = runs(school, gone)[TEACHER]
    assert (one.is_ready, one.period) == (False, None)
