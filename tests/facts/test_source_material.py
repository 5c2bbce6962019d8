"""Folders, archives and delimited text become material; parts of single forms lie over the whole school's."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from connectors.sources.delimited import decode, read_delimited
from connectors.sources.material import Material
from connectors.sources.wire import Content, UnreadableFile
from mappings.sources.merge import merged
from mappings.sources.provisional import undated_form
from state.identity import SourcedId, membership_id
from state.local import LocalPart, Problem, SourceKind
from state.records import Membership, PersonName, Pupil, RecordType

if TYPE_CHECKING:
    from pathlib import Path


def csv_rows(data: bytes) -> list[list[str]] | None:
    grid = read_delimited(Content(name="a.csv", data=data, sha256=""), data)
    return [[cell.text for cell in row] for row in grid.rows] if grid else None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "cp866"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_csv_file_reads_in_any_usual_encoding_and_separator(encoding: str, separator: str) -> None:
    """Every row is as wide as the widest, quoted line breaks are inside a cell."""
    text = separator.join(["Фамилия", "Имя", "Класс"]) + "\r\n" + separator.join(["Ёлкин", '"Ян\nЯнович"', "7Б", "x"])
    assert csv_rows(text.encode(encoding)) == [["Фамилия", "Имя", "Класс", ""], ["Ёлкин", "Ян Янович", "7Б", "x"]]


def test_the_guessed_page_is_told_and_unicode_is_not() -> None:
    """A finding can say which encoding was assumed."""
    assert [decode("Фамилия;Имя".encode(page)).guessed for page in ("cp1251", "cp866", "utf-8")] == [
        "cp1251",
        "cp866",
        "",
    ]


def test_a_formula_in_a_csv_file_is_disarmed_and_placed() -> None:
    """What a spreadsheet would run is blank here, and its place is known."""
    data = b"a;b\n=HYPERLINK(1);2\n"
    grid = read_delimited(Content(name="a.csv", data=data, sha256=""), data)
    assert grid is not None
    assert (grid.rows[1][0].text, grid.rows[1][0].where, set(grid.formulas)) == ("", "a.csv!A2", {(1, 0)})


@pytest.mark.parametrize("data", [b"one column\nonly", b"\x00\x01;\x02", b"<a>;</a>", b'{"a";1}'])
def test_what_is_no_delimited_text_is_not_a_table(data: bytes) -> None:
    """Markup, binary data and a single column are left to other readers."""
    assert csv_rows(data) is None


def test_a_csv_file_that_asks_for_a_huge_rectangle_is_refused() -> None:
    """One line of a million cells above ten thousand short ones would be ten milliard cells."""
    data = b";" * 1_000_000 + b"\n;" * 10_000
    with pytest.raises(UnreadableFile) as refused:
        csv_rows(data)
    assert refused.value.code == "TOO_LARGE"


def test_a_folder_and_an_archive_of_the_same_files_hold_the_same(tmp_path: Path) -> None:
    """Files inside are named «package/file»; folders inside, absolute paths and paths upwards are named, not opened."""
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "a.csv").write_text("1;2", encoding="utf-8")
    (folder / "deep").mkdir()
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.csv", "1;2")
        for name in ("deep/b.csv", "../../etc/passwd", "/c.csv"):
            packed.writestr(name, "x")
    laid, zipped = Material(folder).package, Material(archive).package
    assert laid is not None
    assert zipped is not None
    assert [(one.name, one.data) for one in laid.files.values()] == [("export/a.csv", b"1;2")]
    assert [(one.name, one.data) for one in zipped.files.values()] == [("export.zip/a.csv", b"1;2")]
    assert [flaw.raw for flaw in laid.flaws] == ["deep"]
    assert [flaw.raw for flaw in zipped.flaws] == ["deep/b.csv", "../../etc/passwd", "/c.csv"]


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    """130 MB of zeros pack into a few hundred kilobytes."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", bytes(130 * 2**20))
    with pytest.raises(UnreadableFile) as refused:
        assert Material(path).package
    assert refused.value.code == "ZIP_BOMB"


# --- parts of single forms --------------------------------------------------------------------------------------------


def part(slot: str, *seats: tuple[str, str], sha256: str = "", blocks: bool = False) -> LocalPart:
    """A list of pupils by personal file and form."""
    pupils = [
        Pupil(
            sourced_id=SourcedId(f"pupil:{file}"), name=PersonName(family="Ли", given=slot or "Ян"), personal_file=file
        )
        for file, _ in seats
    ]
    members = [
        Membership(sourced_id=membership_id(pupil.sourced_id, group), person=pupil.sourced_id, group=group)
        for pupil, (_, form) in zip(pupils, seats, strict=True)
        for group in [undated_form(form)]
    ]
    return LocalPart(
        kind=SourceKind.PUPILS,
        source=f"{slot or 'all'}.xlsx",
        sha256=sha256 or f"{slot}{seats}",
        slot=slot,
        records={RecordType.PUPIL: tuple(pupils), RecordType.MEMBERSHIP: tuple(members)},
        complete=frozenset({RecordType.PUPIL, RecordType.MEMBERSHIP}),
        problems=(Problem(code="VALUE_MISSING", where="a", blocks=blocks),) if blocks else (),
    )


def seats(merged_part: LocalPart) -> set[tuple[str, str]]:
    return {
        (member.person.removeprefix("pupil:"), member.group.rpartition(":")[2])
        for member in merged_part.records[RecordType.MEMBERSHIP]
        if isinstance(member, Membership)
    }


def test_the_list_of_one_form_decides_who_is_in_it() -> None:
    """Who is not on it any more is in no form, who came is in no other, the rest of the school stands."""
    whole = part("", ("1", "7А"), ("2", "7А"), ("3", "7Б"), ("4", "7Б"))
    (found,) = merged([whole, part("7А", ("1", "7А"), ("3", "7А"))])
    assert seats(found) == {("1", "7а"), ("3", "7а"), ("4", "7б")}
    assert found.complete == {RecordType.PUPIL, RecordType.MEMBERSHIP}


def test_lists_of_forms_alone_are_never_the_whole_school() -> None:
    """Whoever they do not mention may be in a form nobody listed."""
    (found,) = merged([part("7А", ("1", "7А")), part("7Б", ("2", "7Б"))])
    assert seats(found) == {("1", "7а"), ("2", "7б")}
    assert found.complete == frozenset()


def test_a_form_read_in_part_takes_the_wholeness_away() -> None:
    """A row left out of one form's list could be the pupil who seems to be gone."""
    (found,) = merged([part("", ("1", "7А"), ("2", "7Б")), part("7А", ("1", "7А"), blocks=True)])
    assert found.complete == frozenset()
