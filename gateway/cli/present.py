"""What a person sees: tables and sentences on stdout, talk and progress on stderr, one JSON object with --json."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gateway.errors import SverkaError
    from gateway.ports import Progress as Report


WIDTH_OF_A_FILE = 180
"""Columns of a table that goes into a file or another program, where no terminal says how wide it is."""


def _console(*, stderr: bool = False) -> Console:
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def say(sentence: str = "") -> None:
    """A sentence for a person, on stdout."""
    _console().print(sentence, markup=False)


def talk(sentence: str) -> None:
    """Something on the way, on stderr: never part of the data."""
    _console(stderr=True).print(sentence, markup=False)


def next_command(command: str) -> None:
    talk(_("Дальше: {command}").format(command=command))


def as_json(value: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on stdout; numbers stand right. What brackets a cell or the title holds are text, never markup."""
    drawn = Table(
        title=Text(title) if title else None, title_justify="left", header_style="bold", box=None, pad_edge=False
    )
    lines = [list(row) for row in rows]
    for index, name in enumerate(columns):
        numeric = bool(lines) and all(isinstance(line[index], (int, float)) for line in lines)
        drawn.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for line in lines:
        drawn.add_row(*(Text("" if cell is None else str(cell)) for cell in line))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH_OF_A_FILE
    console.print(drawn)


@contextmanager
def progress(label: str) -> Iterator[Report]:
    """A bar on stderr, drawn only on a terminal; the yielded callable takes (done, total)."""
    console = _console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total: None  # noqa: ARG005
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def failure(error: SverkaError, *, as_object: bool) -> None:
    """What happened and what to do now; with --json the same as one object on stdout."""
    if as_object:
        as_json(
            {
                "schema": "error/1",
                "error": error.code,
                "what": error.what,
                "next": error.next_step,
                "request_id": error.request_id,
                "exit_code": error.exit_code,
            }
        )
    console = _console(stderr=True)
    console.print(_("Ошибка: {what}").format(what=error.what), style="bold red", markup=False)
    if error.next_step:
        console.print(error.next_step, markup=False)
    if error.request_id:
        console.print(_("Номер запроса в дневнике: {id}").format(id=error.request_id), markup=False)
