"""Options that several commands share, described once. Imported after the language is known: see `main.build`."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.faultmap import in_our_words
from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.sandbox.control_client import SandboxControl
    from gateway.cli.main import Session
    from gateway.office import Office
    from state.snapshot import Scope

AsJson = Annotated[bool, typer.Option("--json", help=_("Ответ программе: один объект JSON"))]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help=_("Первый день, ГГГГ-ММ-ДД"))]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help=_("Последний день, ГГГГ-ММ-ДД"))]
Period = Annotated[
    int | None, typer.Option("--period", "-p", help=_("Номер учебного периода (по умолчанию идущий сейчас)"))
]
Actor = Annotated[str, typer.Option("--by", envvar="SVERKA_ACTOR", help=_("Кто это делает: попадёт в журнал аудита"))]
Decider = Annotated[str, typer.Option("--by", envvar="SVERKA_ACTOR", help=_("Кто решает: имя попадёт в журнал аудита"))]
Address = Annotated[
    str, typer.Option("--url", envvar="SVERKA_SANDBOX", help=_("Адрес учебного дневника, как его назвал serve"))
]
HERE = "http://127.0.0.1:8080"
"""Where `sandbox serve` is by default."""
Out = Annotated[Path | None, typer.Option("--output", "-o", help=_("Куда записать"))]


def session(context: typer.Context) -> Session:
    found: Session = context.obj
    return found


@contextmanager
def practice_diary(url: str) -> Iterator[SandboxControl]:
    """The controls of the practice diary at that address; where it is not, an error says so in our words."""
    from connectors.sandbox.control_client import SandboxControl

    with in_our_words(), SandboxControl(url) as control:
        yield control


def day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def days_asked(
    context: typer.Context, period: int | None, starts: datetime | None, ends: datetime | None
) -> tuple[Office, Scope]:
    """The school's office and the days that the words mean. Raises as `only_one`, before anything is opened."""
    only_one(period, starts, ends)
    office = session(context).office()
    return office, office.days.scope(period, day(starts), day(ends))


def only_one(period: int | None, starts: datetime | None, ends: datetime | None) -> None:
    """Raises a usage error when both a period and dates are given, or only one of two dates."""
    if period is not None and (starts or ends):
        raise typer.BadParameter(_("укажите либо --period, либо --from и --to"))
    if bool(starts) != bool(ends):
        raise typer.BadParameter(_("--from и --to указываются вместе"))
