"""What Sverka writes as OneRoster keeps the format's tables, reads back as it was, and holds nobody without consent."""

from __future__ import annotations

import dataclasses
import zipfile
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oneroster_tables import rows_of, violations
from source_files import YEAR

from connectors.sandbox.school.files import write_all
from connectors.sources.oneroster_wire import WrittenPackage
from connectors.sources.oneroster_write import read_package, write_package
from gateway.errors import DataError
from gateway.sync.consent import withhold
from gateway.sync.export_oneroster import export_oneroster
from gateway.sync.reading import read_file
from mappings.sources.assemble import Assembled, assemble
from mappings.sources.oneroster_out import SchoolCard, oneroster_package
from state.identity import SourcedId, form_id, guardian_id, guid, membership_id, pupil_id, staff_id, subgroup_id
from state.records import (
    Consent,
    Form,
    Guardian,
    Membership,
    PersonName,
    Pupil,
    Record,
    RecordType,
    Staff,
    Subgroup,
)
from state.snapshot import Scope, Snapshot
from state.store import Store, migrate

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.sync.export_oneroster import Exported

SCHOOL = SchoolCard(key="school-5", name="Школа № 5", calendar="quarter")
ALL_YEAR = Scope(school_year=2026, lessons_from=YEAR.periods[0].starts, lessons_to=YEAR.periods[-1].ends)
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
COMPARED = (
    RecordType.STAFF,
    RecordType.PUPIL,
    RecordType.GUARDIAN,
    RecordType.FORM,
    RecordType.SUBGROUP,
    RecordType.MEMBERSHIP,
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    """A small demo school as its own files tell it."""
    files = write_all(7, tmp_path_factory.mktemp("demo"), pupils=60)
    paths = (files.pupils, files.staff, files.timetable, files.subgroups, files.consents)
    return assemble([part for path in paths for part in read_file(path).parts], YEAR, ALL_YEAR)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    url = f"sqlite:///{tmp_path / 'memory.db'}"
    migrate(url)
    return Store.open(url, SCHOOL.key, lambda: NOW)


def files_of(path: Path) -> dict[str, bytes]:
    """The files of a package, whichever way it lies."""
    if path.is_dir():
        return {one.name: one.read_bytes() for one in path.iterdir()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def comparable(snapshot: Snapshot[Record]) -> dict[RecordType, set[Record]]:
    """What OneRoster can hold of it: no orders, no bells, no calendars."""

    def bare(record: Record) -> Record:
        if isinstance(record, (Pupil, Staff, Membership)):
            return dataclasses.replace(record, order=None)
        return dataclasses.replace(record, bells=None, calendar=None) if isinstance(record, Form) else record

    return {kind: set(map(bare, snapshot.of(kind))) for kind in COMPARED}


def read_back(path: Path) -> Snapshot[Record]:
    reading = read_file(path)
    assert not any(problem.blocks for problem in reading.problems), reading.problems
    return assemble(reading.parts, YEAR, ALL_YEAR).snapshot


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


# --- read, written, read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_the_demo_school_reads_back_as_it_was(version: str, demo: Assembled, tmp_path: Path) -> None:
    """People, forms, tutors, subgroups with their divisions, and who is where from when: record by record."""
    cleared = withhold(demo.snapshot, demo.consents, TODAY).snapshot
    write_package(oneroster_package(cleared, SCHOOL, version), tmp_path / "out.zip")
    first = read_back(tmp_path / "out.zip")
    assert comparable(first) == comparable(cleared)
    write_package(oneroster_package(first, SCHOOL, version), tmp_path / "again.zip")
    assert comparable(read_back(tmp_path / "again.zip")) == comparable(first)


LETTERS = "абёжЯЮéAz-' "
NAMES = (
    st.text(LETTERS, min_size=1, max_size=8)
    .map(lambda text: " ".join(text.replace("-", " ").split()))
    .filter(lambda text: bool(text) and text[0].isalpha())
)
WORDS = st.text("аб,\"; '", max_size=6).map(lambda text: " ".join(text.split()))
DAYS = st.none() | st.dates(date(2026, 9, 1), date(2027, 5, 31))
BIRTHS = st.none() | st.dates(date(1950, 1, 1), date(2019, 12, 31))
SEXES = st.sampled_from(["", "male", "female"])
SNILS = st.sampled_from(["", "112-233-445 95"])


@st.composite
def schools(draw: st.DrawFn) -> Snapshot[Record]:
    """A few forms with pupils, guardians, tutors and subgroups, with awkward words everywhere."""
    tutors = draw(st.lists(NAMES, max_size=3, unique_by=str.casefold))
    staff = [
        Staff(
            sourced_id=staff_id(f"{name} Ян"),
            name=PersonName(family=name, given="Ян"),
            sex=draw(SEXES),
            birth_date=draw(BIRTHS),
            snils=draw(SNILS),
            email=draw(st.sampled_from(["", "a@b.ru"])),
            position=draw(WORDS),
        )
        for name in tutors
    ]
    forms = [
        Form(
            sourced_id=form_id(2026, name),
            name=name,
            grade=int(name[:-1]),
            tutor=draw(st.sampled_from([None, *(one.sourced_id for one in staff)])),
        )
        for name in draw(st.lists(st.sampled_from(["1А", "7Б", "11В"]), min_size=1, max_size=3, unique=True))
    ]
    pupils, guardians, members, groups = [], [], [], []
    for number in range(draw(st.integers(1, 8))):
        name = PersonName(family=draw(NAMES), given=draw(NAMES), patronymic=draw(st.just("") | NAMES))
        pupil = Pupil(
            sourced_id=pupil_id(f"К-{number}"),
            name=name,
            personal_file=f"К-{number}",
            sex=draw(SEXES),
            birth_date=draw(BIRTHS),
            snils=draw(SNILS),
        )
        pupils.append(pupil)
        guardians += [
            Guardian(
                sourced_id=guardian_id(pupil.sourced_id, f"{full} Оля"),
                pupil=pupil.sourced_id,
                name=PersonName(family=full, given="Оля"),
                kinship=draw(st.sampled_from(["мать", "отец", "бабушка", "опекун"])),
                sex=draw(SEXES),
                birth_date=draw(BIRTHS),
                phone=draw(st.sampled_from(["", "+79031234567"])),
                email=draw(st.sampled_from(["", "a@b.ru"])),
            )
            for full in draw(st.lists(NAMES, max_size=2, unique_by=str.casefold))
        ]
        if form := draw(st.sampled_from([None, *forms])):
            member = _member(pupil, form.sourced_id, draw(DAYS), draw(DAYS))
            members.append(member)
            for division, name_of in draw(st.sampled_from([(), (("1", "а,б"),), (("", "в"), ("яз", 'г "д"'))])):
                group = subgroup_id(form.sourced_id, division, name_of)
                groups.append(Subgroup(sourced_id=group, name=name_of, form=form.sourced_id, division=division))
                members.append(_member(pupil, group, member.starts, None))
    records: dict[RecordType, list[Record]] = {
        RecordType.STAFF: [*staff],
        RecordType.PUPIL: [*pupils],
        RecordType.GUARDIAN: [*guardians],
        RecordType.FORM: [*forms],
        RecordType.SUBGROUP: [*{one.sourced_id: one for one in groups}.values()],
        RecordType.MEMBERSHIP: [*members],
    }
    return Snapshot(scope=ALL_YEAR, records={kind: tuple(rows) for kind, rows in records.items()})


def _member(pupil: Pupil, group: SourcedId, starts: date | None, ends: date | None) -> Membership:
    return Membership(
        sourced_id=membership_id(pupil.sourced_id, group),
        person=pupil.sourced_id,
        group=group,
        starts=starts,
        ends=ends,
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(school=schools(), version=st.sampled_from(["1.1", "1.2"]))
def test_any_school_reads_back_as_it_was(
    school: Snapshot[Record], version: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever stands in names, positions and divisions comes back letter by letter, and the tables hold."""
    path = tmp_path_factory.mktemp("any") / "out.zip"
    write_package(oneroster_package(school, SCHOOL, version), path)
    assert violations(files_of(path), version) == []
    assert comparable(read_back(path)) == comparable(school)


# --- consent ----------------------------------------------------------------------------------------------------------


def test_nobody_without_a_consent_is_in_an_export(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """Neither the pupil, nor the guardians, nor a seat, nor a name; how many were kept back is said."""
    first = next(one for one in demo.snapshot.each(Pupil) if any(True for _ in _guardians(demo, one)))
    consents = tuple(one for one in demo.consents if one.subject != first.sourced_id)
    withdrawn = Consent(subject=first.sourced_id, given=date(2026, 9, 1), withdrawn=date(2026, 11, 1))
    less = dataclasses.replace(demo, consents=(*consents, withdrawn))
    whole = _export(store, demo, tmp_path / "whole.zip")
    kept = _export(store, less, tmp_path / "less.zip")
    guardians = len(list(_guardians(demo, first)))
    before, after = whole.withheld, kept.withheld
    assert after[RecordType.PUPIL] == before.get(RecordType.PUPIL, 0) + 1
    assert after[RecordType.GUARDIAN] == before.get(RecordType.GUARDIAN, 0) + guardians
    assert kept.counts["users"] == whole.counts["users"] - 1 - guardians
    assert first.personal_file.encode() not in b"".join(files_of(tmp_path / "less.zip").values())


def _guardians(demo: Assembled, pupil: Pupil) -> list[Guardian]:
    return [one for one in demo.snapshot.each(Guardian) if one.pupil == pupil.sourced_id]


def _export(store: Store, demo: Assembled, path: Path, previous: Path | None = None, version: str = "1.2") -> Exported:
    return export_oneroster(
        store, demo, SCHOOL, path, version=version, today=TODAY, moment=NOW, actor="зам", previous=previous
    )


def test_with_no_consent_at_all_nothing_is_written(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """An export of nobody would tell another program to forget everybody."""
    with pytest.raises(DataError):
        _export(store, dataclasses.replace(demo, consents=()), tmp_path / "out.zip")
    assert list(tmp_path.glob("*.zip")) == []


def test_the_journal_keeps_figures_only(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """Who made which export, and how much it holds; no name."""
    exported = _export(store, demo, tmp_path / "out.zip")
    with store.begin() as work:
        assert work.log_head()[0] == 1
    told = str(exported.figures())
    assert not any(one.name.family in told for one in demo.snapshot.each(Pupil))


# --- changes ----------------------------------------------------------------------------------------------------------


def _without(demo: Assembled, gone: Pupil) -> Assembled:
    """The school after a pupil withdrew, a form changed its tutor, and a new pupil came."""
    [tutor, *_] = demo.snapshot.each(Staff)
    [form, *_] = demo.snapshot.each(Form)
    came = Pupil(sourced_id=pupil_id("Н-1"), name=PersonName(family="Новый", given="Ян"), personal_file="Н-1")
    records = dict(demo.snapshot.records)
    records[RecordType.PUPIL] = (*records[RecordType.PUPIL], came)
    changed = dataclasses.replace(form, tutor=tutor.sourced_id)
    records[RecordType.FORM] = tuple(changed if one == form else one for one in records[RecordType.FORM])
    records[RecordType.MEMBERSHIP] = (*records[RecordType.MEMBERSHIP], _member(came, form.sourced_id, TODAY, None))
    consents = [one for one in demo.consents if one.subject != gone.sourced_id]
    consents.append(Consent(subject=came.sourced_id, given=date(2026, 9, 1)))
    snapshot = Snapshot(scope=demo.snapshot.scope, records=records, complete=demo.snapshot.complete)
    return dataclasses.replace(demo, snapshot=snapshot, consents=tuple(consents))


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_changes_over_the_former_export_are_the_new_one(
    version: str, demo: Assembled, store: Store, tmp_path: Path
) -> None:
    """Laid by our own reader; the tables hold, and of who is gone only ids are told."""
    granted = {one.subject for one in demo.consents if one.holds_on(TODAY)}
    gone = next(one for one in demo.snapshot.each(Pupil) if one.sourced_id in granted and _guardians(demo, one))
    later = _without(demo, gone)
    _export(store, demo, tmp_path / "before.zip", version=version)
    _export(store, later, tmp_path / "after.zip", version=version)
    delta = _export(store, later, tmp_path / "delta.zip", tmp_path / "before.zip", version)
    files = files_of(tmp_path / "delta.zip")
    assert violations(files, version, files_of(tmp_path / "before.zip")) == []
    assert delta.counts["users"] == 2 + len(_guardians(demo, gone))
    for word in (gone.personal_file, *(one.name.family for one in _guardians(demo, gone))):
        assert word.encode() not in files["users.csv"]
    over = read_file(tmp_path / "delta.zip")
    assert over.lay is not None
    laid = over.lay(read_file(tmp_path / "before.zip").parts)
    assert comparable(assemble(laid.parts, YEAR, ALL_YEAR).snapshot) == comparable(read_back(tmp_path / "after.zip"))


def test_files_that_do_not_tell_everything_take_nobody_away(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """A pupil a damaged file does not mention stays; one whose consent is missing goes all the same."""
    granted = {one.subject for one in demo.consents if one.holds_on(TODAY)}
    missing, withdrawn = [one for one in demo.snapshot.each(Pupil) if one.sourced_id in granted][:2]
    records = {
        **demo.snapshot.records,
        RecordType.PUPIL: tuple(one for one in demo.snapshot.of(RecordType.PUPIL) if one != missing),
    }
    part = Snapshot(scope=ALL_YEAR, records=records, complete=demo.snapshot.complete - {RecordType.PUPIL})
    consents = tuple(one for one in demo.consents if one.subject != withdrawn.sourced_id)
    _export(store, demo, tmp_path / "before.zip")
    later = dataclasses.replace(demo, snapshot=part, consents=consents)
    delta = _export(store, later, tmp_path / "delta.zip", tmp_path / "before.zip")
    rows = rows_of(files_of(tmp_path / "delta.zip")["users.csv"])
    assert guid(SCHOOL.key, withdrawn.sourced_id) in {row["sourcedId"] for row in rows}
    assert guid(SCHOOL.key, missing.sourced_id) not in {row["sourcedId"] for row in rows}
    assert delta.spared > 0


def test_without_changes_nothing_is_written(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """No file, no journal record."""
    _export(store, demo, tmp_path / "before.zip")
    same = _export(store, demo, tmp_path / "delta.zip", tmp_path / "before.zip")
    assert (same.counts, (tmp_path / "delta.zip").exists()) == ({}, False)
    with store.begin() as work:
        assert work.log_head()[0] == 1


def test_only_a_full_export_of_ours_can_be_compared_with(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """Changes, another version and another program's package are refused before anything is written."""
    _export(store, demo, tmp_path / "before.zip")
    _export(store, _without(demo, next(demo.snapshot.each(Pupil))), tmp_path / "delta.zip", tmp_path / "before.zip")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("users.csv", "sourcedId\n")
    for previous, version in (("delta.zip", "1.2"), ("other.zip", "1.2"), ("before.zip", "1.1")):
        with pytest.raises(DataError):
            _export(store, demo, tmp_path / "new.zip", tmp_path / previous, version)
    assert not (tmp_path / "new.zip").exists()


# --- writing ----------------------------------------------------------------------------------------------------------


def test_equal_schools_give_equal_bytes(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """An archive says nothing of the moment or the machine, and only its owner may read it."""
    for name in ("one.zip", "two.zip"):
        _export(store, demo, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert (tmp_path / "one.zip").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_holds_something_is_left_alone(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """Nothing of it is overwritten, and nothing half-written stays beside it."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("моё", encoding="utf-8")
    with pytest.raises(DataError):
        _export(store, demo, out)
    assert [one.name for one in out.iterdir()] == ["mine.txt"]
    assert not [one for one in tmp_path.iterdir() if one.name.endswith(".part")]


def test_a_place_that_cannot_be_written_is_said(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """A folder that is not there is not made up."""
    with pytest.raises(DataError):
        _export(store, demo, tmp_path / "nowhere" / "out.zip")


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
        _export(store, dataclasses.replace(demo, snapshot=snapshot), tmp_path / "out.zip")
    assert "users.csv middleName: 1" in refused.value.what
    assert word not in refused.value.what
    assert not (tmp_path / "out.zip").exists()


def test_a_dash_for_a_patronymic_is_written(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """Registers write it where there is none."""
    [pupil, *others] = withhold(demo.snapshot, demo.consents, TODAY).snapshot.each(Pupil)
    odd = dataclasses.replace(pupil, name=dataclasses.replace(pupil.name, patronymic="-"))
    snapshot = Snapshot(scope=demo.snapshot.scope, records={**demo.snapshot.records, RecordType.PUPIL: (odd, *others)})
    _export(store, dataclasses.replace(demo, snapshot=snapshot), tmp_path / "out.zip")
    assert {"-"} <= {row["middleName"] for row in rows_of(files_of(tmp_path / "out.zip")["users.csv"])}


def test_people_without_a_name_stay_behind_and_are_counted(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """OneRoster requires a family name and a given name; nothing is invented in their place."""
    [pupil, *others] = withhold(demo.snapshot, demo.consents, TODAY).snapshot.each(Pupil)
    odd = dataclasses.replace(pupil, name=PersonName(family=pupil.name.family, given=""))
    snapshot = Snapshot(scope=demo.snapshot.scope, records={**demo.snapshot.records, RecordType.PUPIL: (odd, *others)})
    exported = _export(store, dataclasses.replace(demo, snapshot=snapshot), tmp_path / "out.zip")
    assert exported.nameless == 1 + len(_guardians(demo, pupil))
    assert violations(files_of(tmp_path / "out.zip"), "1.2") == []


def test_a_package_of_ours_is_read_word_by_word(demo: Assembled, tmp_path: Path) -> None:
    """What was written is what is compared with later."""
    package = oneroster_package(demo.snapshot, SCHOOL, "1.2")
    write_package(package, tmp_path / "out")
    assert read_package(tmp_path / "out") == WrittenPackage(version="1.2", tables=package.tables)
