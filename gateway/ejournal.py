"""The report of an electronic register, taken in as pages of its form: which form and which period it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.paper.ejournal import read_ejournal
from gateway.errors import DataError
from gateway.i18n import _
from gateway.register.transcribe import Typed
from mappings.classes import normalise_form
from mappings.paper.ejournal_pages import report_pages
from state.identity import form_id

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.paper.wire import EjournalReport
    from gateway.office import Office
    from gateway.register.transcribe import Rosters
    from state.records import GradingPeriod


def read_report(
    office: Office, path: Path, rosters: Rosters, *, form: str | None = None, period: int | None = None, by: str = ""
) -> Typed:
    """The report's pages, none of them stored yet.

    Raises Unreadable for a damaged report, and DataError for one of another form, year or period than asked for, or
    of days that no period, or several, have.
    """
    report = read_ejournal(path)
    ours = _form(office, report, form, rosters)
    chosen = _period(office, report, period)
    printed = office.paper_pages(ours, None, chosen)
    others = [one for one in office.days.periods() if one != chosen and _overlaps(report, one)]
    sourced = form_id(office.settings.school.year, ours)
    pages, problems = report_pages(report, printed, sourced, rosters[sourced], finals=not others, by=by)
    return Typed(source=report.source, sha256=report.sha256, pages=pages, problems=problems)


def _form(office: Office, report: EjournalReport, asked: str | None, rosters: Rosters) -> str:
    name, year = normalise_form(report.form), office.settings.school.year
    if asked and normalise_form(asked) != name:
        raise DataError(
            _("Это отчёт класса {form}, а не {asked}").format(form=name, asked=normalise_form(asked)),
            _("Проверьте файл или укажите его класс: --form {form}").format(form=name),
        )
    if report.school_year != year:
        raise DataError(
            _("Это отчёт {theirs} учебного года, а в настройках {ours}").format(theirs=report.school_year, ours=year),
            _("Выгрузите отчёт этого учебного года"),
        )
    if form_id(year, name) not in rosters:
        raise DataError(_("Класса {form} нет в файлах школы").format(form=name), _("Сначала: sverka import"))
    return name


def _period(office: Office, report: EjournalReport, asked: int | None) -> GradingPeriod:
    """The period asked for, or the only one that the report has days of."""
    known = [one for one in office.days.periods() if _overlaps(report, one)]
    if asked is not None:
        known = [one for one in known if one == office.days.period(asked)]
    if len(known) != 1:
        raise DataError(
            _("Отчёт с {starts:%d.%m.%Y} по {ends:%d.%m.%Y}: неясно, какого он учебного периода").format(
                starts=report.starts, ends=report.ends
            ),
            _("Укажите период, дни которого в нём есть: --period"),
        )
    return known[0]


def _overlaps(report: EjournalReport, period: GradingPeriod) -> bool:
    return report.starts <= period.ends and report.ends >= period.starts
