"""A timetable in a spreadsheet meets the school's other files: subgroups, staff, forms."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from grid_case import NAME, codes, part, read
from grid_files import SCHOOL, write_book
from source_files import TWO_WEEKS, YEAR, pupil, seat, write_table

from connectors.sources import layouts
from gateway.sync.reading import read_file
from mappings.sources.assemble import assemble
from state.identity import form_id, subgroup_id
from state.records import Lesson, RecordType

if TYPE_CHECKING:
    from pathlib import Path


def test_the_sheet_of_subgroups_meets_the_groups_of_the_grid(tmp_path: Path) -> None:
    """Division = the subject, subgroup = «1 группа»: its pupils are in the group that the lessons are taught to."""
    pupils = write_table(tmp_path / "p.xlsx", layouts.PUPILS, [pupil("Л-1", "Ли Ян Петрович", "7Б")])
    seats = write_table(
        tmp_path / "s.xlsx", layouts.SUBGROUPS, [seat("Л-1", "Ли Ян Петрович", "7Б", "Английский язык", "1 группа")]
    )
    files = (pupils, seats, write_book(tmp_path / NAME, SCHOOL))
    snapshot = assemble([one for path in files for one in read_file(path).parts], YEAR, TWO_WEEKS).snapshot
    mine = subgroup_id(form_id(2026, "7Б"), "Английский язык", "1 группа")
    members = {member.person for member in snapshot.of(RecordType.MEMBERSHIP) if member.group == mine}  # type: ignore[union-attr]
    assert members == {"pupil:л-1"}
    days = {one.day for one in snapshot.of(RecordType.LESSON) if isinstance(one, Lesson) and one.group == mine}
    assert days == {date(2026, 9, 7)}


def test_half_of_a_division_has_its_other_half(tmp_path: Path) -> None:
    """Who has another subject in that hour is in the other group of this one: the sheet of subgroups can say so."""
    heads = ("Дни", "Уроки", "7а")
    reading = read(tmp_path, {"Л": (heads, ("Пн", 1, "Труд (12), Хор (13)"))})
    names = [(one.division, one.name) for one in part(reading).records[RecordType.SUBGROUP]]  # type: ignore[union-attr]
    assert names == [(subject, f"{number} группа") for subject in ("Труд", "Хор") for number in (1, 2)]
    assert codes(reading)["GRID_HALF_ALONE"] == 2


def test_namesakes_meet_the_staff_sheet(tmp_path: Path) -> None:
    """«О.Вл.» is Владимировна; «О.В.» may be either, so that lesson has no teacher until a person tells."""
    rows = [{"ФИО педагога": name} for name in ("Козлова Ольга Владимировна", "Козлова Ольга Васильевна")]
    staff = write_table(tmp_path / "s.xlsx", layouts.STAFF, rows)
    files = (staff, write_book(tmp_path / NAME, SCHOOL))
    found = assemble([one for path in files for one in read_file(path).parts], YEAR, TWO_WEEKS)
    algebra = {
        (one.group, one.teachers)
        for one in found.snapshot.of(RecordType.LESSON)
        if isinstance(one, Lesson) and one.subject == "subject:алгебра" and one.group != form_id(2026, "8В")
    }
    assert algebra == {
        (form_id(2026, "7А"), ("staff:козлова ольга владимировна",)),
        (form_id(2026, "7Б"), ()),
    }
    told = [problem.raw for problem in found.problems if problem.code == "AMBIGUOUS_TEACHER"]
    assert [" ".join(raw.split()) for raw in told] == ["Козлова О. В."]


def test_a_column_that_stands_for_two_forms_is_told(tmp_path: Path) -> None:
    """«11и» of the grid is «11И (техн.)» and «11И (гум.)» of the list of pupils."""
    names = ("11И (техн.)", "11И (гум.)", "7А")
    rows = [pupil(f"Л-{number}", "Ли Ян", name) for number, name in enumerate(names)]
    pupils = write_table(tmp_path / "p.xlsx", layouts.PUPILS, rows)
    grid = write_book(tmp_path / NAME, {"Л": (("Дни", "Уроки", "7а", "11и"), ("Пн", 1, "Алгебра", "Физика"))})
    told = assemble([one for path in (pupils, grid) for one in read_file(path).parts], YEAR, TWO_WEEKS).problems
    assert [(one.where, one.raw) for one in told if one.code == "FORM_STANDS_FOR_OTHERS"] == [
        (NAME, "11И: 11И (гум.), 11И (техн.)")
    ]
