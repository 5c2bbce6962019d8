"""The tables of double blind entry: which page two people type over, what each typed, and how differences settled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field

from state.columns import PackedJson, UtcDateTime
from state.tables import Memory, table_of


class BlindEntryRow(Memory, table=True):
    """One page of one period given to two typists; of several the latest counts."""

    __tablename__ = "blind_entry"
    school: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    page_group: str = Field(sa_type=Text)
    page_subject: str = Field(sa_type=Text)
    period: str = Field(sa_type=Text)
    first: str = Field(sa_type=Text)
    second: str = Field(sa_type=Text)
    opened_by: str = Field(sa_type=Text)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    standing: str = Field(sa_type=Text)
    closed_by: str = Field(sa_type=Text)
    why: str = Field(sa_type=Text)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BlindCopyRow(Memory, table=True):
    """What one of the two typed; the digest of the body is in the audit log."""

    __tablename__ = "blind_copy"
    school: str = Field(primary_key=True, sa_type=Text)
    entry: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    typist: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    digest: str = Field(sa_type=Text)
    entered_at: datetime = Field(sa_type=UtcDateTime)
    body: Any = Field(sa_type=PackedJson)


class BlindValueRow(Memory, table=True):
    """What a third person read on paper in a cell where the two differ; the latest counts."""

    __tablename__ = "blind_value"
    school: str = Field(primary_key=True, sa_type=Text)
    entry: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    place: str = Field(primary_key=True, sa_type=Text)
    value: str = Field(sa_type=Text)
    settled_by: str = Field(sa_type=Text)
    settled_at: datetime = Field(sa_type=UtcDateTime)


BLIND_ENTRY = table_of(BlindEntryRow)
BLIND_COPY = table_of(BlindCopyRow)
BLIND_VALUE = table_of(BlindValueRow)
