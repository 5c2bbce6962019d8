"""What reading a local file yields, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.sources.counts import nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connectors.sources.formats import Detected
    from state.local import LocalPart, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`parts` is empty for what is no source: an unknown file, a refused one, pages of a register.

    A package may play several roles at once: one part for each.
    """

    detected: Detected
    parts: tuple[LocalPart, ...] = ()
    counts: Mapping[str, int] = field(default_factory=nothing)
    refusal: Problem | None = None
    """Why nothing was read."""
    cells: Mapping[str, int] = field(default_factory=dict)
    """Of a register's report: how many cells of the sheet have which role; they add up to the sheet."""
    entries: Mapping[str, int] = field(default_factory=dict)
    """Of a register's report: how many marks, absences, period marks were read, and how many signs were not."""
    notes: tuple[Problem, ...] = ()
    """Of what gives no part; those of a source are its parts'."""
    lay: Callable[[Sequence[LocalPart]], Reading] | None = None
    """Of a file that tells only changes: what it gives together with the parts taken in before."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything to be said about the file."""
        if self.refusal:
            return (self.refusal,)
        return (*self.notes, *(problem for part in self.parts for problem in part.problems))
