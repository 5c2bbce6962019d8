"""What Sverka writes as OneRoster keeps the format's tables, holds nobody without consent, and is whole or absent."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING

import pytest
from oneroster_case import (
    NOW,
    SCHOOL,
    TODAY,
    demo_school,
    empty_memory,
    export,
    files_of,
    guardians_of,
)
from oneroster_tables import rows_of, violations

from connectors.sources.oneroster_wire import WrittenPackage
from connectors.sources.oneroster_write import read_package, write_package
from gateway.errors import DataError
from gateway.sync.consent import withhold
from gateway.sync.export_oneroster import export_oneroster
from mappings.sources.oneroster_out import oneroster_package
from state.records import (
    Consent,
    PersonName,
    Pupil,
    RecordType,
)
from state.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from mappings.sources.assemble import Assembled
    from state.store import Store


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    return demo_school(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return empty_memory(tmp_path)


# --- the tables -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_the_demo_school_keeps_the_formats_tables(
    version: str, name: str, demo: Assembled, store: Store, tmp_path: Path
) -> None:
    """Files, headers, required words, types, lists of words and references, held against tables of the tests' own."""
    exported = export_oneroster(
        store, demo, SCHOOL, tmp_path / name, version=version, today=TODAY, moment=NOW, actor="зам"
    )
    files = files_of(exported.path)
    assert violations(files, version) == []
    assert exported.counts == {key: len(rows_of(files[f"{key}.csv"])) for key in exported.counts}
    assert exported.counts["users"] > 150


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"homeroom", b"form"),
        (b",student,", b",pupil,"),
        (b"2026-09-01", b"01.09.2026"),
        (b"file.users,bulk", b"file.users,absent"),
        (b"sourcedId,status", b"status,sourcedId"),
        (b",true,", b",yes,"),
    ],
)
def test_the_tables_would_notice(old: bytes, new: bytes, demo: Assembled, tmp_path: Path) -> None:
    """A package that breaks a rule is told from one that does not."""
    write_package(oneroster_package(demo.snapshot, SCHOOL, "1.2"), tmp_path / "out")
    files = files_of(tmp_path / "out")
    broken = {name: data.replace(old, new) for name, data in files.items()}
    assert broken != files
    assert violations(broken, "1.2")


# --- consent ----------------------------------------------------------------------------------------------------------


