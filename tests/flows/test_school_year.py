"""The 1st of September against the sandbox: last year's forms go up, and nobody is taken out and entered anew."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from flows.practice import Practice, little_school, practice

from connectors.sandbox.school import write_files
from connectors.sandbox.school.values import LEFT
from gateway.jobs.run import push
from gateway.sync.planfile import plan_json
from gateway.sync.rollover import flows
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.sandbox.school import DemoSchool
    from gateway.office import Office
    from gateway.sync.values import Plan

NEXT = 2027
SEATS = RecordType.MEMBERSHIP


def up(form: str, grades: int = 1) -> str:
    """«7Б» → «8Б»; who finishes the eleventh form has left."""
    grade, letter = re.fullmatch(r"(\d+)(.*)", form).groups()
    return f"{int(grade) + grades}{letter}" if int(grade) + grades <= 11 else LEFT


def promoted(school: DemoSchool) -> DemoSchool:
    """The same school a year later: one pupil repeats, one jumps over a grade, one has gone over the summer."""
    here = [pupil.personal_file for pupil in school.pupils if not pupil.has_left and pupil not in school.unconsented]
    repeats, jumps, gone = here[3], next(file for file in here[4:] if school.pupil(file).form[0] == "5"), here[-1]
    pupils = tuple(
        replace(
            pupil,
            form=LEFT
            if pupil.has_left or pupil.personal_file == gone
            else up(pupil.form, {repeats: 0, jumps: 2}.get(pupil.personal_file, 1)),
            order_number="93-у",
            order_date=date(NEXT, 8, 28),
            moved=date(NEXT, 9, 1),
        )
        for pupil in school.pupils
    )
    forms = tuple(replace(form, name=up(form.name), grade=form.grade + 1) for form in school.forms)
    return replace(school, pupils=pupils, forms=forms)


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Practice, DemoSchool]]:
    """The first year is in the diary; settings and files are the second year's."""
    school = little_school()
    with practice(tmp_path_factory.mktemp("year") / "school", school) as played:
        with played.office() as office:
            _taken(office, played.folder / "files")
            push(office, "tester", _silent, 1)
            played.upload()
            push(office, "tester", _silent, 1)
            assert not office.plan(office.days.scope(1), "tester").steps
        later = promoted(school)
        _next_year(played, later)
        yield played, later


def _silent(_sentence: str) -> None:
    pass


def _taken(office: Office, folder: Path) -> None:
    office.import_files(sorted(folder.iterdir()), "tester")


def _next_year(played: Practice, later: DemoSchool) -> None:
    """The year in the settings, the pupils' file and the forms' names in the timetable."""
    text = played.config.read_text(encoding="utf-8")
    played.config.write_text(re.sub(r"\b2026\b", str(NEXT), text), encoding="utf-8")
    folder = played.folder / "later"
    folder.mkdir()
    write_files(replace(later, subgroups=()), folder)
    (folder / "subgroups.xlsx").unlink()
    (folder / "substitutions.xlsx").unlink()
    old = (played.folder / "files" / "timetable.xml").read_text(encoding="utf-8")
    names = {form.name: up(form.name) for form in little_school().forms}
    new = re.sub(r'(<class [^>]*?name=")([^"]+)', lambda found: found[1] + names.get(found[2], found[2]), old)
    (folder / "timetable.xml").write_text(new, encoding="utf-8")


def test_a_year_later_everybody_moves_up(turned: tuple[Practice, DemoSchool]) -> None:
    """Moves for all who are in the files, no suspension and no deletion; the jump is held with its forms; last year's
    subgroups are not used; after one approval and one push the plan is empty."""
    played, later = turned
    known = {pupil.personal_file for pupil in later.unconsented}
    seated = [pupil for pupil in later.pupils if not pupil.has_left and pupil.personal_file not in known]
    with played.office() as office:
        _taken(office, played.folder / "later")
        plan = office.plan(office.days.scope(1), "tester")
        assert plan_json(plan)["counts"]["membership"] == {
            "create": 0,
            "update": 0,
            "move": len(seated),
            "suspend": 0,
            "delete": 0,
        }
        _held_with_names(plan)
        assert "SUBGROUPS_OF_OTHER_YEAR" in {item.code for item in office.problems(office.days.scope(1))}
        office.approve(plan.plan_id, "Завуч", "1 сентября; один ученик сдал программу двух лет")
        report = office.apply(plan, "tester")
        assert (report.refused, report.in_doubt, report.waiting) == (0, 0, 0)
        assert report.lags
        again = office.plan(office.days.scope(1), "tester")
        assert (again.steps, again.conflicts) == ((), ())


def _held_with_names(plan: Plan) -> None:
    held = {limit.reason: limit for limit in plan.hold.limits} if plan.hold else {}
    assert {"promoted", "skipped"} <= set(held)
    (jump,) = held["skipped"].lines
    assert re.fullmatch(r"5(.) → 7\1: 1", jump)
    counted = {flow.reason: 0 for flow in flows(plan.steps)}
    for flow in flows(plan.steps):
        counted[flow.reason] += flow.count
    assert (counted["repeats"], counted["skipped"]) == (1, 1)
    assert {step.order.number for step in plan.steps if step.record_type is SEATS and step.order} == {"93-у"}


def test_last_years_lists_stay_in_the_diary(turned: tuple[Practice, DemoSchool]) -> None:
    """The register of the past year keeps its pupils: no membership of 2026 was ended by the promotion."""
    played, _later = turned
    asked = played.control.counters()["by_operation"]
    assert asked["insertGroupMembership"] > 0
    assert "deleteGroupMembership" not in asked
