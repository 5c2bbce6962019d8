"""Consents as the school keeps them: who has one, who took it back, and what the diary still holds (R109, R110)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from contracts.little_school import FORM_A, MATHS, TODAY
from contracts.push_bench import Bench, events
from facts.source_files import TWO_WEEKS, YEAR, pupil, write_table

from connectors.sources import layouts
from gateway.sync.consent import withhold
from gateway.sync.consent_register import register_of, remaining
from gateway.sync.reading import read_file
from mappings.sources.assemble import assemble
from state.consents import granted
from state.identity import guardian_id, membership_id, pupil_id, staff_id
from state.records import Consent, RecordType

K1 = pupil_id("К-001")
"""In 7А and in a subgroup, with a mother."""
GIVEN = date(2026, 8, 1)


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench.settled(tmp_path)


# --- whose consent holds ----------------------------------------------------------------------------------------------


def consent(given: date = GIVEN, withdrawn: date | None = None) -> Consent:
    return Consent(subject=K1, given=given, withdrawn=withdrawn)


@pytest.mark.parametrize(
    ("lines", "holds"),
    [
        ([consent()], True),
        ([consent(withdrawn=date(2026, 9, 10))], True),
        ([consent(withdrawn=TODAY)], False),
        ([consent(), consent(withdrawn=TODAY)], False),
        ([consent(withdrawn=date(2026, 8, 20)), consent(date(2026, 8, 25))], True),
        ([consent(date(2026, 9, 10))], False),
        ([], False),
    ],
)
def test_a_withdrawal_ends_what_was_given_before_it(lines, holds):
    """In whichever line it stands; a consent given again later holds again."""
    assert (K1 in granted(lines, TODAY)) is holds
    assert granted(lines[::-1], TODAY) == granted(lines, TODAY)


# --- the sheet --------------------------------------------------------------------------------------------------------

MOTHER = {"Фамилия Родителя 1": "Цой", "Имя Родителя 1": "Вера", "Степень родства": "мать"}
PUPILS = [pupil("1", "Цой Инна", **MOTHER), pupil("2", "Ким Анна", "8А")]
PAPER = {"Вид согласия": "обработка персональных данных", "Дата согласия": GIVEN, "Папка": "К-1"}


def school(tmp_path, *rows):
    """The school of two pupils with these lines of the register."""
    told = {"pupils": (layouts.PUPILS, PUPILS), "consents": (layouts.CONSENTS, [{**PAPER, **row} for row in rows])}
    files = [write_table(tmp_path / f"{name}.xlsx", *table) for name, table in told.items()]
    return assemble([part for path in files for part in read_file(path).parts], YEAR, TWO_WEEKS)


def line(who: str, name: str, **more) -> dict:
    family, given = name.split()
    return {"Кто": who, "Фамилия": family, "Имя": given, **more}


def test_a_line_holds_subject_kind_dates_and_folder(tmp_path):
    """All five of R109 are kept."""
    (found,) = school(tmp_path, line("ученик", "Цой Инна", **{"Дата отзыва": date(2026, 9, 5)})).consents
    assert found == Consent(
        subject=pupil_id("1"),
        given=GIVEN,
        withdrawn=date(2026, 9, 5),
        folder="К-1",
        kind="обработка персональных данных",
    )


def test_a_guardian_may_withdraw_alone(tmp_path):
    """The mother's data stay at home, the child's go on; found by name, and by the child's file where it is told."""
    lines = [line("ученик", "Цой Инна"), line("родитель", "Цой Вера", **{"Дата отзыва": date(2026, 9, 1)})]
    for told in (lines, [lines[0], {**lines[1], "№ личного дела": "1"}]):
        local = school(tmp_path, *told)
        cleared = withhold(local.snapshot, local.consents, TODAY)
        assert [one.sourced_id for one in cleared.snapshot.of(RecordType.PUPIL)] == [pupil_id("1")]
        assert cleared.snapshot.of(RecordType.GUARDIAN) == ()
        assert guardian_id(pupil_id("1"), "Цой Вера") in cleared.hidden
    elsewhere = school(tmp_path, lines[0], {**lines[1], "№ личного дела": "2"})
    assert "CONSENT_WITHOUT_PERSON" in {problem.code for problem in elsewhere.problems}


