"""`doctor data`: what is wrong with the school's own data, as a table, a workbook and JSON."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import present
from gateway.cli.options import AsJson, From, Period, To, days_asked
from gateway.errors import DataError
from gateway.i18n import _, language
from gateway.whole import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.office import Office
    from gateway.reports.workbook import Column, Sheet
    from gateway.sync.quality.remarks import DataReport, Remark

SHOWN_OF_A_KIND = 7
"""Remarks of one kind shown to a person; the workbook and --json hold them all."""


def doctor_data(
    context: typer.Context,
    xlsx: Annotated[Path | None, typer.Option(help=_("Записать отчёт книгой Excel"), dir_okay=False)] = None,
    period: Period = None,
    starts: From = None,
    ends: To = None,
    as_json: AsJson = False,
) -> None:
    office, scope = days_asked(context, period, starts, ends)
    report = office.data_report(scope)
    if xlsx:
        _write(report, xlsx, office)
    if as_json:
        present.as_json(_plain(report))
    else:
        _show(report)
        if xlsx:
            present.say(_("Отчёт записан: {path}").format(path=xlsx))
        elif report.remarks:
            present.next_command("sverka doctor data --xlsx data.xlsx")
    if any(weight == "blocks" for weight, _code in report.by_code):
        raise typer.Exit(DataError.exit_code)


def _show(report: DataReport) -> None:
    """First what there is of each kind, then the remarks themselves, the heaviest kinds first."""
    if not report.remarks:
        present.say(_("Замечаний к данным нет: всё, что есть в файлах, может уйти в дневник."))
        return
    counted = [
        (_weight(weight), count, _text(code)[0], _text(code)[1]) for (weight, code), count in report.by_code.items()
    ]
    present.table("", (_("Важность"), _("Сколько"), _("Что"), _("Что сделать")), counted)
    present.say()
    met: Counter[str] = Counter()
    rows = []
    for item in report.remarks:
        met[item.code] += 1
        if met[item.code] <= SHOWN_OF_A_KIND:
            rows.append((_weight(item.weight), item.who, _text(item.code)[0], _told(item), item.where))
    present.table(
        _("Замечаний: {count}").format(count=len(report.remarks)),
        (_("Важность"), _("Кто или что"), _("Что не так"), _("Как записано"), _("Где")),
        rows,
    )
    if len(rows) < len(report.remarks):
        present.talk(_("…и ещё {count}").format(count=len(report.remarks) - len(rows)))


def _plain(report: DataReport) -> dict[str, Any]:
    return {
        "schema": "doctor-data/1",
        "counts": {weight.value: count for weight, count in report.by_weight.items()},
        "codes": {code: count for (_weight, code), count in report.by_code.items()},
        "remarks": [
            {
                "weight": item.weight.value,
                "code": item.code,
                "who": item.who,
                "where": item.where,
                "raw": item.raw,
                "hint": item.hint,
                "says": _text(item.code)[0],
                "next": _text(item.code)[1],
            }
            for item in report.remarks
        ],
    }


def _write(report: DataReport, path: Path, office: Office) -> None:
    """The workbook is whole at `path` or not there."""
    from gateway.reports.workbook import write_workbook

    title, moment = _("Качество данных школы"), office.clock.now()
    head = [
        (_("Школа"), office.settings.school.name),
        (_("На момент"), f"{moment.astimezone(office.settings.zone):%d.%m.%Y %H:%M}"),
        *((_weight(weight), str(count)) for weight, count in report.by_weight.items()),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    sheets, page_of = _sheets(report, title, head), _("стр. {page} из {pages}")
    with whole(path) as unfinished:
        write_workbook(sheets, unfinished, title=title, moment=moment, page_of=page_of)


def _sheets(report: DataReport, title: str, head: Sequence[tuple[str, str]]) -> Sequence[Sheet]:
    from gateway.reports.workbook import Sheet

    weight, what, advice = _column(_("Важность"), 14), _column(_("Что не так"), 38), _column(_("Что сделать"), 44)
    each = (weight, _column(_("Кто или что"), 28), what, _column(_("Как записано"), 26), _column(_("Где"), 22), advice)
    lines = [
        (_weight(item.weight), item.who, _text(item.code)[0], _told(item), item.where, _text(item.code)[1])
        for item in report.remarks
    ]
    kinds = [
        (_weight(weight), count, _text(code)[0], _text(code)[1]) for (weight, code), count in report.by_code.items()
    ]
    empty = _("Замечаний к данным нет: всё, что есть в файлах, может уйти в дневник.")
    common: dict[str, Any] = {"heading": title, "head": head, "empty": empty}
    return (
        Sheet(name=_("По видам"), columns=(weight, _column(_("Сколько"), 10), what, advice), lines=kinds, **common),
        Sheet(name=_("Все замечания"), columns=each, lines=lines, **common),
    )


def _column(title: str, width: int) -> Column:
    from gateway.reports.workbook import Column

    return Column(title=title, width=width)


def _told(item: Remark) -> str:
    return _("{raw} (похоже на: {hint})").format(raw=item.raw, hint=item.hint) if item.hint else item.raw


def _weight(weight: str) -> str:
    words = {"blocks": _("не уйдёт"), "risk": _("под вопросом"), "note": _("к сведению")}
    return words[str(weight)]


def _text(code: str) -> tuple[str, str]:
    from mappings.problems import problem_text

    return problem_text(code, language())
