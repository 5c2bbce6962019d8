"""What a sample proves once it is typed over: the claim, its refusal, and the attacks that take it away."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from facts.sample_case import ALGEBRA, DAYS, FORM, PHYSICS, PUPILS, SampleSchool, side, taught, truth

from connectors.paper.sample_list import What
from gateway.errors import DataError
from gateway.register.sample_check import Refusal
from gateway.register.sample_units import UnitKind
from gateway.register.sampling import assure
from gateway.register.values import Code
from state.register import CellKind, Page, RegisterCell

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.paper.sample_list import SampleLine
    from gateway.register.sample_check import SampleStatus
    from state.samples import SampleDraw


@pytest.fixture
def school(tmp_path: Path) -> SampleSchool:
    made = SampleSchool(tmp_path)
    made.pull(side(truth()))
    return made


def place_of(school: SampleSchool, unit: str) -> tuple[str, date, str]:
    """(subject, day, pupil) of a drawn cell."""
    with school.store.begin() as work:
        page, day, _nth, person = unit.split("/")
        return work.pages()[int(page)].subject, date.fromisoformat(day), work.persons()[int(person)]


def marked(school: SampleSchool, made: SampleDraw) -> list[tuple[str, date, str]]:
    """The drawn cells that hold a mark on both sides."""
    return [place for place in (place_of(school, unit) for unit in made.drawn) if place in school.paper]


def why(told: SampleStatus) -> list[Refusal]:
    return [one.why for one in told.refused]


# --- the claim --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(UnitKind))
def test_equal_registers_give_the_tightest_claim(school: SampleSchool, kind: UnitKind) -> None:
    """Nothing differs among the drawn: the exact bound of so many units, and nothing refused."""
    count, size = (40, 120) if kind is UnitKind.CELL else (15, 20)
    told = school.sampled(count, kind)
    assert (told.refused, told.unbiased.differing, told.unbiased.findings) == ((), (), ())
    assert told.claim == assure(size, count, 0)


def test_a_cell_that_differs_is_counted_once_and_told(school: SampleSchool) -> None:
    """One mark otherwise on paper: one differing unit, one finding of the check's own code, a weaker claim."""
    made = school.draw(60)
    place = marked(school, made)[0]
    school.paper[place] = "2"
    school.enter(school.type_over(made))
    told = school.status(made)
    assert [place_of(school, unit) for unit in told.unbiased.differing] == [place]
    assert [(one.day, one.person) for one in told.unbiased.findings] == [place[1:]]
    assert told.claim == assure(120, 60, 1)


def test_a_cell_in_a_lesson_that_differs_makes_the_lesson_differ(school: SampleSchool) -> None:
    """A lesson is one unit however many of its cells are wrong."""
    made = school.draw(20, UnitKind.LESSON)
    for pupil in PUPILS:
        school.paper[ALGEBRA, DAYS[0], pupil] = "2"
    school.enter(school.type_over(made))
    told = school.status(made)
    assert len(told.unbiased.differing) == 1
    assert told.claim == assure(20, 20, 1)


def test_a_topic_written_otherwise_makes_the_lesson_differ(school: SampleSchool) -> None:
    """Topics belong to the lesson; another spelling of the same is none."""
    made = school.draw(20, UnitKind.LESSON)

    def answer(line: SampleLine) -> str:
        if line.what is What.TOPIC:
            return "Пирамиды" if line.day == DAYS[3] else school.on_paper(line).upper()
        return school.on_paper(line)

    school.enter(school.type_over(made, answer))
    told = school.status(made)
    assert len(told.unbiased.differing) == 2
    assert {one.code for one in told.unbiased.findings} == {Code.TOPIC_DIFF}


@pytest.mark.parametrize(("day", "differs"), [(DAYS[2], True), (DAYS[-1], False)])
def test_a_lesson_that_is_not_on_paper_differs(school: SampleSchool, day: date, differs: bool) -> None:
    """Though all of it is blank in the diary, as in the check: up to the last lesson that is kept on the page."""
    school.paper = {place: mark for place, mark in truth().items() if place[:2] != (PHYSICS, day)}
    blank = [one for one in side(school.paper) if (one.page.subject, one.day) != (PHYSICS, day)]
    lesson = RegisterCell(
        page=Page(group=FORM, subject=PHYSICS), day=day, nth=1, kind=CellKind.LESSON, person=None, value="1|"
    )
    school.pull([*blank, lesson])
    made = school.draw(20, UnitKind.LESSON)
    missing = next(line for line in school.lines(made) if line.page.endswith("Физика") and line.day == day)

    def answer(line: SampleLine) -> str:
        if line.unit == missing.unit:
            return "нет" if line.what is What.LESSON else ""
        return school.on_paper(line)

    school.enter(school.type_over(made, answer))
    assert school.status(made).unbiased.differing == ((missing.unit,) if differs else ())


