"""What is written as OneRoster reads back record by record, and changes over a former export are the new one."""

from __future__ import annotations

import dataclasses
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oneroster_case import (
    ALL_YEAR,
    SCHOOL,
    TODAY,
    comparable,
    demo_school,
    empty_memory,
    export,
    files_of,
    guardians_of,
    member,
    read_back,
)
from oneroster_tables import rows_of, violations
from source_files import YEAR

from connectors.sources.oneroster_write import write_package
from gateway.errors import DataError
from gateway.sync.consent import withhold
from gateway.sync.reading import read_file
from mappings.sources.assemble import Assembled, assemble
from mappings.sources.oneroster_out import oneroster_package
from state.identity import form_id, guardian_id, guid, pupil_id, staff_id, subgroup_id
from state.records import (
    Consent,
    Form,
    Guardian,
    PersonName,
    Pupil,
    Record,
    RecordType,
    Staff,
    Subgroup,
)
from state.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from state.store import Store


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    return demo_school(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return empty_memory(tmp_path)


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
            seat = member(pupil, form.sourced_id, draw(DAYS), draw(DAYS))
            members.append(seat)
            for division, name_of in draw(st.sampled_from([(), (("1", "а,б"),), (("", "в"), ("яз", 'г "д"'))])):
                group = subgroup_id(form.sourced_id, division, name_of)
                groups.append(Subgroup(sourced_id=group, name=name_of, form=form.sourced_id, division=division))
                members.append(member(pupil, group, seat.starts, None))
    records: dict[RecordType, list[Record]] = {
        RecordType.STAFF: [*staff],
        RecordType.PUPIL: [*pupils],
        RecordType.GUARDIAN: [*guardians],
        RecordType.FORM: [*forms],
        RecordType.SUBGROUP: [*{one.sourced_id: one for one in groups}.values()],
        RecordType.MEMBERSHIP: [*members],
    }
    return Snapshot(scope=ALL_YEAR, records={kind: tuple(rows) for kind, rows in records.items()})


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
    records[RecordType.MEMBERSHIP] = (*records[RecordType.MEMBERSHIP], member(came, form.sourced_id, TODAY, None))
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
    gone = next(one for one in demo.snapshot.each(Pupil) if one.sourced_id in granted and guardians_of(demo, one))
    later = _without(demo, gone)
    export(store, demo, tmp_path / "before.zip", version=version)
    export(store, later, tmp_path / "after.zip", version=version)
    delta = export(store, later, tmp_path / "delta.zip", tmp_path / "before.zip", version)
    files = files_of(tmp_path / "delta.zip")
    assert violations(files, version, files_of(tmp_path / "before.zip")) == []
    assert delta.counts["users"] == 2 + len(guardians_of(demo, gone))
    for word in (gone.personal_file, *(one.name.family for one in guardians_of(demo, gone))):
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
    export(store, demo, tmp_path / "before.zip")
    later = dataclasses.replace(demo, snapshot=part, consents=consents)
    delta = export(store, later, tmp_path / "delta.zip", tmp_path / "before.zip")
    rows = rows_of(files_of(tmp_path / "delta.zip")["users.csv"])
    assert guid(SCHOOL.key, withdrawn.sourced_id) in {row["sourcedId"] for row in rows}
    assert guid(SCHOOL.key, missing.sourced_id) not in {row["sourcedId"] for row in rows}
    assert delta.spared > 0


def test_without_changes_nothing_is_written(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """No file, no journal record."""
    export(store, demo, tmp_path / "before.zip")
    same = export(store, demo, tmp_path / "delta.zip", tmp_path / "before.zip")
    assert (same.counts, (tmp_path / "delta.zip").exists()) == ({}, False)
    with store.begin() as work:
        assert work.log_head()[0] == 1


def test_only_a_full_export_of_ours_can_be_compared_with(demo: Assembled, store: Store, tmp_path: Path) -> None:
    """Changes, another version and another program's package are refused before anything is written."""
    export(store, demo, tmp_path / "before.zip")
    export(store, _without(demo, next(demo.snapshot.each(Pupil))), tmp_path / "delta.zip", tmp_path / "before.zip")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("users.csv", "sourcedId\n")
    for previous, version in (("delta.zip", "1.2"), ("other.zip", "1.2"), ("before.zip", "1.1")):
        with pytest.raises(DataError):
            export(store, demo, tmp_path / "new.zip", tmp_path / previous, version)
    assert not (tmp_path / "new.zip").exists()
