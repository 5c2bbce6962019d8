"""The deputy head's control in memory: one door of the unit of work to decisions, return slips and signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from state import decisions, signatures, slips
from state.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Iterable

    from state.decisions import Decision
    from state.signatures import Signature
    from state.slips import Confirmation, Moved, ReturnSlip
    from state.work import Work


class Control:
    """Everything here is kept or lost with the unit of work it came from."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def decide(self, made: Iterable[Decision]) -> None:
        """All decisions are kept, numbered in the order given."""
        decisions.add_decisions(self._work, made)

    def decisions(self) -> tuple[Decision, ...]:
        """Every decision ever made, the oldest first."""
        return decisions.load_decisions(self._work)

    def issue(self, made: Iterable[ReturnSlip]) -> tuple[int, ...]:
        """The numbers of the new slips, in the order given; ValueError for one without remarks."""
        return slips.issue_slips(self._work, made)

    def slips(self) -> tuple[ReturnSlip, ...]:
        """Every slip with its remarks and confirmations, by number."""
        return slips.load_slips(self._work)

    def move(self, moves: Iterable[Moved]) -> None:
        """Each remark stands as told from now on; StateCorrupt for one that was never issued."""
        slips.move_items(self._work, moves)

    def confirm(self, slip: int, word: Confirmation) -> None:
        """The teacher's word is kept beside the slip; KeyError for a slip that was never issued."""
        slips.confirm_slip(self._work, slip, word)

    def sign(self, signature: Signature) -> int:
        """The number of the signature, rising from 1."""
        return signatures.add_signature(self._work, signature)

    def signatures(self) -> tuple[Signature, ...]:
        """Every signature, the oldest first."""
        return signatures.load_signatures(self._work)

    @property
    def samples(self) -> Samples:
        """Draws of samples and what was typed of them."""
        return Samples(self._work)
