"""The parallel run and the readiness of a form, from the school's own files, its ledger, its log and its copies."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from facts.test_reconcile_store import PAGE, TEACHER, cell
from flows.test_modes_command import At
from flows.test_scans_command import Archivist

from gateway.bootstrap import open_office
from gateway.errors import DataError
from gateway.jobs.paperless import ready, tracked
from gateway.jobs.upgrade import upgrade
from state.paper import Transcription
from state.records import Lesson
from state.register import CellKind, Page

if TYPE_CHECKING:
    from pathlib import Path

    from state.register import RegisterCell

TODAY = date(2026, 11, 10)


@pytest.fixture
def school(tmp_path: Path) -> Archivist:
    """As it is on a day of the second quarter."""
    made = Archivist(tmp_path)
    made.office.store.close()
    made.office = open_office(made.config, At(TODAY))
    return made


def kept(school: Archivist) -> list[RegisterCell]:
    """Every lesson of the timetable, each with its topic."""
    office = school.office
    periods = office.days.periods()
    year = office.days.scope(starts=periods[0].starts, ends=periods[-1].ends)
    lessons = sorted(office.assembled(year).snapshot.each(Lesson), key=lambda one: one.day)
    return [
        cell(kind, None, value, day=one.day, page=Page(group=one.group, subject=one.subject))
        for one in lessons
        for kind, value in ((CellKind.LESSON, f"{one.number}|{TEACHER}"), (CellKind.TOPIC, "Тема"))
    ]


def pull(school: Archivist, cells: list[RegisterCell]) -> None:
    with school.office.store.begin() as work:
        run = work.start_run("pull")
        groups = sorted({one.page.group for one in cells})
        work.absorb(run, cells, groups, date(2026, 9, 1), date(2027, 5, 31))
        work.end_run(run, {})
        work.commit()


def lacking(school: Archivist) -> list[str]:
    return [one.code for one in ready(school.office, "7б")[1] if not one.holds]


def test_a_form_becomes_ready_condition_by_condition(school: Archivist) -> None:
    """R007: the diary kept in full, a copy of the period, pulls that see corrections; then paper may go."""
    assert lacking(school) == ["completeness", "backups", "corrections"]
    pull(school, kept(school))
    assert lacking(school) == ["backups"]
    upgrade(school.office.settings, datetime(2026, 8, 31, 9, tzinfo=UTC))
    assert lacking(school) == ["backups"]
    upgrade(school.office.settings, At(TODAY).now())
    assert lacking(school) == []
    seen, _conditions = ready(school.office, "7Б")
    # Algebra on Mondays and physics of two subgroups on Tuesdays, but in the holidays.
    assert (seen.lessons, seen.missing) == (len([one for one in _places(kept(school)) if one[1] < TODAY]), ())
    assert seen.lessons > 20


def _places(cells: list[RegisterCell]) -> set[tuple[Page, date]]:
    return {(one.page, one.day) for one in cells}


def test_one_lesson_without_a_topic_forbids_it_and_is_named(school: Archivist) -> None:
    """«В полном объёме» is every lesson; whatever has not been held yet does not count."""
    pull(school, [one for one in kept(school) if (one.page, one.day) != (PAGE, date(2026, 9, 14)) or not one.kind])
    seen, conditions = ready(school.office, "7Б")
    assert [(one.page, one.day, one.nth) for one in seen.missing] == [(PAGE, date(2026, 9, 14), 1)]
    assert not conditions[0].holds


def test_a_form_nobody_knows_is_refused(school: Archivist) -> None:
    """With those there are."""
    with pytest.raises(DataError) as refused:
        ready(school.office, "9Я")
    assert "7Б" in refused.value.next_step


def test_the_command_says_why_not_in_words(school: Archivist) -> None:
    """«Нельзя» with the condition, and what is on record of backups: nothing."""
    pull(school, kept(school)[:4])
    said = school.say("modes", "readiness", "--form", "7Б").out
    for words in ("Нельзя: ", "регулярное резервное копирование", "нет записи о резервной копии"):
        assert words in said
    told = school.say("modes", "readiness", "--form", "7Б", "--json").told
    assert (told["schema"], told["ready"]) == ("modes-readiness/1", False)
    assert [one["code"] for one in told["conditions"]] == ["completeness", "backups", "corrections"]


def test_the_tracker_names_who_is_ready_and_what_lacks(school: Archivist) -> None:
    """R005: both records through the first quarter; physics was not typed over."""
    cells = kept(school)
    pull(school, cells)
    period = school.office.days.periods()[0]
    own = tuple(one for one in cells if one.page == PAGE and one.day <= period.ends)
    typed = Transcription(page=PAGE, period=period.sourced_id, source="7Б", sha256="1", whole=True, cells=own)
    with school.office.store.begin() as work:
        work.save_transcription(typed)
        work.commit()
    (one,) = tracked(school.office)
    assert (one.teacher, one.is_ready) == (TEACHER, False)
    assert {(gap.page.subject, gap.missing) for gap in one.gaps} == {("subject:физика", "not_typed")}
    pilot = ("--mode", "parallel", "--from", period.starts.isoformat(), "--form", "7Б", "--subject", "Алгебра")
    assert school.say("modes", "set", *pilot, "--by", "Завуч А.А.").code == 0
    (one,) = tracked(school.office)
    assert (one.is_ready, one.period, one.lessons) == (True, period.sourced_id, len({cell.day for cell in own}))


def test_the_tracker_speaks_before_anything_was_pulled(school: Archivist) -> None:
    """Nobody is ready, and it says what to do."""
    assert school.say("modes", "tracker", "--json").told == {"schema": "modes-tracker/1", "teachers": []}
    assert "sverka pull" in school.say("modes", "tracker").err
    pull(school, kept(school))
    said = school.say("modes", "tracker").out
    assert "готовы 0 из 1" in said
