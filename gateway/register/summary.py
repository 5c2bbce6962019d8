"""Period marks in three places: the subject's page, the form's summary sheet, the diary (requirements §F FINAL_DIFF).

Any difference is critical. A pupil's mark in a subject is one finding, at the place where page and diary are compared,
so that it stands in the stead of the finding that those two alone would give.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from gateway.register.reconcile import finding_order, make_finding, page_order
from gateway.register.rules.marks import same_final
from gateway.register.rules.verdict import verdict
from gateway.register.values import Code, Finding, Level, PageResult, Reconciliation
from mappings.vocabulary import canonical
from state.register import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from state.identity import SourcedId
    from state.summaries import Summary

_UNKNOWN = "?"
_ON_LISTS = frozenset({Code.ROSTER_DIFF, Code.SUBGROUP_DIFF})
_NOT_BEGUN = frozenset({Code.DATE_ONLY_PAPER, Code.DATE_ONLY_DIARY})
"""Of a whole page: one side has not begun it, so it has no marks either."""


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """What pages and diary say of period marks, as written. A cell that is not there is blank where its list is."""

    page: Mapping[tuple[Page, date, SourcedId], str] = field(default_factory=dict)
    diary: Mapping[tuple[Page, date, SourcedId], str] = field(default_factory=dict)
    on_pages: Mapping[tuple[Page, date], frozenset[SourcedId]] = field(default_factory=dict)
    """Pupils on the list of each page that was typed over whole, by the last day of its period."""
    on_lists: Mapping[SourcedId, frozenset[SourcedId]] = field(default_factory=dict)
    """Pupils on each group's list in the diary."""

    @cached_property
    def taught(self) -> frozenset[Page]:
        """Pages that were typed over, or have a period mark in the diary."""
        return frozenset(place[0] for place in self.diary) | frozenset(page for page, _ends in self.on_pages)


def judge_summary(
    summaries: Iterable[Summary],
    elsewhere: Elsewhere,
    divisions: Mapping[SourcedId, tuple[SourcedId, str]],
    consentless: frozenset[SourcedId],
    found: Reconciliation,
) -> Reconciliation:
    """`found` with what the whole summaries add: one FINAL_DIFF for a pupil, subject and period, saying who says what.

    `divisions` has each subgroup's form. The figure of agreement stays: it is of pages and diary.
    """
    families = families_of(divisions)
    one_sided = frozenset(one.page for one in found.findings if one.code in _NOT_BEGUN and one.level is Level.PAGE)
    moved = frozenset((one.page.group, one.person) for one in found.findings if one.code in _ON_LISTS)
    new = [
        finding
        for summary in summaries
        if summary.whole
        for finding in _Judge(
            summary, elsewhere, (*families.get(summary.form, ()), summary.form), consentless, one_sided, moved
        ).findings()
    ]
    return _merged(found, new) if new else found


def families_of(divisions: Mapping[SourcedId, tuple[SourcedId, str]]) -> Mapping[SourcedId, list[SourcedId]]:
    """Each form's subgroups, in a steady order; `divisions` has each subgroup's form."""
    families: dict[SourcedId, list[SourcedId]] = defaultdict(list)
    for half, (form, _division) in sorted(divisions.items()):
        families[form].append(half)
    return families


