"""Which pages a check has to judge: those of which something has changed since they were last judged.

A page's verdict depends on its own cells and on what the whole school is judged by (`reconcile.judge_pages`), so it
holds as long as its basis does: the names of everything it was made from. The product's rules go into it as the
product's version: who works on a rule between two versions checks `--afresh`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib import metadata
from typing import TYPE_CHECKING

from gateway.register.reconcile import judge_pages
from gateway.register.rows import verdict_of, verdict_row
from state.records import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gateway.register.context import Context
    from gateway.register.facts import SchoolFacts
    from gateway.register.rules.table import Rules
    from gateway.register.sides import Ground, Sides
    from gateway.register.values import PageVerdict
    from state.identity import SourcedId
    from state.images import Stamp
    from state.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Docket:
    """The pages of one check, by their numbers."""

    bases: Mapping[int, str]
    """What each page is judged from."""
    standing: Mapping[int, PageVerdict]
    """The verdicts that hold still; a page of which there is nothing to say has none."""
    due: frozenset[int]
    """The pages to judge."""
    stamps: Mapping[int, Stamp]
    """What the diary showed."""


def docket_of(
    work: UnitOfWork,
    ground: Ground,
    facts: SchoolFacts,
    aliases: Mapping[SourcedId, SourcedId],
    rules: Rules,
    *,
    afresh: bool,
) -> Docket:
    """What is to be judged of the ground; `afresh`: all of it. Page images may be written: the caller commits."""
    stamps = work.register_stamps(ground.numbers)
    school = {
        "product": metadata.version("sverka"),
        "rules": rules.version,
        "consentless": sorted(facts.consentless),
        "aliases": sorted(aliases.items()),
    }
    bases = dict(_bases(ground, facts, stamps, digest(school)))
    held = {} if afresh else {page: one for page, one in work.verdicts().items() if bases.get(page) == one.basis}
    bodies = {page: json.loads(one.body) for page, one in held.items()}
    standing = {page: verdict_of(page, ground.pages[page], body) for page, body in bodies.items() if body is not None}
    return Docket(bases, standing, frozenset(bases.keys() - held.keys()), stamps)


def judge_due(docket: Docket, sides: Sides, context: Context) -> tuple[PageVerdict, ...]:
    """The verdicts on the pages to judge; `sides` has at least their cells."""
    if not docket.due:
        return ()
    teachers = sides.teachers()
    return tuple(
        replace(verdict, teachers=teachers.get(verdict.number, ()))
        for verdict in judge_pages(sides.paper, sides.diary, context)
        if verdict.number in docket.due
    )


def keep_verdicts(work: UnitOfWork, docket: Docket, made: Iterable[PageVerdict]) -> None:
    """What was judged holds until the basis changes."""
    rows = {verdict.number: verdict_row(verdict) for verdict in made}
    work.put_verdicts({page: (docket.bases[page], rows.get(page)) for page in sorted(docket.due)})


def sides_digest(ground: Ground, docket: Docket) -> dict[str, str]:
    """SHA-256 of what each side says: the digests of its pages' lines (`state.cells`), with the days compared."""
    paper = [
        [one.item.page.group, one.item.page.subject, one.first, one.last, one.item.cells_sha256]
        for spans in ground.spans.values()
        for one in spans
    ]
    pages = ((ground.pages[number], stamp) for number, stamp in docket.stamps.items())
    return {
        "paper": digest(sorted(paper)),
        "diary": digest(sorted([page.group, page.subject, stamp.sha256] for page, stamp in pages)),
    }


def _bases(ground: Ground, facts: SchoolFacts, stamps: Mapping[int, Stamp], school: str) -> Iterator[tuple[int, str]]:
    """Of each page: the school's facts, the group's, the diary's page and list as they stand, the typed days."""
    for number, stamp in stamps.items():
        group = ground.pages[number].group
        known = f"{facts.grades.get(group, 0)} {'half' if group in facts.divisions else 'form'}"
        listed = ground.list_of(number)
        seen = f"{stamp.version} {stamps[listed].version if listed is not None else '-'}"
        typed = " ".join(f"{one.item.number}:{one.first}-{one.last}" for one in ground.spans.get(number, ()))
        yield number, f"{school} / {known} / {seen} / {typed}"
