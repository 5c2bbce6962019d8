"""Damaged roster packages: an answer, soon, in little memory, and nothing lost without a word."""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutations import examine, hunting, mutated

from connectors.sources.oneroster_wire import COLUMNS, spec_of
from connectors.sources.roster_csv import read_csv
from connectors.sources.sds_wire import SPECS
from connectors.sources.wire import Content

sys.path.insert(0, str(Path(__file__).parent.parent / "facts"))
from roster_packages import SDS, oneroster

if TYPE_CHECKING:
    from connectors.sources.roster_csv import CsvSpec


def archive(files: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return target.getvalue()


PACKAGES = {"1.1": archive(oneroster("1.1")), "1.2": archive(oneroster("1.2")), "sds": archive(dict(SDS))}
TABLES = [
    *((oneroster()[f"{name}.csv"], spec_of(name)) for name in COLUMNS),
    *((SDS[f"{name}.csv"], spec) for name, spec in SPECS.items() if f"{name}.csv" in SDS),
]


@hunting()
@given(data=st.sampled_from(sorted(PACKAGES)).flatmap(lambda name: mutated(PACKAGES[name])))
def test_a_damaged_package_always_ends_in_an_answer(data: bytes, tmp_path: Path) -> None:
    """Whatever is changed, dropped, renamed or doubled inside, the law of every reader holds."""
    path = tmp_path / "package.zip"
    path.write_bytes(data)
    examine(path)


@st.composite
def damaged_tables(draw: st.DrawFn) -> tuple[bytes, CsvSpec]:
    text, spec = draw(st.sampled_from(TABLES))
    return draw(mutated(text.encode())), spec


@hunting()
@given(table=damaged_tables())
def test_every_line_of_a_damaged_table_is_a_record_or_a_flaw(table: tuple[bytes, CsvSpec]) -> None:
    """Counted against the bare csv module, where it can read the table at all."""
    data, spec = table
    read = read_csv(Content(name="t.csv", data=data, sha256=""), spec)
    if any(flaw.code in {"HEADER_MISSING", "EMPTY_FILE", "TOO_LARGE", "CSV_BROKEN"} for flaw in read.flaws):
        assert any(flaw.blocks for flaw in read.flaws)
        return
    places = [row.where for row in read.rows]
    named = {flaw.where for flaw in read.flaws if ":" in flaw.where}
    guessed = next((flaw.raw for flaw in read.flaws if flaw.code == "ENCODING_GUESSED"), "")
    text = data.decode(guessed or ("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"), "replace")
    other = next((flaw.raw for flaw in read.flaws if flaw.code == "SEPARATOR_OTHER"), ",")
    separator = "\t" if other == "tab" else other
    lines = list(csv.reader(io.StringIO(text.replace("\x00", "\ufffd"), newline=""), delimiter=separator))
    filled = {f"t.csv:{number}" for number, line in enumerate(lines, start=1) if any(word.strip() for word in line)}
    assert filled - {"t.csv:1"} <= {*places, *named}
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("name", ["users.csv", "enrollments.csv"])
def test_a_table_that_asks_for_a_huge_rectangle_is_refused(name: str, tmp_path: Path) -> None:
    """One line of a million commas above the records."""
    path = tmp_path / "p.zip"
    files = oneroster()
    head, _, rest = files[name].partition("\n")
    path.write_bytes(archive({**files, name: f"{head}{',' * 1_000_000}\n{rest}"}))
    assert ("TOO_LARGE", True) in {(one.code, one.blocks) for one in examine(path).problems}
