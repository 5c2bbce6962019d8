"""Reports of electronic registers: no sources of ours, but every cell of them is accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.faults import Unreadable
from connectors.paper.ejournal import read_ejournal
from connectors.paper.report_card import read_report_cards
from gateway.sync.readers.values import Reading
from mappings.paper.ejournal import tally
from mappings.paper.report_card import tally_cards
from mappings.sources.counts import nothing
from state.local import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.paper.report_card_wire import ReportCards
    from connectors.paper.wire import EjournalReport
    from connectors.sources.formats import Detected
    from connectors.sources.material import Material
    from mappings.paper.ejournal import Tally


def ejournal(material: Material, detected: Detected) -> Reading:
    """«Отчет об успеваемости и посещаемости ученика (весь класс)»: marks day by day."""
    try:
        report = read_ejournal(material.path)
    except Unreadable as error:
        return _refused(material, detected, error)
    return _told(detected, report, tally(report), (subject.name for one in report.pupils for subject in one.subjects))


def report_cards(material: Material, detected: Detected) -> Reading:
    """«Табель успеваемости учащегося (весь класс)»: marks of periods and of the year."""
    try:
        report = read_report_cards(material.path)
    except Unreadable as error:
        return _refused(material, detected, error)
    names = (subject.name for one in report.pupils for subject in one.subjects)
    return _told(detected, report, tally_cards(report), names)


def _told(detected: Detected, report: EjournalReport | ReportCards, said: Tally, subjects: Iterable[str]) -> Reading:
    flaws = (Problem(code=flaw.code, where=flaw.where, raw=flaw.raw, blocks=flaw.blocks) for flaw in report.flaws)
    return Reading(
        detected=detected,
        counts=nothing() | {"pupils": len(report.pupils), "forms": 1, "subjects": len(set(subjects))},
        cells=report.accounting,
        entries=said.entries,
        notes=(*flaws, *said.problems),
    )


def _refused(material: Material, detected: Detected, error: Unreadable) -> Reading:
    refusal = Problem(code="UNREADABLE", where=error.place or material.name, raw=error.what, blocks=True)
    return Reading(detected=detected, refusal=refusal)
