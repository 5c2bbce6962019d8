"""The verb `pull`: what the diary shows now becomes the ledger, batch by batch.

Each batch is one transaction with its journal event, so a killed pull leaves whole batches behind and simply runs
again: a cell seen twice with the same value changes nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.ports import RegisterWindow
from state.identity import group_year
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.ports import Progress, RegisterBatch, RegisterSource
    from state.identity import IdentityLink, RemoteId, SourcedId
    from state.ledger import Absorbed
    from state.register import RegisterCell
    from state.snapshot import Scope
    from state.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PullReport:
    """What one pull saw, and how the ledger changed by it."""

    run: str
    requests: int
    requests_minimum: int
    """The fewest requests that bring the same."""
    cells_seen: int
    entries_new: int
    entries_changed: int
    entries_vanished: int
    groups_gone: tuple[SourcedId, ...] = ()
    """Groups the diary has no more; what the ledger knows of them stands."""

    def as_json(self) -> dict[str, Any]:
        """`pull/1`."""
        return {
            "schema": "pull/1",
            "run": self.run,
            "requests": self.requests,
            "requests_minimum": self.requests_minimum,
            "groups_gone": list(self.groups_gone),
            "cells_seen": self.cells_seen,
            "entries_new": self.entries_new,
            "entries_changed": self.entries_changed,
            "entries_vanished": self.entries_vanished,
        }


def pull_register(
    store: Store, source: RegisterSource, window: RegisterWindow, *, actor: str, progress: Progress | None = None
) -> PullReport:
    """The ledger equals what the diary shows in the window.

    Raises connectors.faults and state.errors; what was absorbed before stays, and the run stays without an end.
    """
    before, least = source.requests, source.minimum
    with store.begin() as work:
        run = work.start_run("pull")
        work.commit()
    done: list[Absorbed] = []
    gone: list[SourcedId] = []
    for batch in source.pull(window, progress):
        done.append(_absorb(store, run, batch, actor))
        gone.extend(batch.gone)
    seen, new, changed, vanished = (sum(figures) for figures in zip(*done, strict=True)) if done else (0, 0, 0, 0)
    report = PullReport(
        run=run,
        requests=source.requests - before,
        requests_minimum=source.minimum - least,
        groups_gone=tuple(gone),
        cells_seen=seen,
        entries_new=new,
        entries_changed=changed,
        entries_vanished=vanished,
    )
    with store.begin() as work:
        work.record("pull", report.as_json(), actor)
        work.end_run(run, report.as_json())
        work.commit()
    return report


def _absorb(store: Store, run: str, batch: RegisterBatch, actor: str) -> Absorbed:
    with store.begin() as work:
        work.put_person_names(batch.strangers)
        absorbed = work.absorb(run, batch.cells, batch.groups, batch.starts, batch.ends)
        work.record("pull-batch", {"run": run, **_told(batch, absorbed)}, actor)
        work.commit()
    return absorbed


def _told(batch: RegisterBatch, absorbed: Absorbed) -> dict[str, Any]:
    """What the journal keeps of a batch: counts and a digest, nobody's name or mark."""
    return {
        "groups": list(batch.groups),
        "gone": list(batch.gone),
        "starts": batch.starts.isoformat(),
        "ends": batch.ends.isoformat(),
        "seen": absorbed.seen,
        "new": absorbed.new,
        "changed": absorbed.changed,
        "vanished": absorbed.vanished,
        "strangers": len(batch.strangers),
        "digest": batch_digest(batch.cells),
    }


def batch_digest(cells: Iterable[RegisterCell]) -> str:
    """SHA-256 of what the cells say, independent of their order."""
    lines = sorted(
        "\x1f".join(
            (
                cell.page.group,
                cell.page.subject,
                f"{cell.day.isoformat()} {cell.nth} {int(cell.kind)}",
                cell.person or "",
                cell.value,
                cell.raw,
            )
        )
        for cell in cells
    )
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()


def window_from(links: Iterable[IdentityLink], scope: Scope, timezone: str) -> RegisterWindow:
    """What to pull: everything linked, over the scope's days, each object of the diary under our name for it.

    Groups of other school years have no lessons on these days and are not asked about.
    """
    kept = [link for link in links if group_year(link.sourced_id) in (None, scope.school_year)]

    def named(*types: RecordType) -> dict[RemoteId, SourcedId]:
        return {link.remote_id: link.sourced_id for link in kept if link.record_type in types}

    return RegisterWindow(
        starts=scope.lessons_from,
        ends=scope.lessons_to,
        groups=named(RecordType.FORM, RecordType.SUBGROUP),
        subjects=named(RecordType.SUBJECT),
        persons=named(RecordType.PUPIL, RecordType.STAFF),
        lessons=named(RecordType.LESSON),
        timezone=timezone,
    )
