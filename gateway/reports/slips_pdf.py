"""Return slips as a PDF, one slip a page, from `slips.typ`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from gateway.reports.typeset import breakable, typeset
from gateway.reports.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gateway.reports.slips import Remark, SlipFigures

_CELLS = ("number", "day", "lesson", "pupil", "diary", "paper", "kind", "note")


def write_slips_pdf(slips: Sequence[SlipFigures], path: Path, *, school: str, lang: str = "ru") -> None:
    """`path` holds the slips; the same slips give the same bytes. Raises Unprintable, ValueError for no slip."""
    path.write_bytes(typeset("slips", _data(slips, school, lang), max(one.issued_at for one in slips), "pdf")[0])


def slips_png(slips: Sequence[SlipFigures], *, school: str, lang: str = "ru") -> list[bytes]:
    """The printed pages as pictures. Raises Unprintable."""
    return typeset("slips", _data(slips, school, lang), max(one.issued_at for one in slips), "png")


def _data(slips: Sequence[SlipFigures], school: str, lang: str) -> dict[str, Any]:
    said = words(lang)
    return {
        "lang": lang,
        "school": school,
        "words": {
            **said.tables["slip"],
            **{name: said.title(name) for name in ("signature", "full_name", "date_blank")},
        },
        "slips": [_slip(one) for one in slips],
    }


def _slip(slip: SlipFigures) -> dict[str, Any]:
    return {
        **{
            name: getattr(slip, name)
            for name in ("number", "teacher", "issued", "issued_by", "due", "note", "confirmed")
        },
        "pages": [
            {"group": page.group, "subject": page.subject, "remarks": [_cells(remark) for remark in page.remarks]}
            for page in slip.pages
        ],
    }


def _cells(remark: Remark) -> dict[str, str]:
    row = dataclasses.asdict(remark.row)
    cells = {name: breakable(str(row[name])) for name in _CELLS}
    return {**cells, "standing": remark.standing, "since": remark.since}
