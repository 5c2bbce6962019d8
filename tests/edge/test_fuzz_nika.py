"""Damaged NIKA files: no crash, no hang, and no entry of a cell lost in silence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from mutations import examine, hunting, mutated

sys.path.insert(0, str(Path(__file__).parent.parent / "facts"))
from nika_files import nika_js

if TYPE_CHECKING:
    from gateway.sync.reading import Reading

EXCHANGE = {"07.09.2026": {"1": {"s": "020", "t": "011"}, "2": {"s": ["022"], "t": ["012"], "g": [""], "r": ["041"]}}}
TEACHERS = {"60": {"010": {"101": {"s": "020", "c": "030"}, "402": {"s": "021", "c": ["030"]}}}}
WHOLE = nika_js(exchange=EXCHANGE, TEACH_SCHEDULE=TEACHERS, HOLIDAY_TRANSFER={"14.09.2026": {"type": "vacation"}})


def _account(reading: Reading) -> None:
    """Every entry of a cell or an exchange is a card, a substitution, or named."""
    if reading.refusal or reading.detected.format != "nika":
        return
    timetable, substitutions = reading.parts
    days = {(card.groups, card.subject, card.weekdays, card.number, card.teachers) for card in timetable.cards}
    told = len(days) + len(substitutions.substitutions) + len(reading.problems)
    assert told >= reading.counts["lessons"]


@hunting()
@given(data=mutated(WHOLE.encode()))
def test_a_damaged_file_is_answered(data: bytes, tmp_path: Path) -> None:
    """Whatever is left of it is read, or refused."""
    path = tmp_path / "nika_data.js"
    path.write_bytes(data)
    _account(examine(path))
