"""The table of how registers are kept: on paper beside the diary, or in the diary alone (requirements R002-R009)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from state.columns import UtcDateTime
from state.tables import Memory, table_of


class RegisterModeRow(Memory, table=True):
    """From a day on a form's register is kept so; later rows stand beside earlier ones and never replace them."""

    __tablename__ = "register_mode"
    school: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    form: str = Field(sa_type=Text)
    """Blank: the whole school."""
    mode: str = Field(sa_type=Text)
    starts: str = Field(sa_type=Text)
    ends: str = Field(sa_type=Text)
    """Blank: until something else is set."""
    subject: str = Field(sa_type=Text)
    teacher: str = Field(sa_type=Text)
    approval: str = Field(sa_type=Text)
    approved: str = Field(sa_type=Text)
    set_by: str = Field(sa_type=Text)
    set_at: datetime = Field(sa_type=UtcDateTime)


REGISTER_MODE = table_of(RegisterModeRow)
