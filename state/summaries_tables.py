"""The table of the summary sheets of period marks (requirements B1 «Сводная ведомость», G11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field

from state.columns import CanonicalJson, UtcDateTime
from state.tables import Memory, table_of


class SummaryRow(Memory, table=True):
    """A summary sheet as typed over; the highest number of a form and period is the latest."""

    __tablename__ = "summary"
    school: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    form: str = Field(sa_type=Text)
    period: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)
    imported_by: str = Field(sa_type=Text)
    imported_at: datetime = Field(sa_type=UtcDateTime)
    body: Any = Field(sa_type=CanonicalJson)


SUMMARY = table_of(SummaryRow)
