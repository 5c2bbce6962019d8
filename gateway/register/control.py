"""Open findings as the deputy sees them: what differs, what was decided, on which slip it stands and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.register.decide import Standing, open_standings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from state.decisions import Verdict
    from state.slips import ReturnSlip
    from state.store import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Controlled:
    """One open finding with everything people have done about it."""

    finding: Mapping[str, Any]
    verdict: Verdict | None
    lapsed: bool
    """Something was decided, and a value has changed since."""
    slip: int | None
    """The open slip it stands on."""
    due: date | None

    def as_row(self) -> dict[str, Any]:
        """The finding's row with `decision` («lapsed» where it no longer holds), `slip` and `due` as JSON values."""
        decision = "lapsed" if self.lapsed else self.verdict.value if self.verdict else ""
        return {
            **self.finding,
            "decision": decision,
            "slip": self.slip,
            "due": self.due.isoformat() if self.due else None,
        }


def controlled(work: UnitOfWork) -> tuple[Controlled, ...]:
    """Every open finding, in the order in which findings are kept."""
    pending = {item.finding_id: slip for slip in work.control.slips() for item in slip.items if not item.is_corrected}
    return tuple(_controlled(one, pending.get(one.finding["finding_id"])) for one in open_standings(work))


def _controlled(one: Standing, slip: ReturnSlip | None) -> Controlled:
    return Controlled(
        finding=one.finding,
        verdict=one.verdict,
        lapsed=one.decision is not None and not one.holds,
        slip=slip.number if slip else None,
        due=slip.due if slip else None,
    )