def test_the_register_is_counted_by_form(tmp_path):
    """Given, withdrawn, missing: for each form in the order of grades, all pupils and the staff."""
    local = school(tmp_path, line("ученик", "Цой Инна", **{"Дата отзыва": date(2026, 9, 1)}))
    found = register_of(local, TODAY)
    assert [(one.group, one.people, one.given, one.withdrawn, one.missing) for one in found.forms] == [
        ("7Б", 1, 0, 1, 0),
        ("8А", 1, 0, 0, 1),
    ]
    assert (found.pupils.people, found.pupils.withdrawn, found.pupils.missing) == (2, 1, 1)
    assert found.staff.people == 0
    assert set(found.pupils.as_json()) == {"group", "people", "given", "withdrawn", "missing"}


# --- what the diary still holds ---------------------------------------------------------------------------------------


def test_a_withdrawal_lists_what_is_there(bench):
    """The pupil, the mother and the memberships, each with the diary's id; nobody else's."""
    bench.school.unconsented.add(K1)
    (found,) = remaining(bench.store, bench.school.local(), TODAY)
    held = {one.sourced_id: one.remote_id for one in found.there.objects}
    assert set(held) == {
        K1,
        guardian_id(K1, "Мать К-001"),
        membership_id(K1, FORM_A),
        next(sid for sid in held if "@subgroup:" in sid),
    }
    assert held[K1] in bench.diary.objects[RecordType.PUPIL]
    assert found.as_json()["objects"][0]["remote_id"] == held[K1]
    assert found.name.startswith("УченикК-001")


def test_a_teachers_withdrawal_lists_the_lessons(bench):
    """What names the teacher in the diary is told by its id too (R110)."""
    who = staff_id(bench.school.teachers[MATHS])
    bench.school.unconsented.add(who)
    (found,) = remaining(bench.store, bench.school.local(), TODAY)
    kinds = [one.record_type for one in found.there.objects]
    assert (found.there.subject, kinds.count(RecordType.STAFF), kinds.count(RecordType.LESSON)) == (who, 1, 10)


def test_who_was_never_sent_leaves_nothing_there(bench):
    """No consent from the beginning: not in the diary, so nothing to ask for."""
    bench.school.pupils["К-009"] = FORM_A
    bench.school.unconsented.add(pupil_id("К-009"))
    assert remaining(bench.store, bench.school.local(), TODAY) == ()


def test_the_plan_counts_them_and_the_journal_names_the_ids(bench):
    """The plan itself names nobody who may not travel; the audit log has what there is to delete."""
    bench.school.unconsented.add(K1)
    plan = bench.plan()
    assert plan.still_there == {RecordType.PUPIL: 1, RecordType.GUARDIAN: 1, RecordType.MEMBERSHIP: 2}
    assert "к-001" not in plan.to_bytes().decode()
    event = json.loads(next(row for row in events(bench) if '"without_consent_in_diary"' in row))
    (one,) = event["data"]["people"]
    assert (one["subject"], len(one["objects"]), event["data"]["plan"]) == (K1, 4, plan.plan_id)


def test_a_guardians_own_withdrawal_lists_the_guardian_alone(bench):
    """The child's records are not the mother's."""
    mother = guardian_id(K1, "Мать К-001")
    told = bench.school.local()
    local = replace(told, consents=(*told.consents, Consent(subject=mother, given=GIVEN, withdrawn=GIVEN)))
    (found,) = remaining(bench.store, local, TODAY)
    assert [one.sourced_id for one in found.there.objects] == [mother]
