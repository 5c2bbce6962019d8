"""The first schema: everything Sverka remembers about a school.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite: microseconds since 1970, UTC.
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

SQLITE_GUARDS = (
    "CREATE TRIGGER journal_event_keeps_update BEFORE UPDATE ON journal_event "
    "BEGIN SELECT RAISE(ABORT, 'journal_event is append-only'); END",
    "CREATE TRIGGER journal_event_keeps_delete BEFORE DELETE ON journal_event "
    "BEGIN SELECT RAISE(ABORT, 'journal_event is append-only'); END",
    # INSERT OR REPLACE would remove a row without firing the trigger above.
    "CREATE TRIGGER journal_event_keeps_replace BEFORE INSERT ON journal_event "
    "WHEN EXISTS (SELECT 1 FROM journal_event WHERE school = NEW.school AND seq = NEW.seq) "
    "BEGIN SELECT RAISE(ABORT, 'journal_event is append-only'); END",
)
POSTGRES_GUARDS = (
    "CREATE FUNCTION journal_event_keeps() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'journal_event is append-only'; END $$",
    "CREATE TRIGGER journal_event_keeps_rows BEFORE UPDATE OR DELETE ON journal_event "
    "FOR EACH ROW EXECUTE FUNCTION journal_event_keeps()",
    "CREATE TRIGGER journal_event_keeps_table BEFORE TRUNCATE ON journal_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION journal_event_keeps()",
)


def upgrade() -> None:
    """Every table exists, and the journal takes new events only."""
    op.create_table(
        "baseline",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school", "record_type", "sourced_id", name="pk_baseline"),
    )
    op.create_table(
        "finding",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("finding_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("first_run", sa.Text(), nullable=False),
        sa.Column("last_run", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school", "finding_id", name="pk_finding"),
    )
    op.create_table(
        "identity_link",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school", "record_type", "sourced_id", name="pk_identity_link"),
    )
    op.create_index(
        "uq_identity_link_remote",
        "identity_link",
        ["school", "record_type", "remote_id"],
        unique=True,
        sqlite_where=sa.text("record_type <> 'guardian'"),
        postgresql_where=sa.text("record_type <> 'guardian'"),
    )
    op.create_table(
        "intent",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("step_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("school", "run", "step_id", name="pk_intent"),
    )
    op.create_index(
        "ix_intent_unsettled",
        "intent",
        ["school", "run"],
        unique=False,
        sqlite_where=sa.text("outcome IS NULL OR outcome = 'InDoubt'"),
        postgresql_where=sa.text("outcome IS NULL OR outcome = 'InDoubt'"),
    )
    op.create_table(
        "journal_event",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("subtree", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("school", "seq", name="pk_journal_event"),
    )
    op.create_table(
        "lease",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("school", name="pk_lease"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=True),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("seen_from", MOMENT, nullable=False),
        sa.Column("seen_to", MOMENT, nullable=True),
        sa.Column("run", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entry"),
    )
    op.create_index(
        "uq_ledger_entry_open",
        "ledger_entry",
        ["school", "key"],
        unique=True,
        sqlite_where=sa.text("seen_to IS NULL"),
        postgresql_where=sa.text("seen_to IS NULL"),
    )
    op.create_index(
        "ix_ledger_entry_closed",
        "ledger_entry",
        ["school", "key"],
        unique=False,
        sqlite_where=sa.text("seen_to IS NOT NULL"),
        postgresql_where=sa.text("seen_to IS NOT NULL"),
    )
    op.create_table(
        "local_part",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("school", "number", name="pk_local_part"),
    )
    op.create_table(
        "match_decision",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("same_as", sa.Text(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("school", "record_type", "sourced_id", "remote_id", name="pk_match_decision"),
    )
    op.create_table(
        "plan",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("school", "plan_id", name="pk_plan"),
        sa.UniqueConstraint("school", "number", name="uq_plan_school_number"),
    )
    op.create_table(
        "order_assignment",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("assigned_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("school", "record_type", "sourced_id", "action", name="pk_order_assignment"),
    )
    op.create_table(
        "subgroup_agreement",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("school", "form", "division", name="pk_subgroup_agreement"),
    )
    op.create_table(
        "quarantine",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("school", "record_type", "place", "code", name="pk_quarantine"),
    )
    op.create_table(
        "page_verdict",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school", "page", name="pk_page_verdict"),
    )
    op.create_table(
        "reconciliation",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school", "run", name="pk_reconciliation"),
    )
    op.create_table(
        "register_image",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("school", "page", name="pk_register_image"),
    )
    op.create_table(
        "register_page",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("page_group", sa.Text(), nullable=False),
        sa.Column("page_subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school", "id", name="pk_register_page"),
        sa.UniqueConstraint(
            "school", "page_group", "page_subject", name="uq_register_page_school_page_group_page_subject"
        ),
    )
    op.create_table(
        "register_person",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school", "id", name="pk_register_person"),
        sa.UniqueConstraint("school", "sourced_id", name="uq_register_person_school_sourced_id"),
    )
    op.create_table(
        "run",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("school", "run", name="pk_run"),
        sa.UniqueConstraint("school", "number", name="uq_run_school_number"),
    )
    op.create_table(
        "transcription",
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("page_group", sa.Text(), nullable=False),
        sa.Column("page_subject", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("cells_sha256", sa.Text(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("school", "number", name="pk_transcription"),
    )
    op.create_index(
        "ix_transcription_page", "transcription", ["school", "page_group", "page_subject", "period"], unique=False
    )
    for statement in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    """Refused: going back would drop the audit log."""
    raise NotImplementedError("the first schema has no predecessor")
