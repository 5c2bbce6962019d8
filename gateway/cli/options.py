"""Options that several commands share, described once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.i18n import _

if TYPE_CHECKING:
    from datetime import date

    from gateway.cli.main import Session

AsJson = Annotated[bool, typer.Option("--json", help="JSON")]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]
Period = Annotated[int | None, typer.Option("--period", "-p", metavar="N")]
Actor = Annotated[str, typer.Option("--by", envvar="SVERKA_ACTOR")]


def session(context: typer.Context) -> Session:
    found: Session = context.obj
    return found


def day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def only_one(period: int | None, starts: datetime | None, ends: datetime | None) -> None:
    """Raises a usage error when both a period and dates are given, or only one of two dates."""
    if period is not None and (starts or ends):
        raise typer.BadParameter(_("укажите либо --period, либо --from и --to"))
    if bool(starts) != bool(ends):
        raise typer.BadParameter(_("--from и --to указываются вместе"))