def test_a_lesson_neither_side_has_does_not_differ(school: SampleSchool) -> None:
    """The timetable asked for it, it was not held: paper and diary agree."""
    school.lessons.append(taught(ALGEBRA, date(2026, 9, 12)))
    told = school.sampled(21, UnitKind.LESSON)
    assert told.unbiased.differing == ()
    assert told.claim == assure(21, 21, 0)


def test_a_mark_for_somebody_who_is_not_on_the_list_makes_the_lesson_differ(school: SampleSchool) -> None:
    """Paper knows a pupil that the diary does not."""
    made = school.draw(20, UnitKind.LESSON)
    others = next(line for line in school.lines(made) if line.what is What.OTHERS)
    school.enter(school.type_over(made, lambda line: "Иванов 5" if line == others else school.on_paper(line)))
    assert school.status(made).unbiased.differing == (others.unit,)


def test_a_pupils_absence_spelled_otherwise_does_not_differ(school: SampleSchool) -> None:
    """The rules of the check hold: «нп» on paper is «н» in the diary."""
    made = school.draw(120)
    for place, mark in truth().items():
        if mark == "н":
            school.paper[place] = "НП"
    school.enter(school.type_over(made))
    assert school.status(made).unbiased.differing == ()


def test_a_tighter_claim_says_how_many_more_it_takes(school: SampleSchool) -> None:
    """Each tighter share with the number of further units, rising."""
    told = school.sampled(40)
    shares = [share for share, _more in told.tighter]
    more = [more for _share, more in told.tighter]
    assert shares == [Fraction(5, 100), Fraction(2, 100), Fraction(1, 100), Fraction(5, 1000), Fraction(1, 1000)]
    assert more == sorted(more)
    assert all(assure(120, 40 + extra, 0).share < share for share, extra in told.tighter)


def test_a_longer_draw_of_the_same_seed_goes_on_with_what_was_typed(school: SampleSchool) -> None:
    """The first forty of sixty are the same forty; both draws stay told."""
    first = school.draw(40)
    school.enter(school.type_over(first))
    second = school.draw(60, again="Нужно утверждение точнее")
    assert second.drawn[:40] == first.drawn
    told = school.status(second)
    assert len(told.unbiased.entered) == 40
    school.enter(school.type_over(second))
    assert school.status(second).claim == assure(120, 60, 0)


def test_risk_led_units_are_no_part_of_the_claim(school: SampleSchool) -> None:
    """A difference among them is told apart and weakens nothing."""
    school.pull(side(truth(), set_at=datetime(2026, 11, 1, tzinfo=UTC)))
    made = school.draw(40, risk=10)
    place = place_of(school, next(iter(made.risk)))
    school.paper[place] = "2"
    school.enter(school.type_over(made))
    told = school.status(made)
    assert [place_of(school, unit) for unit in told.risk.differing] == [place]
    assert told.claim == assure(120, 40, 0)


# --- attacks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(UnitKind))
def test_leaving_a_drawn_unit_out_takes_the_claim_away(school: SampleSchool, kind: UnitKind) -> None:
    """The page that cannot be found is the one a register would rather not show; it is named."""
    made = school.draw(15, kind)
    left = made.drawn[3]
    school.enter(school.type_over(made, lambda line: "" if line.unit == left else school.on_paper(line)))
    told = school.status(made)
    assert told.claim is None
    assert [(one.why, one.units) for one in told.refused] == [(Refusal.NOT_FOLLOWED, (left,))]


def test_units_beyond_the_draw_do_not_stand_in_for_it(school: SampleSchool) -> None:
    """Another workbook's lines are not this draw's."""
    first = school.draw(20)
    filled = school.type_over(first)
    school.draw(20, seed="другие слова", again="Проверка")
    school.enter(filled)
    with school.store.begin() as work:
        second = work.control.samples.draws()[-1]
    told = school.status(second)
    assert (told.claim, told.unbiased.entered) == (None, ())


def test_every_draw_of_the_period_is_told_with_the_claim(school: SampleSchool) -> None:
    """The best of two draws is worth no more than twice the doubt."""
    school.draw(20)
    second = school.draw(40, seed="другие слова", again="Проверка")
    school.enter(school.type_over(second))
    told = school.status(second)
    assert told.draws == (1, 2)
    assert told.weakest == Fraction(90, 100)


