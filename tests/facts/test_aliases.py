"""A person under a new id in the files is the one known by the old id, wherever the files name them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from source_files import TWO_WEEKS, YEAR, pupil, write_table

from connectors.sources import layouts
from gateway.sync.reading import read_file
from mappings.sources.assemble import Assembled, assemble
from state.identity import SourcedId, form_id, guardian_id, membership_id, pupil_id, staff_id, subgroup_id
from state.records import Form, Guardian, Membership, RecordType

if TYPE_CHECKING:
    from pathlib import Path

    from state.local import LocalPart

NEW, OLD = pupil_id("К-101"), pupil_id("К-1")
MARRIED, KNOWN = staff_id("Громова Анна Олеговна"), staff_id("Белова Анна Олеговна")
MOTHER = {"Фамилия Родителя 1": "Ли", "Имя Родителя 1": "Ева", "Степень родства": "мать"}


@pytest.fixture
def parts(tmp_path: Path) -> list[LocalPart]:
    """The pupil К-101 of 7Б with a mother, led by Громова; all have given consent, and the pupil sits in a group."""
    consent = {"Дата рождения": "", "Вид согласия": "обработка персональных данных", "Дата согласия": date(2026, 8, 1)}
    name = {"Фамилия": "Ли", "Имя": "Ян", "Отчество": ""}
    teacher = {"Фамилия": "Громова", "Имя": "Анна", "Отчество": "Олеговна"}
    seat = {"Класс": "7Б", **name, "№ личного дела": "К-101", "Деление": "1", "Подгруппа": "Группа 1"}
    files = [
        write_table(tmp_path / "p.xlsx", layouts.PUPILS, [pupil("К-101", **MOTHER), pupil("К-2", "Ким Ева")]),
        write_table(
            tmp_path / "s.xlsx",
            layouts.STAFF,
            [{"ФИО педагога": "Громова Анна Олеговна", "Классный руководитель": "7Б"}],
        ),
        write_table(tmp_path / "g.xlsx", layouts.SUBGROUPS, [seat]),
        write_table(
            tmp_path / "c.xlsx",
            layouts.CONSENTS,
            [
                {"Кто": "ученик", **name, "№ личного дела": "К-101", **consent},
                {"Кто": "сотрудник", **teacher, **consent},
            ],
        ),
    ]
    return [part for path in files for part in read_file(path).parts]


def school(parts: list[LocalPart], same_as: dict[SourcedId, SourcedId]) -> Assembled:
    return assemble(parts, YEAR, TWO_WEEKS, same_as=same_as)


def test_everything_of_the_pupil_is_known_by_the_old_number(parts: list[LocalPart]) -> None:
    """The record, the seats in form and subgroup, the mother, the consent: no trace of the new id."""
    found = school(parts, {NEW: OLD})
    form = form_id(2026, "7Б")
    assert [one.sourced_id for one in found.snapshot.of(RecordType.PUPIL)] == [OLD, pupil_id("К-2")]
    assert [(one.sourced_id, one.pupil) for one in found.snapshot.each(Guardian)] == [(guardian_id(OLD, "Ли Ева"), OLD)]
    seats = {one.sourced_id for one in found.snapshot.each(Membership) if one.person == OLD}
    assert membership_id(OLD, form) in seats
    assert OLD in {consent.subject for consent in found.consents}
    assert NEW not in str(found)
    assert "К-101" in str(found.snapshot.of(RecordType.PUPIL))
    assert found.problems == school(parts, {}).problems
    assert membership_id(OLD, subgroup_id(form, "1", "Группа 1")) in str(found.seating)


def test_a_teacher_keeps_the_old_id_under_the_new_name(parts: list[LocalPart]) -> None:
    """The form is led by the same record, whose name is the new one."""
    found = school(parts, {MARRIED: KNOWN})
    assert [(one.sourced_id, one.name.family) for one in found.snapshot.of(RecordType.STAFF)] == [(KNOWN, "Громова")]
    assert {form.tutor for form in found.snapshot.each(Form)} == {KNOWN}
    assert KNOWN in {consent.subject for consent in found.consents}


def test_two_who_are_both_listed_stay_two(parts: list[LocalPart]) -> None:
    """The old id is back in the files: whoever bears it is a person of their own."""
    assert str(school(parts, {NEW: pupil_id("К-2")})) == str(school(parts, {}))


def test_an_unknown_new_id_renames_nobody(parts: list[LocalPart]) -> None:
    """What was said of somebody who has left since changes nothing."""
    assert str(school(parts, {pupil_id("К-777"): OLD})) == str(school(parts, {}))
