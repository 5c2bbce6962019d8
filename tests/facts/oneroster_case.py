"""A small demo school exported as OneRoster, and ways to look at what came of it."""

from __future__ import annotations

import dataclasses
import zipfile
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from source_files import YEAR

from connectors.sandbox.school.files import write_all
from gateway.sync.export_oneroster import export_oneroster
from gateway.sync.reading import read_file
from mappings.sources.assemble import Assembled, assemble
from mappings.sources.oneroster_out import SchoolCard
from state.identity import SourcedId, membership_id
from state.records import (
    Form,
    Guardian,
    Membership,
    Pupil,
    Record,
    RecordType,
    Staff,
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


def demo_school(folder: Path) -> Assembled:
    """A small school as its own files, written into `folder`, tell it."""
    files = write_all(7, folder, pupils=60)
    paths = (files.pupils, files.staff, files.timetable, files.subgroups, files.consents)
    return assemble([part for path in paths for part in read_file(path).parts], YEAR, ALL_YEAR)


def empty_memory(folder: Path) -> Store:
    url = f"sqlite:///{folder / 'memory.db'}"
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


def guardians_of(demo: Assembled, pupil: Pupil) -> list[Guardian]:
    return [one for one in demo.snapshot.each(Guardian) if one.pupil == pupil.sourced_id]


def export(store: Store, demo: Assembled, path: Path, previous: Path | None = None, version: str = "1.2") -> Exported:
    return export_oneroster(
        store, demo, SCHOOL, path, version=version, today=TODAY, moment=NOW, actor="зам", previous=previous
    )


def member(pupil: Pupil, group: SourcedId, starts: date | None, ends: date | None) -> Membership:
    return Membership(
        sourced_id=membership_id(pupil.sourced_id, group),
        person=pupil.sourced_id,
        group=group,
        starts=starts,
        ends=ends,
    )