@pytest.mark.parametrize("change", ["lesson", "pupil", "diary"])
def test_a_frame_that_changed_takes_the_claim_away(school: SampleSchool, change: str) -> None:
    """What came and what went is named."""
    made = school.draw(40)
    school.enter(school.type_over(made))
    if change == "lesson":
        school.lessons.append(taught(PHYSICS, date(2026, 9, 12)))
    elif change == "pupil":
        school.consenting.remove(PUPILS[0])
    else:
        school.lessons = [one for one in school.lessons if (one.subject, one.day) != (ALGEBRA, DAYS[0])]
        school.pull([one for one in side(truth()) if (one.page.subject, one.day) != (ALGEBRA, DAYS[0])])
    told = school.status(made)
    assert told.claim is None
    (refused,) = told.refused
    assert refused.why is Refusal.FRAME_CHANGED
    assert (len(refused.added), len(refused.units)) == {"lesson": (6, 0), "pupil": (0, 20), "diary": (0, 6)}[change]


def corrupt(school: SampleSchool, statement: str, *values: object) -> None:
    """Somebody with the database file in his hands."""
    with closing(sqlite3.connect(school.folder / "school.db")) as base:
        base.execute(statement, values)
        base.commit()


def test_an_edited_seed_takes_the_claim_away(school: SampleSchool) -> None:
    """The audit log holds its digest, and it does not give these units."""
    made = school.draw(40)
    school.enter(school.type_over(made))
    corrupt(school, "UPDATE sample_draw SET seed = 'удобные слова'")
    told = school.status(made)
    assert (told.claim, why(told)) == (None, [Refusal.ALTERED])


def test_an_edited_draw_takes_the_claim_away(school: SampleSchool) -> None:
    """One unit of the drawn replaced by another."""
    made = school.draw(40)
    school.enter(school.type_over(made))
    other = next(unit for unit in made.frame if unit not in made.drawn)
    corrupt(school, "UPDATE sample_draw SET drawn = replace(drawn, ?, ?)", f'"{made.drawn[0]}"', f'"{other}"')
    told = school.status(made)
    assert told.claim is None
    assert Refusal.ALTERED in why(told)


def test_an_edited_frame_takes_the_claim_away(school: SampleSchool) -> None:
    """A kept frame without its awkward lessons is not the one that was sealed."""
    made = school.draw(40)
    school.enter(school.type_over(made))
    kept = [unit for unit in made.frame if unit in made.drawn]
    text = "[" + ",".join(f'"{unit}"' for unit in kept) + "]"
    corrupt(school, "UPDATE sample_draw SET frame = ?", zlib.compress(text.encode()))
    told = school.status(made)
    assert told.claim is None
    assert Refusal.ALTERED in why(told)


def test_a_draw_that_was_removed_takes_the_claim_of_the_next_away(school: SampleSchool) -> None:
    """The audit log remembers the draw that did not look good."""
    school.draw(40)
    second = school.draw(40, seed="другие слова", again="Проверка")
    school.enter(school.type_over(second))
    corrupt(school, "DELETE FROM sample_draw WHERE number = 1")
    told = school.status(second)
    assert told.claim is None
    assert [(one.why, one.draws) for one in told.refused] == [(Refusal.ALTERED, (1,))]


def test_mending_the_drawn_cells_alone_mends_nothing(school: SampleSchool) -> None:
    """The diary is compared as it was known at the draw; what moved since is told."""
    made = school.draw(60)
    place = marked(school, made)[0]
    school.paper[place] = "2"
    school.enter(school.type_over(made))
    school.pull(side({**truth(), place: "2"}))
    told = school.status(made)
    assert [place_of(school, unit) for unit in told.unbiased.differing] == [place]
    assert [place_of(school, unit) for unit in told.moved] == [place]


def test_typing_a_unit_again_is_told(school: SampleSchool) -> None:
    """The later word counts, and that there was another one is said."""
    made = school.draw(60)
    place = marked(school, made)[0]
    honest = school.paper[place]
    school.paper[place] = "2"
    school.enter(school.type_over(made))
    school.paper[place] = honest
    assert school.enter(school.type_over(made)).changed == 1
    told = school.status(made)
    assert (told.unbiased.differing, told.retyped) == ((), 1)


def test_a_sheet_of_another_school_or_draw_is_refused(school: SampleSchool) -> None:
    """A workbook is bound to its draw by a digest."""
    made = school.draw(10)
    path = school.type_over(made)
    corrupt(school, "UPDATE sample_draw SET seed = 'удобные слова'")
    with pytest.raises(DataError, match="не для этой выборки"):
        school.enter(path)
