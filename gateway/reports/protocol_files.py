"""The protocol as files in a folder: workbook, CSV, PDF, and the control section's own tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.reports.protocol_csv import write_keeping_csv, write_protocol_csv, write_teachers_csv
from gateway.reports.protocol_pdf import write_protocol_pdf
from gateway.reports.protocol_xlsx import write_protocol_xlsx
from gateway.whole import whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gateway.reports.figures import ProtocolFigures

    Writer = Callable[[ProtocolFigures, Path], None]

_FILES: dict[str, Writer] = {".xlsx": write_protocol_xlsx, ".csv": write_protocol_csv, ".pdf": write_protocol_pdf}
_CONTROL: dict[str, Writer] = {"-control.csv": write_keeping_csv, "-teachers.csv": write_teachers_csv}
"""Written when the check was asked how the diary is kept: a CSV file is one table."""


def write_protocol(figures: ProtocolFigures, folder: Path) -> list[Path]:
    """The files of that protocol, each whole or absent; the folder is there afterwards. Raises Unprintable."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"protocol-{figures.moment:%Y-%m-%d-%H%M%S}"
    writers = _FILES if figures.keeping is None else _FILES | _CONTROL
    for ending, write in writers.items():
        with whole(folder / f"{stem}{ending}") as unfinished:
            write(figures, unfinished)
    return [folder / f"{stem}{ending}" for ending in writers]
