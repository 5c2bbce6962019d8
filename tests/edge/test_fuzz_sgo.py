"""Damaged TimeTableExchange files: no crash, no hang, and no element lost in silence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from mutations import bare_tree, examine, hunting, mutated

sys.path.insert(0, str(Path(__file__).parent.parent / "facts"))
from sgo_files import csg, sgo_xml

if TYPE_CHECKING:
    from gateway.sync.reading import Reading

WHOLE = sgo_xml(more=csg("Алгебра/Щукина", pupils="1")).encode("cp1251")


def _account(data: bytes, reading: Reading) -> None:
    """Courses and hours of the tree are counted, or something was named as left out."""
    if reading.refusal or reading.detected.format != "sgo-xml":
        return
    guessed = any(problem.code == "ENCODING_GUESSED" for problem in reading.problems)
    root = bare_tree(data, "cp1251" if guessed else None)
    courses = len(root.findall("Plan/class/csg"))
    hours = len(root.findall("TimeTable/Week/Day/Lesson/csg"))
    left = sum(problem.blocks for problem in reading.problems)
    assert reading.counts["plan_rows"] + left >= courses
    assert reading.counts["lessons"] + left >= hours or any(p.code in _WHOLE_DAYS for p in reading.problems)
    assert len(reading.parts[0].cards) + left >= reading.counts["lessons"]


_WHOLE_DAYS = {"DAY_UNKNOWN", "VALUE_MISSING"}
"""A day or an hour that cannot be told is named once for all its lessons."""


@hunting()
@given(data=mutated(WHOLE))
def test_a_damaged_file_is_answered(data: bytes, tmp_path: Path) -> None:
    """Whatever is left of it is read, or refused."""
    path = tmp_path / "ExportCm.xml"
    path.write_bytes(data)
    _account(data, examine(path))
