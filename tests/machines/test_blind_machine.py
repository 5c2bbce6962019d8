"""Double blind entry in any order of deeds: a page is there only when both have typed and nothing is left open."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

sys.path.insert(0, str(Path(__file__).parent.parent / "facts"))
from blind_case import FIRST, OTHER, SAME, SECOND, THIRD, new_store, opened, typed
from paper_pages import ANNA, BORIS, COLUMNS

from gateway.errors import DataError
from gateway.register.blind import cancel, enter
from gateway.register.blind_settle import differences, settle
from gateway.register.transcribe import take_in
from state.blind import BlindStanding

if TYPE_CHECKING:
    from gateway.register.transcribe import Typed

STRUCK = replace(SAME, struck=frozenset([COLUMNS[5]]), cells={**SAME.cells, (BORIS, *COLUMNS[1]): "б"})
FILLED = replace(SAME, cells={**SAME.cells, (ANNA, *COLUMNS[5]): "5"})
VERSIONS = {"same": SAME, "other": OTHER, "struck": STRUCK, "filled": FILLED, "part": replace(SAME, whole=False)}
WORDS = {"LESSON": ("да", "нет"), "MARKS": ("5", "4", "—", "·"), "TOPIC": ("Дроби", "—")}


@pytest.fixture(scope="session", autouse=True)
def read_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each version of the page as its workbook comes back."""
    for name, entries in VERSIONS.items():
        READ[name] = typed(tmp_path_factory.mktemp("page"), entries)


READ: dict[str, Typed] = {}


class BlindMachine(RuleBasedStateMachine):
    """The model knows who has typed which version and which places are settled; memory must say the same."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = new_store(Path(self.folder.name))
        self.number = opened(self.store)
        self.copies: dict[int, str] = {}
        self.settled: dict[str, str] = {}
        self.standing = BlindStanding.OPEN

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    # --- deeds --------------------------------------------------------------------------------------------------------

    @rule(typist=st.sampled_from([1, 2]), version=st.sampled_from(sorted(VERSIONS)))
    def types(self, typist: int, version: str) -> None:
        who = (FIRST, SECOND)[typist - 1]
        if self.standing is not BlindStanding.OPEN or len(self.copies) == 2:
            with pytest.raises(DataError):
                enter(self.store, READ[version], who=who)
            return
        brought = enter(self.store, READ[version], who=who)
        assert bool(brought.accepted) == (version != "part")
        if version != "part":
            self.copies[typist] = version
            self._close_when_done()
        assert bool(brought.completed) == (self.standing is BlindStanding.COMPLETE)

    @rule(who=st.sampled_from([THIRD, THIRD, FIRST, SECOND]), pick=st.integers(0, 9), word=st.integers(0, 3))
    def settles(self, who: str, pick: int, word: int) -> None:
        known = self._differences()
        if self.standing is not BlindStanding.OPEN or len(self.copies) < 2 or who != THIRD or not known:
            with pytest.raises(DataError):
                settle(self.store, self.number, {1: "да"}, who=who)
            return
        chosen = known[pick % len(known)]
        words = WORDS[chosen.kind.name]
        text = words[word % len(words)]
        settle(self.store, self.number, {chosen.number: text}, who=who)
        self.settled[chosen.place] = text
        self._close_when_done()

    @rule(version=st.sampled_from(sorted(VERSIONS)))
    def imports_past_it(self, version: str) -> None:
        """One person's file, the way every other page goes."""
        with self.store.begin() as work:
            result = take_in(READ[version], work, "завуч")
            if self.standing is not BlindStanding.CANCELLED:
                assert [one.code for one in result.problems] == ["PAGE_UNDER_BLIND_ENTRY"]
                assert (result.pages, result.changed) == (0, 0)
                work.commit()

    @precondition(lambda self: self.standing is BlindStanding.OPEN and len(self.copies) == 2)
    @rule(last=st.booleans())
    def somebody_gives_up(self, last: bool) -> None:
        if last:
            cancel(self.store, self.number, why="бумага исправлена", who="Завуч")
            self.standing = BlindStanding.CANCELLED

    # --- what is true -------------------------------------------------------------------------------------------------

    @invariant()
    def a_page_is_there_only_when_all_is_settled(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.begin() as work:
            kept = work.transcriptions()
            (entry,) = work.blind.entries()
        assert entry.standing is self.standing
        assert [one.whole for one in kept] == ([True] if self.standing is BlindStanding.COMPLETE else [])
        if kept:
            assert len(self.copies) == 2
            assert self._left() == []
            settlers = f"; расхождения снимали: {THIRD}" if self.settled else ""
            assert kept[0].imported_by == f"{FIRST} и {SECOND}{settlers}"

    @invariant()
    def nothing_is_shown_before_both_are_in(self) -> None:
        if hasattr(self, "store") and len(self.copies) < 2:
            with self.store.begin() as work, pytest.raises(DataError):
                differences(work, self.number)

    # --- the model ----------------------------------------------------------------------------------------------------

    def _close_when_done(self) -> None:
        if len(self.copies) == 2 and not self._left():
            self.standing = BlindStanding.COMPLETE

    def _differences(self) -> list[object]:
        if len(self.copies) < 2 or self.standing is BlindStanding.CANCELLED:
            return []
        with self.store.begin() as work:
            return list(differences(work, self.number).comparison.differences)

    def _left(self) -> list[str]:
        """By the versions alone: what differs, less what is settled, less the marks of a column said to be absent."""
        lost = self.settled.get(f"{COLUMNS[5][0].isoformat()}|1|LESSON|") == "нет"
        return [
            place
            for place in _unequal(*(self.copies[one] for one in (1, 2)))
            if place not in self.settled and not (lost and place.startswith(COLUMNS[5][0].isoformat()))
        ]


def _unequal(one: str, other: str) -> list[str]:
    """The places where two versions differ, told from what was typed."""
    first, last = COLUMNS[0], COLUMNS[5]
    places = {
        "mark": f"{first[0].isoformat()}|1|MARKS|{ANNA}",
        "topic": f"{first[0].isoformat()}|1|TOPIC|",
        "absence": f"{COLUMNS[1][0].isoformat()}|1|MARKS|{BORIS}",
        "column": f"{last[0].isoformat()}|1|LESSON|",
        "extra": f"{last[0].isoformat()}|1|MARKS|{ANNA}",
    }
    own = {"same": (), "other": ("mark", "topic"), "struck": ("absence", "column"), "filled": ("extra",)}
    return [places[name] for name in sorted({*own[one]} ^ {*own[other]})]


BlindMachine.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
TestBlindMachine = BlindMachine.TestCase
