"""Damaged FET files: the plan, its result, and the table; no crash, no hang, and no activity lost in silence."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from mutations import bare_tree, examine, hunting, mutated

sys.path.insert(0, str(Path(__file__).parent.parent / "facts"))
from fet_files import plan, result, table

if TYPE_CHECKING:
    from gateway.sync.readers.values import Reading

PLAN, RESULT, TABLE = plan().encode(), result().encode(), table().encode()
_NUMBERS = itertools.count()


def _account(data: bytes, reading: Reading) -> None:
    """Every Activity element is a row of the plan, or is named."""
    if reading.refusal or reading.detected.format != "fet":
        return
    guessed = any(problem.code == "ENCODING_GUESSED" for problem in reading.problems)
    root = bare_tree(data, "cp1251" if guessed else None)
    elements = len(root.findall("Activities_List/Activity"))
    assert reading.counts["plan_rows"] + sum(problem.blocks for problem in reading.problems) >= elements


@hunting()
@given(data=mutated(PLAN))
def test_a_damaged_plan_is_answered(data: bytes, tmp_path: Path) -> None:
    """Alone, without a result."""
    path = tmp_path / "t.fet"
    path.write_bytes(data)
    _account(data, examine(path))


@hunting(100)
@given(data=st.one_of(mutated(RESULT).map(lambda d: ("r.xml", d)), mutated(TABLE).map(lambda d: ("r.csv", d))))
def test_a_damaged_result_is_answered(data: tuple[str, bytes], tmp_path: Path) -> None:
    """In a folder with its plan; what is placed never exceeds what the plan has."""
    folder = tmp_path / f"f{next(_NUMBERS)}"
    folder.mkdir()
    (folder / "t.fet").write_bytes(PLAN)
    (folder / data[0]).write_bytes(data[1])
    reading = examine(folder)
    assert reading.refusal or reading.counts["plan_rows"] > 0


@hunting(100)
@given(data=mutated(TABLE))
def test_a_damaged_lone_table_is_answered(data: bytes, tmp_path: Path) -> None:
    """Whatever is read of it, it is never complete."""
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    assert all(not part.complete for part in examine(path).parts)
