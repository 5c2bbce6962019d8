"""What the last check that looked at a page said of it, kept with what it was said from (`gateway.register.docket`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from state.records import canonical_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from state.work import Work

_ALL = "SELECT page, basis, body FROM page_verdict WHERE school = ?"

_PUT = """
    INSERT INTO page_verdict (school, page, basis, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (school, page) DO UPDATE SET basis = excluded.basis, body = excluded.body
"""


class KeptVerdict(NamedTuple):
    basis: str
    """Names everything the verdict rests on: under another basis it says nothing."""
    body: str
    """JSON."""


def load_verdicts(work: Work) -> dict[int, KeptVerdict]:
    """The verdict on each page, by its number."""
    return {page: KeptVerdict(basis, body) for page, basis, body in work.fetch(_ALL, (work.school,))}


def put_verdicts(work: Work, verdicts: Mapping[int, tuple[str, Any]]) -> None:
    """Each page has this (basis, body as JSON values) from now on; others stay."""
    rows = [(work.school, page, basis, canonical_json(body).decode()) for page, (basis, body) in verdicts.items()]
    work.many(_PUT, rows)
