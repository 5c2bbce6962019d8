"""Return slips (R041): issued to a teacher, closed by nothing but a later pull that shows the correction."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gateway.errors import DataError
from gateway.i18n import _
from gateway.register.decide import open_standings
from state.decisions import Verdict
from state.identity import SourcedId
from state.slips import Confirmation, Moved, ReturnSlip, SlipItem, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from state.store import Store, UnitOfWork

ISSUED, CONFIRMED, SETTLED = "slips_issued", "slip_confirmed", "slips_settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one check proves about pages."""

    run: str
    pulled: datetime | None
    """When the latest finished pull before the check began."""
    papers: Mapping[tuple[str, str], frozenset[str]]
    """(group, subject) of every compared page → SHA-256 of the files it was typed over from."""
    findings: Sequence[Mapping[str, Any]]
    """Everything the check found, as kept."""
    outside: frozenset[str] = frozenset()
    """Pupils whose cells the check leaves out: about them it proves nothing."""
    days: Mapping[tuple[str, str], Sequence[tuple[str, str]]] = field(default_factory=dict)
    """(first, last) days, as ISO dates, on which a page was compared; every day of a page that is not named here."""

    def speaks_of(self, body: Mapping[str, Any]) -> bool:
        """The remark's page was compared on the remark's day, and its pupil was not left out."""
        page = body["group"], body["subject"]
        days = self.days.get(page)
        on_its_day = days is None or body["day"] is None or any(first <= body["day"] <= last for first, last in days)
        return page in self.papers and on_its_day and body["person"] not in self.outside


# --- issuing ----------------------------------------------------------------------------------------------------------


def issue(
    store: Store, *, due: date, who: str, teacher: SourcedId | None = None, note: str = ""
) -> tuple[ReturnSlip, ...]:
    """One slip for each teacher with remarks: findings decided «paper is right» that no open slip holds yet.

    Raises DataError where there is nothing to issue.
    """
    with store.begin() as work:
        teachers, papers = _pages(work)
        held = {item.finding_id for slip in work.control.slips() for item in slip.items if not item.is_corrected}
        remarks: dict[SourcedId, list[SlipItem]] = defaultdict(list)
        for standing in open_standings(work):
            row = standing.finding
            if standing.verdict is Verdict.PAPER and row["finding_id"] not in held:
                place = row["group"], row["subject"]
                item = SlipItem(
                    finding_id=row["finding_id"], body={**row, "sources": sorted(papers.get(place, frozenset()))}
                )
                remarks[_whose(row, teachers.get(place, ()))].append(item)
        made = [
            ReturnSlip(teacher=name, due=due, issued_by=who, note=note, items=tuple(items))
            for name, items in sorted(remarks.items())
            if teacher is None or name == teacher
        ]
        if not made:
            raise DataError(
                _("Выдавать нечего: нет решений «права бумага» без талона"),
                _("Сначала: sverka decide paper …, список: sverka findings"),
            )
        numbers = work.control.issue(made)
        told = [
            {"slip": number, "teacher": slip.teacher, "findings": [item.finding_id for item in slip.items]}
            for number, slip in zip(numbers, made, strict=True)
        ]
        work.record(ISSUED, {"slips": told, "due": due.isoformat()}, who)
        issued = tuple(slip for slip in work.control.slips() if slip.number in numbers)
        work.commit()
    return issued


def _pages(
    work: UnitOfWork,
) -> tuple[Mapping[tuple[str, str], Sequence[str]], Mapping[tuple[str, str], frozenset[str]]]:
    """Teachers and papers of each page, as the last check had them."""
    check = work.last_reconciliation()
    rows = check["summary"]["page_results"] if check else ()
    teachers = {(row["group"], row["subject"]): row["teachers"] for row in rows}
    return teachers, papers_of(rows)


def papers_of(page_rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], frozenset[str]]:
    """Page → the files it was typed over from; a group's list rests on those of all its pages."""
    papers: dict[tuple[str, str], frozenset[str]] = defaultdict(frozenset)
    for row in page_rows:
        files = frozenset(one["sha256"] for one in row["papers"])
        papers[row["group"], row["subject"]] |= files
        papers[row["group"], ""] |= files
    return dict(papers)


def _whose(row: Mapping[str, Any], teachers: Sequence[str]) -> SourcedId:
    """Who entered the cell, where the diary tells and the person teaches there; else the page's first teacher."""
    if row["author"] in teachers:
        return SourcedId(row["author"])
    return SourcedId(teachers[0]) if teachers else SourcedId("")


def confirm(store: Store, number: int, *, who: str, note: str = "") -> None:
    """The teacher's word is recorded. It closes nothing. Raises DataError for an unknown slip."""
    with store.begin() as work:
        try:
            work.control.confirm(number, Confirmation(confirmed_by=who, note=note))
        except KeyError:
            raise DataError(
                _("Талона № {number} нет").format(number=number), _("Список талонов: sverka slips list")
            ) from None
        work.record(CONFIRMED, {"slip": number}, who)
        work.commit()


# --- closing ----------------------------------------------------------------------------------------------------------


def settle(work: UnitOfWork, evidence: Evidence, who: str) -> tuple[Moved, ...]:
    """Every remark stands as this check shows it; what moved is in the journal. The caller commits."""
    moved = tuple(judge(work.control.slips(), evidence))
    if moved:
        work.control.move(moved)
        rows = [{"slip": one.slip, "finding": one.finding_id, "standing": one.standing.value} for one in moved]
        work.record(SETTLED, {"run": evidence.run, "remarks": rows}, who)
    return moved


def judge(slips: Iterable[ReturnSlip], evidence: Evidence) -> Iterator[Moved]:
    """The remarks that stand otherwise after this check.

    A remark is corrected when its page was compared from the same papers, after a pull that began after the slip was
    issued, and nothing is found any more where it was. A page that was not compared proves nothing, and neither does a
    check that leaves the pupil out. A fault that is back opens the latest slip it stands on, not every one.
    """
    slips = tuple(slips)
    latest = {item.finding_id: slip.number for slip in slips for item in slip.items}
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in evidence.findings:
        found[row["group"], row["subject"]].append(row)
    for slip in slips:
        for item in slip.items:
            standing = _standing(slip, item, evidence, found)
            is_old = standing is Standing.OPEN and latest[item.finding_id] != slip.number
            if standing is not item.standing and not is_old:
                yield Moved(slip.number, item.finding_id, standing, evidence.run)


def _standing(
    slip: ReturnSlip,
    item: SlipItem,
    evidence: Evidence,
    found: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]],
) -> Standing:
    body = item.body
    page = body["group"], body["subject"]
    if any(_is_there(row, body) for row in (*found.get(page, ()), *found.get((body["group"], ""), ()))):
        return Standing.OPEN
    if not evidence.speaks_of(body):
        return item.standing
    if evidence.papers[page] != frozenset(body["sources"]):
        return item.standing if item.is_corrected else Standing.PAPER_CHANGED
    pulled_since = evidence.pulled and slip.issued_at and evidence.pulled > slip.issued_at
    return Standing.CORRECTED if pulled_since else item.standing


def _is_there(row: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """The finding covers the remark's place: a mark that became another wrong mark, or whose whole column is gone."""
    same_day = row["day"] is None or body["day"] is None or (row["day"], row["nth"]) == (body["day"], body["nth"])
    return same_day and (row["person"] is None or body["person"] is None or row["person"] == body["person"])
