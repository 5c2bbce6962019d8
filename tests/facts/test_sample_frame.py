"""The frame of a sample: complete, each unit once, from timetable, diary and paper together; nobody's name in it."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from facts.sample_case import ALGEBRA, DAYS, FORM, PERIOD, PUPILS, SampleSchool, members, seat, side, taught, truth

from gateway.errors import DataError
from gateway.register.sample_draw import Aim, plan
from gateway.register.sample_frame import Frame, frame_of, missing_units
from gateway.register.sample_units import UnitKind, frame_csv, unit_key, unit_name, unit_of
from state.identity import SourcedId, subject_id
from state.modes import Mode, ModeRecord
from state.paper import Transcription
from state.register import CellKind, Page, RegisterCell

if TYPE_CHECKING:
    from pathlib import Path

MUSIC = subject_id("Музыка")


@pytest.fixture
def school(tmp_path: Path) -> SampleSchool:
    made = SampleSchool(tmp_path)
    made.pull(side(truth()))
    return made


def frame(school: SampleSchool, kind: UnitKind = UnitKind.CELL) -> Frame:
    with school.store.begin() as work:
        return frame_of(work, school.scope(kind))


def test_every_pupil_stands_in_every_lesson_once(school: SampleSchool) -> None:
    """Two subjects on ten days, six pupils: 120 cells, 20 lessons, each name once."""
    cells, lessons = frame(school).units, frame(school, UnitKind.LESSON).units
    assert (len(cells), len(set(cells)), len(lessons)) == (120, 120, 20)


def test_a_lesson_that_the_diary_lacks_is_told_and_is_in_the_frame(school: SampleSchool) -> None:
    """Paper may have it."""
    school.lessons.append(taught(ALGEBRA, date(2026, 9, 12)))
    made = frame(school)
    assert len(made.units) == 126
    assert [unit_name(one).split("/")[1] for one in made.only_timetable] == ["2026-09-12"]


def test_a_lesson_only_the_diary_has_is_in_the_frame(school: SampleSchool) -> None:
    """A page the timetable does not know is part of the register all the same."""
    page = Page(group=FORM, subject=MUSIC)
    lesson = RegisterCell(page=page, day=DAYS[0], nth=1, kind=CellKind.LESSON, person=None, value="7|")
    school.pull([*side(truth()), lesson])
    made = frame(school)
    assert (len(made.units), len(made.beyond_timetable)) == (126, 1)


def test_a_lesson_only_paper_has_is_in_the_frame(school: SampleSchool) -> None:
    """A page that was typed over in part brings the lessons neither timetable nor diary know."""
    page = Page(group=FORM, subject=ALGEBRA)
    day = date(2026, 9, 13)
    cells = (RegisterCell(page=page, day=day, nth=1, kind=CellKind.LESSON, person=None, value="|"),)
    kept = Transcription(page=page, period=PERIOD, source="7Б.xlsx", sha256="1", whole=False, cells=cells)
    with school.store.begin() as work:
        work.save_transcription(kept)
        work.commit()
    assert len(frame(school).units) == 126


def test_who_came_later_is_in_the_lessons_since(school: SampleSchool) -> None:
    """A pupil from the sixth day on has five days of two subjects."""
    school.seats[0] = seat(PUPILS[0], starts=DAYS[5])
    held = {cell: mark for cell, mark in truth().items() if cell[2] != PUPILS[0]}
    school.pull([*side(held)[: -len(PUPILS)], *members(PUPILS)])
    assert len(frame(school).units) == 110


def test_who_left_and_still_has_a_mark_is_in_that_lesson(school: SampleSchool) -> None:
    """An entry in the diary is looked at whatever the lists say."""
    school.seats[0] = seat(PUPILS[0], starts=DAYS[5])
    school.pull(side({**truth(), (ALGEBRA, DAYS[0], PUPILS[0]): "5"}))
    with school.store.begin() as work:
        name = unit_name(
            unit_key(work.page_key(Page(group=FORM, subject=ALGEBRA)), DAYS[0], 1, work.person_key(PUPILS[0]))
        )
    assert name in frame(school).units


def test_pupils_without_a_consent_stand_in_no_frame(school: SampleSchool) -> None:
    """They are not in the diary by right; how many cells they have is told."""
    school.consenting.remove(PUPILS[1])
    made = frame(school)
    assert (len(made.units), made.left_out) == (100, 20)


def test_a_register_without_paper_stands_in_no_frame(school: SampleSchool) -> None:
    """From the sixth day on the form keeps the diary alone: there is nothing to look up (R009)."""
    with school.store.begin() as work:
        work.paperwork.set_mode(ModeRecord(mode=Mode.ELECTRONIC_ONLY, starts=DAYS[5], form=FORM))
        work.commit()
    made = frame(school)
    assert (len(made.units), made.without_paper) == (60, 10)
    assert plan(school.store, school.scope(), Aim()).frame.units == made.units


def test_a_pilot_is_all_of_the_frame(school: SampleSchool) -> None:
    """Only the pilot's subject is kept on both sides (R004)."""
    with school.store.begin() as work:
        work.paperwork.set_mode(ModeRecord(mode=Mode.PARALLEL, starts=DAYS[0], form=FORM, subject=ALGEBRA))
        work.commit()
    assert len(frame(school, UnitKind.LESSON).units) == 10


