"""The demo tells the truth: what was planted is what is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from flows.overheard import sverka

from gateway.jobs.demo import play_demo

if TYPE_CHECKING:
    from pathlib import Path

ALL_CODES = {
    *("MARK_DIFF", "MARK_ONLY_PAPER", "MARK_ONLY_DIARY", "ABSENCE_DIFF", "DATE_ONLY_PAPER", "DATE_ONLY_DIARY"),
    *("TOPIC_DIFF", "HOMEWORK_DIFF", "FINAL_DIFF", "ROSTER_DIFF", "MARK_ON_ABSENT", "ILLEGAL_SYMBOL"),
    "NO_CONSENT_IN_DIARY",
}


@pytest.mark.parametrize("seed", [7, 20])
def test_the_demo_finds_exactly_what_was_planted(tmp_path: Path, seed: int) -> None:
    """Every code of discrepancy is planted and found once or more, and nothing else; in seed 20 no split form has a
    pupil without consent."""
    told: list[str] = []
    story = play_demo(tmp_path / "demo", told.append, seed=seed, pupils=200)
    assert (story.missed, story.invented, story.log_ok) == ([], [], True)
    assert story.whole
    assert {cause[0] for cause in story.found} == ALL_CODES
    assert sorted(path.suffix for path in story.reports) == [".csv", ".pdf", ".xlsx"]
    assert len([line for line in told if line[:1].isdigit()]) == 8
    said = sverka("--config", tmp_path / "demo" / "sverka.toml", "reconcile", "--control", "--json")
    kept = {item["code"] for item in json.loads(said.out)["control"]}
    assert not kept & {"SUBSTITUTION_DIFF", "FINAL_MISSING"}, "its timetable is kept to, its period marks are set"
    assert "FINAL_UNJUSTIFIED" in kept
