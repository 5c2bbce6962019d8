"""The unit of work: one transaction in a school's memory, and every verb it offers.

It holds the school's write lock from its first statement to its commit, so it must be short: never keep one open while
talking to the diary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from state import (
    agreements,
    baselines,
    findings,
    frames,
    images,
    intents,
    lease,
    ledger,
    links,
    matches,
    orders,
    paper,
    parts,
    plans,
    quarantine,
    runs,
    verdicts,
)
from state.blind import Blind
from state.columns import in_utc
from state.control import Control
from state.engine import is_locked_out
from state.errors import LeaseHeld
from state.journal import Journal
from state.keys import RegisterKeys
from state.ledger import Absorbed, BatchScope
from state.paperwork import Paperwork
from state.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from types import TracebackType
    from typing import Self

    import polars as pl
    from sqlalchemy import Engine

    from state.agreements import RecordedAgreement
    from state.identity import IdentityLink, SourcedId
    from state.images import Stamp
    from state.lease import Plate
    from state.local import LocalPart
    from state.matches import MatchDecision
    from state.orders import AssignedOrder, OrderKey
    from state.paper import KeptTranscription, Transcription
    from state.quarantine import Rejected
    from state.register import Page, RegisterCell
    from state.verdicts import KeptVerdict


class UnitOfWork:
    """One transaction: everything in it is kept together by `commit`, or not at all.

    After a commit the unit may go on: the next call begins a new transaction.
    """

    def __init__(
        self,
        engine: Engine,
        school_key: str,
        clock: Callable[[], datetime],
        taken: Callable[[UnitOfWork | None], None],
    ) -> None:
        self._engine = engine
        self._school_key = school_key
        self._clock = clock
        self._taken = taken

    def __enter__(self) -> Self:
        self._taken(self)
        try:
            connection = self._engine.connect()
            connection.begin()
        except BaseException as error:
            self._taken(None)
            if isinstance(error, OperationalError) and is_locked_out(error):
                raise LeaseHeld("another process", in_utc(self._clock())) from error
            raise
        self._work = Work(connection, self._school_key, self._clock)
        self._journal = Journal(self._work)
        self._keys = RegisterKeys(self._work)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closing rolls back whatever is not committed.
        self._work.connection.close()
        self._taken(None)

    def commit(self) -> None:
        """Everything done so far is durable."""
        self._keys.flush()
        self._work.connection.commit()
        # Another process may write before the next call.
        self._journal.forget()
        self._keys = RegisterKeys(self._work)

    # --- the audit log (journal.py) ---

    def record(self, kind: str, data: Mapping[str, Any], actor: str) -> int:
        """The number of a new event, kept together with this unit's changes.

        `data` is JSON values without personal data other than SourcedIds: the log is never shortened.
        """
        return self._journal.append(kind, data, actor)

    def log_head(self) -> tuple[int, str]:
        """(size, hex root) of the audit log as this unit sees it."""
        return self._journal.head()

    # --- double blind entry (blind.py) ---

    @property
    def blind(self) -> Blind:
        """Pages that two people type over, in this transaction."""
        return Blind(self._work)

    # --- the deputy head's control (control.py) ---

    @property
    def control(self) -> Control:
        """Decisions, return slips and signatures, in this transaction."""
        return Control(self._work)

    @property
    def paperwork(self) -> Paperwork:
        """How registers are kept, and the scans of their pages, in this transaction."""
        return Paperwork(self._work)

    # --- local parts (parts.py) ---

    def save_part(self, part: LocalPart) -> bool:
        """The part is a current one of its kind; False (nothing written) when the same file, read alike, was."""
        return parts.save_part(self._work, part)

    def part_digests(self) -> tuple[tuple[str, int], ...]:
        """(kind, number) of the current parts: equal digests mean equal `parts`."""
        return parts.part_digests(self._work)

    def parts(self) -> tuple[LocalPart, ...]:
        """The current parts, ordered by kind and, within a kind, by the time they were taken in."""
        return parts.load_parts(self._work)

    # --- links and baselines (links.py, baselines.py) ---

    def links(self) -> tuple[IdentityLink, ...]:
        """Every link, ordered by record type and sourced id."""
        return links.load_links(self._work)

    def linked(self, record_type: str) -> frozenset[SourcedId]:
        """The records of that type that have a link: the quick way where only that is asked."""
        return links.linked_records(self._work, record_type)

    def put_links(self, rows: Iterable[IdentityLink]) -> None:
        """Each record has the link given last; StateCorrupt when an object is another record's already."""
        links.put_links(self._work, rows)

    def drop_links(self, keys: Iterable[tuple[str, SourcedId]]) -> None:
        """None of these (record type, sourced id) has a link."""
        links.drop_links(self._work, keys)

    def put_match_decisions(self, decisions: Iterable[MatchDecision]) -> None:
        """Each pair of ours and theirs has the decision given last (matches.py)."""
        matches.put_match_decisions(self._work, decisions)

    def match_decisions(self) -> tuple[MatchDecision, ...]:
        """What people decided about who is who, ordered by record type and both ids."""
        return matches.load_match_decisions(self._work)

    def baselines(self) -> dict[tuple[str, SourcedId], dict[str, Any]]:
        """Every baseline by (record type, sourced id)."""
        return baselines.load_baselines(self._work)

    def put_baselines(self, rows: Iterable[tuple[str, SourcedId, dict[str, Any] | None]]) -> None:
        """Each record has the baseline given last; None removes it."""
        baselines.put_baselines(self._work, rows)

    # --- plans and intents (plans.py, intents.py) ---

    def save_plan(self, plan_id: str, body: bytes) -> None:
        """The plan is kept and is the latest; a known id keeps its body and status."""
        plans.save_plan(self._work, plan_id, body)

    def plan(self, plan_id: str) -> tuple[bytes, str] | None:
        """(body, status: new, approved or applied), or None for an unknown plan."""
        return plans.load_plan(self._work, plan_id)

    def latest_plan(self) -> str | None:
        """The id of the plan made last."""
        return plans.latest_plan(self._work)

    def set_plan_status(self, plan_id: str, status: str) -> None:
        """The plan has that status; StateCorrupt for an unknown plan."""
        plans.set_plan_status(self._work, plan_id, status)

    def open_intents(self, run: str, plan_id: str, steps: Sequence[dict[str, Any]]) -> None:
        """Each step (JSON values with `step_id`) is noted as about to be written; StateCorrupt when opened before."""
        intents.open_intents(self._work, run, plan_id, steps)

    def settle_intents(self, run: str, outcomes: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
        """Each (step id, outcome name, details) is noted; StateCorrupt for a step never opened in that run."""
        intents.settle_intents(self._work, run, outcomes)

    def unsettled_intents(self) -> list[dict[str, Any]]:
        """{run, plan_id, opened_at, step} of every write without an outcome, or with the outcome InDoubt."""
        return intents.unsettled_intents(self._work)

    # --- the register (ledger.py, frames.py, keys.py) ---

    def absorb(
        self, run: str, batch: Sequence[RegisterCell], groups: Sequence[SourcedId], starts: date, ends: date
    ) -> Absorbed:
        """The ledger shows exactly the batch for these groups and days; an identical batch writes no entry.

        ValueError for a cell given twice, of another group, or outside the days (FINAL and MEMBER excepted).
        """
        scope = BatchScope(groups=frozenset(groups), starts=starts, ends=ends)
        return ledger.absorb(self._work, self._keys, run, batch, scope)

    def register_frame(self, at: datetime | None = None, pages: Iterable[int] | None = None) -> pl.DataFrame:
        """The cells seen at that moment (None: now): key, value, raw, author, set_at, remote_id; ascending by key."""
        return frames.register_frame(self._work, at, pages)

    def register_now(self, pages: Iterable[int]) -> pl.DataFrame:
        """The cells seen now on these pages: key, value, raw; ascending by key. The quick way for whole registers."""
        return images.images_frame(self._work, pages)

    def register_stamps(self, pages: Iterable[int]) -> dict[int, Stamp]:
        """What tells these pages, as the diary shows them now, from how it showed them before."""
        return images.image_stamps(self._work, pages)

    def entered(self, keys: Sequence[int], at: datetime | None = None) -> dict[int, tuple[str, datetime | None]]:
        """{key: (author, set_at)} of these cells as they were seen at that moment (None: now)."""
        return frames.entered(self._work, keys, at)

    def entries_frame(self, pages: Iterable[int]) -> pl.DataFrame:
        """Every entry of these pages, also with seen_from, seen_to (null: still seen) and run; by key and time."""
        return frames.entries_frame(self._work, pages)

    def page_key(self, page: Page) -> int:
        """The page's number in cell keys, given on first use."""
        return self._keys.page(page.group, page.subject)

    def person_key(self, sid: SourcedId) -> int:
        """The person's number in cell keys, given on first use."""
        return self._keys.person(sid)

    def pages(self) -> dict[int, Page]:
        """Every numbered page."""
        return self._keys.all_pages()

    def persons(self) -> dict[int, SourcedId]:
        """Every numbered person."""
        return self._keys.all_people()

    def put_person_names(self, names: Mapping[SourcedId, str]) -> None:
        """These display names are kept for reports; others stay."""
        self._keys.put_names(names)

    def person_names(self) -> dict[SourcedId, str]:
        """Display names of everybody who has one."""
        return self._keys.names()

    # --- paper, findings, runs (paper.py, findings.py, runs.py) ---

    def save_transcription(self, transcription: Transcription) -> bool:
        """It is the latest of its page and period; False (nothing written) when the same file already was."""
        return paper.save_transcription(self._work, self._keys, transcription)

    def transcriptions(self) -> tuple[KeptTranscription, ...]:
        """The latest of each (page, period), ordered by group, subject, period; without their cells."""
        return paper.load_transcriptions(self._work)

    def paper_cells(self, transcription: KeptTranscription) -> tuple[RegisterCell, ...]:
        """The cells of one typed page, by column."""
        return paper.transcribed_cells(self._work, transcription.number, self.pages(), self.persons())

    def paper_frame(self, transcriptions: Iterable[KeptTranscription]) -> pl.DataFrame:
        """The cells of these pages, one page after another: key, value, raw."""
        return paper.transcribed_frame(self._work, [one.number for one in transcriptions])

    def verdicts(self) -> dict[int, KeptVerdict]:
        """What was last judged of each page, by its number, and from what."""
        return verdicts.load_verdicts(self._work)

    def put_verdicts(self, made: Mapping[int, tuple[str, Any]]) -> None:
        """Each page has this verdict (basis, JSON values) from now on; others stay."""
        verdicts.put_verdicts(self._work, made)

    def save_reconciliation(self, run: str, rows: Sequence[dict[str, Any]], summary: dict[str, Any]) -> None:
        """The open findings are exactly `rows` (JSON values, each with `finding_id`)."""
        findings.save_reconciliation(self._work, run, rows, summary)

    def findings(self, open_only: bool = True) -> list[dict[str, Any]]:
        """Each finding's row with `status`, `first_run`, `last_run`, ordered by id."""
        return findings.load_findings(self._work, open_only=open_only)

    def last_reconciliation(self) -> dict[str, Any] | None:
        """{run, made_at, summary} of the latest check; None before the first."""
        return findings.last_reconciliation(self._work)

    def reconciliations(self, runs: Iterable[str]) -> list[dict[str, Any]]:
        """{run, made_at, summary} of these checks, the oldest first."""
        return findings.load_reconciliations(self._work, runs)

    def start_run(self, verb: str) -> str:
        """The id of a new run, «verb-000012»."""
        return runs.start_run(self._work, verb)

    def end_run(self, run: str, result: dict[str, Any]) -> None:
        """The run has ended with that result (JSON values); StateCorrupt for an unknown run."""
        runs.end_run(self._work, run, result)

    def runs(self, verb: str | None = None) -> list[dict[str, Any]]:
        """{run, verb, started_at, ended_at, result}, the oldest first."""
        return runs.load_runs(self._work, verb)

    # --- what people decided about rosters (orders.py, agreements.py) ---

    def assign_orders(self, rows: Iterable[AssignedOrder]) -> None:
        """Each change has the order given last."""
        orders.assign_orders(self._work, rows)

    def drop_assigned_orders(self, keys: Iterable[OrderKey]) -> None:
        """None of these changes has an assigned order: they are done, or it was a mistake."""
        orders.drop_assigned_orders(self._work, keys)

    def assigned_orders(self) -> tuple[AssignedOrder, ...]:
        """Every assignment not used up yet, in a steady order."""
        return orders.load_assigned_orders(self._work)

    def put_subgroup_agreements(self, rows: Iterable[RecordedAgreement]) -> None:
        """Each form and division has the agreement recorded last."""
        agreements.put_agreements(self._work, rows)

    def subgroup_agreements(self) -> tuple[RecordedAgreement, ...]:
        """Every recorded agreement, ordered by form and division."""
        return agreements.load_agreements(self._work)

    # --- lease and quarantine (lease.py, quarantine.py) ---

    def plate(self) -> Plate | None:
        """Who took the school's lease last and has not given it back; see `Store.lease`."""
        return lease.plate(self._work)

    def put_plate(self, holder: str) -> None:
        """`holder` has taken the lease."""
        lease.put_plate(self._work, holder)

    def drop_plate(self, holder: str) -> None:
        """`holder` has given the lease back."""
        lease.drop_plate(self._work, holder)

    def put_quarantine(self, rejected: Iterable[Rejected]) -> None:
        """Each record is in quarantine for its code; put again, its details are replaced."""
        quarantine.put_quarantine(self._work, rejected)

    def drop_quarantine(self, places: Iterable[tuple[str, str]]) -> None:
        """Nothing of these (record type, place) is in quarantine."""
        quarantine.drop_quarantine(self._work, places)

    def quarantine(self) -> tuple[Rejected, ...]:
        """Everything put aside, ordered by record type, place and code."""
        return quarantine.load_quarantine(self._work)