@dataclass(frozen=True, slots=True)
class _Judge:
    summary: Summary
    there: Elsewhere
    family: Sequence[SourcedId]
    """The form's subgroups, then the form."""
    consentless: frozenset[SourcedId]
    one_sided: frozenset[Page]
    """Pages that one of page and diary has not begun."""
    moved: frozenset[tuple[SourcedId, SourcedId | None]]
    """(group, pupil) whom the lists of paper and diary do not place alike."""

    def findings(self) -> Iterator[Finding]:
        for subject in self.summary.subjects:
            pages = [Page(group=group, subject=subject) for group in self.family]
            for pupil in self.summary.pupils:
                paper, diary = (
                    {one: side[place] for one in pages if (place := (one, self.summary.ends, pupil)) in side}
                    for side in (self.there.page, self.there.diary)
                )
                page = next(iter([*paper, *diary]), None) or self.place(pages, pupil)
                said = (
                    next(iter(paper.values()), None if self.no_page(pages, pupil) else ""),
                    self.summary.marks.get((pupil, subject), ""),
                    next(iter(diary.values()), None if self.no_diary(page, pupil) else ""),
                )
                if pupil in self.consentless:
                    said = *said[:2], None
                known = [canonical(text) for text in said if text is not None]
                if len(known) > 1 and not same_final(*known):
                    yield _told(page, self.summary.ends, pupil, said)

    def place(self, pages: Sequence[Page], pupil: SourcedId) -> Page:
        """Where the pupil's mark would stand: on a page that lists him, a subgroup's first; else on the form's."""
        there = self.there
        listed = [one for one in pages if pupil in there.on_pages.get((one, self.summary.ends), ())]
        lists = [one for one in pages if one in there.taught and pupil in there.on_lists.get(one.group, ())]
        return next(iter([*listed, *lists]), pages[-1])

    def no_page(self, pages: Sequence[Page], pupil: SourcedId) -> bool:
        """No page that was typed over whole and begun lists him: nobody knows what paper says there."""
        known = [one for one in pages if pupil in self.there.on_pages.get((one, self.summary.ends), ())]
        return all(one in self.one_sided for one in known) or self.is_moved(pupil)

    def no_diary(self, page: Page, pupil: SourcedId) -> bool:
        """The diary does not have him, has him elsewhere, or has not begun the page: told by a finding of its own."""
        listed = any(pupil in self.there.on_lists.get(group, ()) for group in self.family)
        return not listed or page in self.one_sided or self.is_moved(pupil)

    def is_moved(self, pupil: SourcedId) -> bool:
        return any((group, pupil) in self.moved for group in self.family)


def _told(page: Page, ends: date, pupil: SourcedId, said: tuple[str | None, ...]) -> Finding:
    """Paper shows what its places say, each once: «4 · 5»; `why` tells which of the three says what."""
    plain = [_UNKNOWN if text is None else _plain(text) for text in said]
    paper = dict.fromkeys(text for text in plain[:2] if text != _UNKNOWN)
    diary = "" if plain[2] == _UNKNOWN else plain[2]
    place = {"page": page, "day": ends, "nth": 0, "person": pupil}
    shown = " · ".join(text or "—" for text in paper) if len(paper) > 1 else next(iter(paper))
    why = verdict(Code.FINAL_DIFF, f"three_way:{'|'.join(plain)}")
    return make_finding(why, Level.CELL, place, {"paper": shown, "diary": diary})


def _plain(text: str) -> str:
    """The mark in its one spelling; an illegal one as written, without the signs that part the three."""
    tokens = canonical(text)
    return " ".join(text.replace("|", " ").replace(";", " ").split()) if tokens.illegal else tokens.text


def _merged(found: Reconciliation, new: Iterable[Finding]) -> Reconciliation:
    """Each new finding on its page, instead of the one with the same number."""
    by_page: dict[Page, dict[str, Finding]] = defaultdict(dict)
    for one in new:
        by_page[one.page][one.finding_id] = one
    pages = {result.page: result for result in found.pages}
    for page in by_page:
        pages.setdefault(page, PageResult(page=page, compared=0, equal=0, findings=()))
    told = [_with(result, by_page.get(page, {})) for page, result in pages.items()]
    return Reconciliation(pages=tuple(sorted(told, key=lambda one: page_order(one.page))))


def _with(result: PageResult, new: Mapping[str, Finding]) -> PageResult:
    known = {one.finding_id: one for one in result.findings}
    kept = {name: _timed(one, known.get(name)) for name, one in new.items()}
    told = [*(one for one in result.findings if one.finding_id not in kept), *kept.values()]
    return replace(result, findings=tuple(sorted(told, key=finding_order)))


def _timed(new: Finding, old: Finding | None) -> Finding:
    """Who entered the diary's mark and when is known from the finding of page and diary, where there was one."""
    return new if old is None else replace(old, paper=new.paper, diary=new.diary, why=new.why)
