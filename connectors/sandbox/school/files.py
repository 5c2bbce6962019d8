"""The demo school as the files a school really has, in one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.school import workbooks
from connectors.sandbox.school.asc import asc_xml
from connectors.sandbox.school.build import generate
from connectors.sandbox.school.values import DemoFiles

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.sandbox.school.values import DemoSchool


def write_files(school: DemoSchool, folder: Path) -> DemoFiles:
    """Five workbooks and the timetable, in `folder`, which is made; equal schools give byte-equal files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = DemoFiles(
        pupils=folder / "pupils.xlsx",
        staff=folder / "staff.xlsx",
        timetable=folder / "timetable.xml",
        subgroups=folder / "subgroups.xlsx",
        consents=folder / "consents.xlsx",
        substitutions=folder / "substitutions.xlsx",
    )
    workbooks.write_pupils(files.pupils, school.pupils)
    workbooks.write_staff(files.staff, school.staff)
    files.timetable.write_bytes(asc_xml(school))
    workbooks.write_subgroups(files.subgroups, school.subgroups, {p.personal_file: p for p in school.pupils})
    workbooks.write_consents(files.consents, school.consents)
    full_names = {person.number: person.name.full for person in school.staff}
    workbooks.write_substitutions(folder / "substitutions.xlsx", school.substitutions, full_names)
    return files


def write_all(seed: int, folder: Path, pupils: int = 1000) -> DemoFiles:
    """The files of the demo school of that seed and size."""
    return write_files(generate(seed, pupils=pupils), folder)
