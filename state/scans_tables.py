"""The table of page scans: which image of which paper page, by its hash (requirements G1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from state.columns import UtcDateTime
from state.tables import Memory, table_of


class PageScanRow(Memory, table=True):
    """One file shows one page of one grading period; a file may show several pages."""

    __tablename__ = "page_scan"
    school: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    page_group: str = Field(sa_type=Text)
    page_subject: str = Field(sa_type=Text)
    period: str = Field(sa_type=Text)
    sheet: str = Field(sa_type=Text)
    """Numbers printed on the pages of the paper register; blank where nobody said."""
    sha256: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    size: int = Field(sa_type=BigInteger)
    source: str = Field(sa_type=Text)
    added_by: str = Field(sa_type=Text)
    added_at: datetime = Field(sa_type=UtcDateTime)


PAGE_SCAN = table_of(PageScanRow)
