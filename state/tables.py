"""The tables of memory, thin: every row carries its school, and only the journal and the ledger are never rewritten.

The classes declare; the rooms' modules read and write through the Core tables named in capitals below, because one
object per row is too slow above some thousand rows (design §6).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from state.columns import CanonicalJson, PackedJson, UtcDateTime

# SQLite counts rows by itself only in a column that is exactly INTEGER PRIMARY KEY.
ROW_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class Memory(SQLModel):
    """The base that keeps our tables in a metadata of their own, with named constraints."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


class JournalEvent(Memory, table=True):
    """One event of the audit log; triggers refuse to change or remove it."""

    __tablename__ = "journal_event"
    school: str = Field(primary_key=True, sa_type=Text)
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    leaf: bytes = Field(sa_type=LargeBinary)
    """The canonical JSON as it was hashed: never serialised again."""
    leaf_hash: bytes = Field(sa_type=LargeBinary)
    subtree: bytes = Field(sa_type=LargeBinary)
    """Root of the largest complete subtree that ends at this event: lets the tree go on after O(log n) reads."""
    root: bytes = Field(sa_type=LargeBinary)
    """Tree head after this event."""


class LocalPartRow(Memory, table=True):
    """An imported file in canonical form; the highest number of a kind and slot is current (`state.parts`)."""

    __tablename__ = "local_part"
    school: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(sa_type=Text)
    slot: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)
    imported_at: datetime = Field(sa_type=UtcDateTime)
    body: Any = Field(sa_type=PackedJson)


class IdentityLinkRow(Memory, table=True):
    """One of our records is that object of the diary. Guardians of siblings may share a person."""

    __tablename__ = "identity_link"
    __table_args__ = (
        Index(
            "uq_identity_link_remote",
            "school",
            "record_type",
            "remote_id",
            unique=True,
            sqlite_where=text("record_type <> 'guardian'"),
            postgresql_where=text("record_type <> 'guardian'"),
        ),
    )
    school: str = Field(primary_key=True, sa_type=Text)
    record_type: str = Field(primary_key=True, sa_type=Text)
    sourced_id: str = Field(primary_key=True, sa_type=Text)
    remote_id: str = Field(sa_type=Text)
    rule: str = Field(sa_type=Text)
    evidence: str = Field(sa_type=Text)
    ours: bool
    since: datetime = Field(sa_type=UtcDateTime)
    user_id: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)


class MatchDecisionRow(Memory, table=True):
    """What a person decided about one of ours and one of the diary's."""

    __tablename__ = "match_decision"
    school: str = Field(primary_key=True, sa_type=Text)
    record_type: str = Field(primary_key=True, sa_type=Text)
    sourced_id: str = Field(primary_key=True, sa_type=Text)
    remote_id: str = Field(primary_key=True, sa_type=Text)
    decision: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    why: str = Field(sa_type=Text)
    same_as: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime = Field(sa_type=UtcDateTime)


class BaselineRow(Memory, table=True):
    """What both sides last agreed on for one record: the ancestor of the three-way comparison."""

    __tablename__ = "baseline"
    school: str = Field(primary_key=True, sa_type=Text)
    record_type: str = Field(primary_key=True, sa_type=Text)
    sourced_id: str = Field(primary_key=True, sa_type=Text)
    body: Any = Field(sa_type=CanonicalJson)