def test_nobody_without_a_consent_is_in_anexport(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """Neither the pupil, nor the guardians, nor a seat, nor a name; how many were kept back is said."""
    first = next(one for one in demo.snapshot.each(Pupil) if any(True for _ in guardians_of(demo, one)))
    consents = tuple(one for one in demo.consents if one.subject != first.sourced_id)
    withdrawn = Consent(subject=first.sourced_id, given=date(2026, 9, 1), withdrawn=date(2026, 11, 1))
    less = dataclasses.replace(demo, consents=(*consents, withdrawn))
    whole = export(store, demo, tmp_path / "whole.zip")
    kept = export(store, less, tmp_path / "less.zip")
    guardians = len(list(guardians_of(demo, first)))
    before, after = whole.withheld, kept.withheld
    assert after[RecordType.PUPIL] == before.get(RecordType.PUPIL, 0) + 1
    assert after[RecordType.GUARDIAN] == before.get(RecordType.GUARDIAN, 0) + guardians
    assert kept.counts["users"] == whole.counts["users"] - 1 - guardians
    assert first.personal_file.encode() not in b"".join(files_of(tmp_path / "less.zip").values())


def test_with_no_consent_at_all_nothing_is_written(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """An export of nobody would tell another program to forget everybody."""
    with pytest.raises(DataError):
        export(store, dataclasses.replace(demo, consents=()), tmp_path / "out.zip")
    assert list(tmp_path.glob("*.zip")) == []


def test_the_journal_keeps_figures_only(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """Who made which export, and how much it holds; no name."""
    exported = export(store, demo, tmp_path / "out.zip")
    with store.begin() as work:
        assert work.log_head()[0] == 1
    told = str(exported.figures())
    assert not any(one.name.family in told for one in demo.snapshot.each(Pupil))


# --- writing ----------------------------------------------------------------------------------------------------------


def test_equal_schools_give_equal_bytes(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """An archive says nothing of the moment or the machine, and only its owner may read it."""
    for name in ("one.zip", "two.zip"):
        export(store, demo, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert (tmp_path / "one.zip").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_holds_something_is_left_alone(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """Nothing of it is overwritten, and nothing half-written stays beside it."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("моё", encoding="utf-8")
    with pytest.raises(DataError):
        export(store, demo, out)
    assert [one.name for one in out.iterdir()] == ["mine.txt"]
    assert not [one for one in tmp_path.iterdir() if one.name.endswith(".part")]


def test_a_place_that_cannot_be_written_is_said(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """A folder that is not there is not made up."""
    with pytest.raises(DataError):
        export(store, demo, tmp_path / "nowhere" / "out.zip")


@pytest.mark.parametrize("word", ["=HYPERLINK(1)", "@SUM(1)", "+7 Иванов", "-Ли"])
def test_a_word_a_spreadsheet_would_run_is_never_written(
    word: str, demo: Assembled, store: Store, tmp_path: Path
) -> None:
    """The export is refused by file and column; what only looks like a formula, a telephone or a dash, is not."""
    [pupil, *others] = withhold(demo.snapshot, demo.consents, TODAY).snapshot.each(Pupil)
    odd = dataclasses.replace(pupil, name=dataclasses.replace(pupil.name, patronymic=word))
    records = {**demo.snapshot.records, RecordType.PUPIL: (odd, *others)}
    snapshot = Snapshot(scope=demo.snapshot.scope, records=records)
    with pytest.raises(DataError) as refused:
        export(store, dataclasses.replace(demo, snapshot=snapshot), tmp_path / "out.zip")
    assert "users.csv middleName: 1" in refused.value.what
    assert word not in refused.value.what
    assert not (tmp_path / "out.zip").exists()


def test_a_dash_for_a_patronymic_is_written(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """Registers write it where there is none."""
    [pupil, *others] = withhold(demo.snapshot, demo.consents, TODAY).snapshot.each(Pupil)
    odd = dataclasses.replace(pupil, name=dataclasses.replace(pupil.name, patronymic="-"))
    snapshot = Snapshot(scope=demo.snapshot.scope, records={**demo.snapshot.records, RecordType.PUPIL: (odd, *others)})
    export(store, dataclasses.replace(demo, snapshot=snapshot), tmp_path / "out.zip")
    assert {"-"} <= {row["middleName"] for row in rows_of(files_of(tmp_path / "out.zip")["users.csv"])}


def test_people_without_a_name_stay_behind_and_are_counted(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """OneRoster requires a family name and a given name; nothing is invented in their place."""
    [pupil, *others] = withhold(demo.snapshot, demo.consents, TODAY).snapshot.each(Pupil)
    odd = dataclasses.replace(pupil, name=PersonName(family=pupil.name.family, given=""))
    snapshot = Snapshot(scope=demo.snapshot.scope, records={**demo.snapshot.records, RecordType.PUPIL: (odd, *others)})
    exported = export(store, dataclasses.replace(demo, snapshot=snapshot), tmp_path / "out.zip")
    assert exported.nameless == 1 + len(guardians_of(demo, pupil))
    assert violations(files_of(tmp_path / "out.zip"), "1.2") == []


def test_a_package_of_ours_is_read_word_by_word(demo: Assembled, tmp_path: Path) -> None:
    """What was written is what is compared with later."""
    package = oneroster_package(demo.snapshot, SCHOOL, "1.2")
    write_package(package, tmp_path / "out")
    assert read_package(tmp_path / "out") == WrittenPackage(version="1.2", tables=package.tables)