def test_the_proof_misses_a_unit_that_is_left_out(school: SampleSchool) -> None:
    """It is counted anew from each pupil's side, and finds the one cell or lesson that is not there."""
    for kind in UnitKind:
        with school.store.begin() as work:
            units = frame_of(work, school.scope(kind)).units
            assert missing_units(work, school.scope(kind), units) == ()
            assert missing_units(work, school.scope(kind), units[1:]) == units[:1]


def test_lessons_without_a_single_known_pupil_hold_the_cells_back(school: SampleSchool) -> None:
    """Their cells cannot be told, so cells are not drawn; lessons can be."""
    school.seats.clear()
    school.pull(side({})[: -len(PUPILS)])
    with pytest.raises(DataError, match="неизвестен ни один ученик"):
        plan(school.store, school.scope(), Aim())
    assert plan(school.store, school.scope(UnitKind.LESSON), Aim()).needed == 19


def test_without_a_timetable_nothing_is_proved(school: SampleSchool) -> None:
    """Completeness is measured by it."""
    school.lessons.clear()
    with pytest.raises(DataError, match="ни одного урока расписания"):
        plan(school.store, school.scope(), Aim())


def test_without_a_pull_there_is_nothing_to_compare(tmp_path: Path) -> None:
    """An empty ledger is no register."""
    with pytest.raises(DataError, match="ещё не забран по"):
        plan(SampleSchool(tmp_path).store, SampleSchool(tmp_path).scope(), Aim())


def test_a_pull_of_before_the_last_day_is_too_old(tmp_path: Path) -> None:
    """What was written since would look as if only paper had it."""
    school = SampleSchool(tmp_path)
    school.now = datetime(2026, 9, 14, 15, tzinfo=UTC)
    school.pull(side(truth()))
    with pytest.raises(DataError, match="ещё не забран по"):
        plan(school.store, school.scope(), Aim())


def test_a_plan_writes_nothing(school: SampleSchool) -> None:
    """Neither an event nor a number for a new page."""
    school.lessons.append(taught(ALGEBRA, date(2026, 9, 12)))
    with school.store.begin() as work:
        before = work.log_head(), work.pages(), work.persons()
    plan(school.store, school.scope(), Aim())
    with school.store.begin() as work:
        assert (work.log_head(), work.pages(), work.persons()) == before


def test_a_published_frame_names_nobody(school: SampleSchool) -> None:
    """Numbers and dates alone, and its SHA-256 is the digest."""
    made = frame(school)
    text = frame_csv(made.units)
    head, *lines = text.decode().splitlines()
    assert head == "unit"
    assert all(re.fullmatch(r"\d+/2026-\d\d-\d\d/\d/\d+", line) for line in lines)
    assert hashlib.sha256(text).hexdigest() == made.digest


def test_a_unit_is_called_by_a_name_that_leads_back() -> None:
    """Page, day, n-th lesson and pupil, or without the pupil."""
    for key in (unit_key(12, date(2026, 9, 3), 2, 45), unit_key(12, date(2026, 9, 3), 2)):
        assert unit_of(unit_name(key)) == key
    assert unit_name(unit_key(12, date(2026, 9, 3), 2, 45)) == "12/2026-09-03/2/45"


def test_a_recognised_stranger_without_consent_stands_in_no_frame(school: SampleSchool) -> None:
    """Somebody entered him by hand: it is the pupil, whatever the diary calls him."""
    stranger = SourcedId("remote:99")
    school.consenting.remove(PUPILS[1])
    with school.store.begin() as work:
        work.put_person_names({stranger: "Зуев Пётр"})
        work.commit()
    school.pull([*side(truth()), *members((stranger,))])
    assert len(frame(school).units) == 100
