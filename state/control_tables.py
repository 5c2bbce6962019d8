"""The tables of the deputy head's control: decisions, return slips, signatures (requirements A4, G1, G2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field

from state.columns import CanonicalJson, UtcDateTime
from state.tables import Memory, table_of


class DecisionRow(Memory, table=True):
    """One decision about one finding; earlier ones stay."""

    __tablename__ = "decision"
    school: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    finding_id: str = Field(sa_type=Text)
    verdict: str = Field(sa_type=Text)
    paper: str = Field(sa_type=Text)
    diary: str = Field(sa_type=Text)
    why: str = Field(sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    decided_at: datetime = Field(sa_type=UtcDateTime)


class ReturnSlipRow(Memory, table=True):
    """A slip as it was issued; what came of it is in its items and confirmations."""

    __tablename__ = "return_slip"
    school: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    teacher: str = Field(sa_type=Text)
    due: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    issued_by: str = Field(sa_type=Text)
    issued_at: datetime = Field(sa_type=UtcDateTime)


class SlipItemRow(Memory, table=True):
    """One remark of a slip and where it stands."""

    __tablename__ = "slip_item"
    school: str = Field(primary_key=True, sa_type=Text)
    slip: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    finding_id: str = Field(primary_key=True, sa_type=Text)
    place: int
    body: Any = Field(sa_type=CanonicalJson)
    standing: str = Field(sa_type=Text)
    run: str = Field(sa_type=Text)
    """The check that gave it its standing; blank for one that was only issued."""
    stands_since: datetime = Field(sa_type=UtcDateTime)


class SlipConfirmationRow(Memory, table=True):
    """A teacher says that the remarks of a slip are corrected: a word, not a proof."""

    __tablename__ = "slip_confirmation"
    school: str = Field(primary_key=True, sa_type=Text)
    slip: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    confirmed_by: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)


class SignatureRow(Memory, table=True):
    """A named person signed the protocol of one check, as both sides were then."""

    __tablename__ = "signature"
    school: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    run: str = Field(sa_type=Text)
    signed_by: str = Field(sa_type=Text)
    position: str = Field(sa_type=Text)
    digests: Any = Field(sa_type=CanonicalJson)
    signed_at: datetime = Field(sa_type=UtcDateTime)


DECISION = table_of(DecisionRow)
RETURN_SLIP = table_of(ReturnSlipRow)
SLIP_ITEM = table_of(SlipItemRow)
SLIP_CONFIRMATION = table_of(SlipConfirmationRow)
SIGNATURE = table_of(SignatureRow)
