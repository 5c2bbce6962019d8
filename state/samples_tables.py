"""The tables of sampling: each draw with its frame as it was then, and what was typed of the drawn units."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field

from state.columns import CanonicalJson, PackedJson, UtcDateTime
from state.tables import Memory, table_of


class SampleDrawRow(Memory, table=True):
    """One draw; nothing of it is ever changed."""

    __tablename__ = "sample_draw"
    school: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    period: str = Field(sa_type=Text)
    unit: str = Field(sa_type=Text)
    starts: str = Field(sa_type=Text)
    until: str = Field(sa_type=Text)
    seed: str = Field(sa_type=Text)
    frame: Any = Field(sa_type=PackedJson)
    """Names of all units, sorted."""
    drawn: Any = Field(sa_type=CanonicalJson)
    risk: Any = Field(sa_type=CanonicalJson)
    """[unit, [reason…]] of the risk-led part."""
    terms: Any = Field(sa_type=CanonicalJson)
    """What was wanted: the share, how many may differ, who made the seed."""
    why: str = Field(sa_type=Text)
    drawn_by: str = Field(sa_type=Text)
    drawn_at: datetime = Field(sa_type=UtcDateTime)


class SampleEntryRow(Memory, table=True):
    """What paper says of one unit, as somebody typed it; earlier words stay."""

    __tablename__ = "sample_entry"
    school: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    draw: int
    unit: str = Field(sa_type=Text)
    body: Any = Field(sa_type=CanonicalJson)
    sha256: str = Field(sa_type=Text)
    entered_by: str = Field(sa_type=Text)
    entered_at: datetime = Field(sa_type=UtcDateTime)


SAMPLE_DRAW = table_of(SampleDrawRow)
SAMPLE_ENTRY = table_of(SampleEntryRow)