class PlanRow(Memory, table=True):
    """A plan as it was shown; `number` orders plans by when they were last made."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("school", "number"),)
    school: str = Field(primary_key=True, sa_type=Text)
    plan_id: str = Field(primary_key=True, sa_type=Text)
    number: int
    status: str = Field(sa_type=Text)
    saved_at: datetime = Field(sa_type=UtcDateTime)
    body: bytes = Field(sa_type=LargeBinary)


class IntentRow(Memory, table=True):
    """A write that was about to happen, and what came of it."""

    __tablename__ = "intent"
    __table_args__ = (
        Index(
            "ix_intent_unsettled",
            "school",
            "run",
            sqlite_where=text("outcome IS NULL OR outcome = 'InDoubt'"),
            postgresql_where=text("outcome IS NULL OR outcome = 'InDoubt'"),
        ),
    )
    school: str = Field(primary_key=True, sa_type=Text)
    run: str = Field(primary_key=True, sa_type=Text)
    step_id: str = Field(primary_key=True, sa_type=Text)
    plan_id: str = Field(sa_type=Text)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    step: Any = Field(sa_type=CanonicalJson)
    outcome: str | None = Field(default=None, sa_type=Text)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    details: Any = Field(default=None, sa_type=CanonicalJson, nullable=True)


class RegisterPageRow(Memory, table=True):
    """The small integer that stands for a register page in cell keys."""

    __tablename__ = "register_page"
    __table_args__ = (UniqueConstraint("school", "page_group", "page_subject"),)
    school: str = Field(primary_key=True, sa_type=Text)
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    page_group: str = Field(sa_type=Text)
    page_subject: str = Field(sa_type=Text)


class RegisterImageRow(Memory, table=True):
    """A page's open ledger entries as lines of text (`cells.py`); absent until somebody asks for the page."""

    __tablename__ = "register_image"
    school: str = Field(primary_key=True, sa_type=Text)
    page: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int
    """Counts the transactions that changed an entry of the page: also its author alone, which no line tells."""
    sha256: str = Field(sa_type=Text)
    cells: bytes = Field(sa_type=LargeBinary)


class RegisterPersonRow(Memory, table=True):
    """The small integer that stands for a person in cell keys, and the name kept for reports."""

    __tablename__ = "register_person"
    __table_args__ = (UniqueConstraint("school", "sourced_id"),)
    school: str = Field(primary_key=True, sa_type=Text)
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sourced_id: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)


class LedgerEntryRow(Memory, table=True):
    """A cell's value from `seen_from` until `seen_to`; open while `seen_to` is null. At most one open per cell."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index(
            "uq_ledger_entry_open",
            "school",
            "key",
            unique=True,
            sqlite_where=text("seen_to IS NULL"),
            postgresql_where=text("seen_to IS NULL"),
        ),
        Index(
            "ix_ledger_entry_closed",
            "school",
            "key",
            sqlite_where=text("seen_to IS NOT NULL"),
            postgresql_where=text("seen_to IS NOT NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_NUMBER)
    school: str = Field(sa_type=Text)
    key: int = Field(sa_type=BigInteger)
    value: str = Field(sa_type=Text)
    raw: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    set_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    remote_id: str = Field(sa_type=Text)
    seen_from: datetime = Field(sa_type=UtcDateTime)
    seen_to: datetime | None = Field(default=None, sa_type=UtcDateTime)
    run: str = Field(sa_type=Text)


class TranscriptionRow(Memory, table=True):
    """A paper page as typed over; the highest number of a page and period is the latest."""

    __tablename__ = "transcription"
    __table_args__ = (Index("ix_transcription_page", "school", "page_group", "page_subject", "period"),)
    school: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    page_group: str = Field(sa_type=Text)
    page_subject: str = Field(sa_type=Text)
    period: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)
    imported_by: str = Field(sa_type=Text)
    imported_at: datetime = Field(sa_type=UtcDateTime)
    body: Any = Field(sa_type=CanonicalJson)
    cells_sha256: str = Field(sa_type=Text)
    cells: bytes = Field(sa_type=LargeBinary)
    """Lines of `cells.py`, ascending by key."""


class PageVerdictRow(Memory, table=True):
    """What the last check that looked at a page said of it, and what it said it from."""

    __tablename__ = "page_verdict"
    school: str = Field(primary_key=True, sa_type=Text)
    page: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    basis: str = Field(sa_type=Text)
    body: Any = Field(sa_type=CanonicalJson)


class FindingRow(Memory, table=True):
    """One discrepancy through all checks that saw it."""

    __tablename__ = "finding"
    school: str = Field(primary_key=True, sa_type=Text)
    finding_id: str = Field(primary_key=True, sa_type=Text)
    status: str = Field(sa_type=Text)
    first_run: str = Field(sa_type=Text)
    last_run: str = Field(sa_type=Text)
    """The last run that saw it."""
    body: Any = Field(sa_type=CanonicalJson)


class RunRow(Memory, table=True):
    """One start of a verb; `ended_at` null means it runs still or died."""

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("school", "number"),)
    school: str = Field(primary_key=True, sa_type=Text)
    run: str = Field(primary_key=True, sa_type=Text)
    number: int
    verb: str = Field(sa_type=Text)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    result: Any = Field(default=None, sa_type=CanonicalJson, nullable=True)


class ReconciliationRow(Memory, table=True):
    """What one check counted."""

    __tablename__ = "reconciliation"
    school: str = Field(primary_key=True, sa_type=Text)
    run: str = Field(primary_key=True, sa_type=Text)
    made_at: datetime = Field(sa_type=UtcDateTime)
    summary: Any = Field(sa_type=CanonicalJson)


class LeaseRow(Memory, table=True):
    """Who works on the school's diary since when: a plate, the lock is elsewhere (state/lease.py)."""

    __tablename__ = "lease"
    school: str = Field(primary_key=True, sa_type=Text)
    holder: str = Field(sa_type=Text)
    taken_at: datetime = Field(sa_type=UtcDateTime)


