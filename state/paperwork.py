"""What surrounds a transcription in memory: one door of the unit of work to modes, page scans and summary sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from state import modes, scans, summaries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from state.modes import ModeRecord
    from state.scans import PageScan
    from state.summaries import Summary
    from state.work import Work


class Paperwork:
    """Everything here is kept or lost with the unit of work it came from."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def set_mode(self, record: ModeRecord) -> ModeRecord:
        """The record as it is kept, numbered from 1; earlier ones stay."""
        return modes.add_mode(self._work, record)

    def modes(self) -> tuple[ModeRecord, ...]:
        """Every record of how registers are kept, the oldest first."""
        return modes.load_modes(self._work)

    def attach(self, attached: Iterable[PageScan]) -> tuple[PageScan, ...]:
        """Those of the scans that are new, as they are kept."""
        return scans.add_scans(self._work, attached)

    def scans(self) -> tuple[PageScan, ...]:
        """Every scan of every page, the oldest first."""
        return scans.load_scans(self._work)

    def save_summary(self, summary: Summary) -> bool:
        """It is the latest of its form and period; False (nothing written) when it already was."""
        return summaries.save_summary(self._work, summary)

    def summaries(self) -> tuple[Summary, ...]:
        """The latest of each form and period, ordered by both."""
        return summaries.load_summaries(self._work)