class QuarantineRow(Memory, table=True):
    """A record put aside because of a fault of its own."""

    __tablename__ = "quarantine"
    school: str = Field(primary_key=True, sa_type=Text)
    record_type: str = Field(primary_key=True, sa_type=Text)
    place: str = Field(primary_key=True, sa_type=Text)
    code: str = Field(primary_key=True, sa_type=Text)
    details: Any = Field(sa_type=CanonicalJson)
    since: datetime = Field(sa_type=UtcDateTime)


class OrderAssignmentRow(Memory, table=True):
    """An order that a person gave to one waiting change of a roster."""

    __tablename__ = "order_assignment"
    school: str = Field(primary_key=True, sa_type=Text)
    record_type: str = Field(primary_key=True, sa_type=Text)
    sourced_id: str = Field(primary_key=True, sa_type=Text)
    action: str = Field(primary_key=True, sa_type=Text)
    number: str = Field(sa_type=Text)
    day: str = Field(sa_type=Text)
    assigned_by: str = Field(sa_type=Text)
    assigned_at: datetime = Field(sa_type=UtcDateTime)


class SubgroupAgreementRow(Memory, table=True):
    """Somebody's agreement to a form's division into subgroups as it stood in that digest."""

    __tablename__ = "subgroup_agreement"
    school: str = Field(primary_key=True, sa_type=Text)
    form: str = Field(primary_key=True, sa_type=Text)
    division: str = Field(primary_key=True, sa_type=Text)
    digest: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    day: str = Field(sa_type=Text)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


def table_of(row: type[Memory]) -> Table:
    """The Core table of a declared row."""
    return row.metadata.tables[str(row.__tablename__)]


JOURNAL = table_of(JournalEvent)
LOCAL_PART = table_of(LocalPartRow)
LINK = table_of(IdentityLinkRow)
MATCH_DECISION = table_of(MatchDecisionRow)
BASELINE = table_of(BaselineRow)
PLAN = table_of(PlanRow)
INTENT = table_of(IntentRow)
PAGE = table_of(RegisterPageRow)
REGISTER_IMAGE = table_of(RegisterImageRow)
PERSON = table_of(RegisterPersonRow)
LEDGER = table_of(LedgerEntryRow)
TRANSCRIPTION = table_of(TranscriptionRow)
PAGE_VERDICT = table_of(PageVerdictRow)
FINDING = table_of(FindingRow)
RUN = table_of(RunRow)
RECONCILIATION = table_of(ReconciliationRow)
LEASE = table_of(LeaseRow)
QUARANTINE = table_of(QuarantineRow)
ORDER_ASSIGNMENT = table_of(OrderAssignmentRow)
SUBGROUP_AGREEMENT = table_of(SubgroupAgreementRow)
