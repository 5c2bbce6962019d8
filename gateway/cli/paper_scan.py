"""`paper scan`, `paper scans`: images of paper pages as evidence, known by their hash."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.paper.wire import LABEL_BREAK
from gateway.cli import present
from gateway.cli.options import AsJson, Period, session
from gateway.errors import DataError, StateCorrupt
from gateway.i18n import _
from gateway.reports.reference import SHORT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.office import Office
    from gateway.register.scans import Shelf, Standing
    from state.register import Page
    from state.scans import PageScan


def scan(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help=_("Сканы: PDF, JPEG, PNG или TIFF"), exists=True, dir_okay=False)],
    form: Annotated[str, typer.Option(help=_("Класс, например 7Б"))],
    subject: Annotated[str, typer.Option(help=_("Предмет"))],
    period: Period = None,
    subgroup: Annotated[
        list[str] | None, typer.Option(help=_("Подгруппа, если у предмета своя страница на каждую; можно несколько"))
    ] = None,
    sheet: Annotated[str, typer.Option("--page", help=_("Номера страниц бумажного журнала: 12 или 12-13"))] = "",
    who: Annotated[
        str, typer.Option("--by", envvar="SVERKA_ACTOR", help=_("Кто прикладывает: имя попадёт в журнал аудита"))
    ] = "",
    as_json: AsJson = False,
) -> None:
    from gateway.register.scans import attach_scans

    office = session(context).office()
    shown = office.days.period(period)
    pages = _pages(office, form, subject, subgroup or [], period)
    kept = attach_scans(office.store, shelf(office), files, pages, period=shown.sourced_id, who=who, sheet=sheet)
    if as_json:
        told = [
            {"file": one.source, "sha256": one.sha256, "kind": one.kind, "size": one.size, "pages": len(one.new)}
            for one in kept
        ]
        present.as_json({"schema": "paper-scan/1", "files": told})
        return
    names = office.directory()
    for one in kept:
        shows = ", ".join(f"{names.group(new.page.group)} {names.subject(new.page.subject)}" for new in one.new)
        said = _("{file}: скан {hash}, приложен: {pages}, {period}") if one.new else _("{file}: скан {hash} уже есть")
        present.say(said.format(file=one.source, hash=one.sha256[:SHORT], pages=shows, period=shown.name))
    present.next_command("sverka paper scans")


def _pages(office: Office, form: str, subject: str, subgroups: list[str], period: int | None) -> list[Page]:
    """The page of a form and a subject, or of the subgroups named; DataError where nobody said which."""
    from state.identity import SourcedId
    from state.register import Page

    known = {page.group_label: page for page in office.paper_pages(form, subject, office.days.period(period))}
    chosen = {_the_one(name, known) for name in subgroups} if subgroups else set(known)
    if len(chosen) > 1 and not subgroups:
        raise DataError(
            _("Неясно, чью страницу показывает скан: {labels}").format(labels=", ".join(known)),
            _("Назовите подгруппу: --subgroup"),
        )
    wanted = [known[label] for label in sorted(chosen)]
    return [Page(group=SourcedId(page.group), subject=SourcedId(page.subject)) for page in wanted]


def _the_one(name: str, labels: Iterable[str]) -> str:
    halves = {label: label.partition(LABEL_BREAK)[2].casefold() for label in labels}
    exact = [label for label, half in halves.items() if half == name.casefold()]
    fitting = exact or [label for label, half in halves.items() if name.casefold() in half]
    if len(fitting) != 1:
        raise DataError(
            _("Подгруппа «{name}» у этого предмета не одна или её нет").format(name=name),
            _("Есть: {names}").format(names=", ".join(halves)),
        )
    return fitting[0]


def shelf(office: Office) -> Shelf:
    """Where the scans of a school lie: beside its database's folder, in the school's own."""
    from gateway.register.scans import Shelf

    return Shelf(office.settings.folder / "state" / "scans")


def scans(
    context: typer.Context,
    verify: Annotated[bool, typer.Option("--verify", help=_("Перечитать каждый файл и сверить его хэш"))] = False,
    as_json: AsJson = False,
) -> None:
    from gateway.register.scans import verify_scans

    office = session(context).office()
    with office.store.begin() as work:
        kept = work.paperwork.scans()
    standings = verify_scans(shelf(office), kept) if verify else {}
    bad = {sha256 for sha256, standing in standings.items() if standing.value != "kept"}
    if as_json:
        rows = [_plain(one, standings.get(one.sha256)) for one in kept]
        present.as_json({"schema": "paper-scans/1", "ok": None if not verify else not bad, "scans": rows})
    else:
        _show(office, kept, standings)
    if bad:
        named = sorted({f"{one.source} ({one.sha256[:SHORT]})" for one in kept if one.sha256 in bad})
        raise StateCorrupt(
            _("Сканы изменены или пропали: {names}").format(names=", ".join(named)),
            _("Приложите те же файлы заново (sverka paper scan) или верните их из резервной копии"),
        )


def _plain(one: PageScan, standing: Standing | None) -> dict[str, object]:
    return {
        "number": one.number,
        "group": one.page.group,
        "subject": one.page.subject,
        "period": one.period,
        "page": one.sheet,
        "sha256": one.sha256,
        "kind": one.kind,
        "size": one.size,
        "file": one.source,
        "by": one.added_by,
        "at": one.added_at.isoformat() if one.added_at else None,
        "standing": standing.value if standing else None,
    }


def _show(office: Office, kept: tuple[PageScan, ...], standings: dict[str, Standing]) -> None:
    if not kept:
        present.say(_("Сканов страниц ещё нет."))
        present.next_command(_("sverka paper scan ФАЙЛ --form 7Б --subject Алгебра"))
        return
    names, said = office.directory(), {"kept": _("цел"), "changed": _("изменён"), "missing": _("пропал")}
    periods = {item.sourced_id: item.name for item in office.days.periods()}
    columns = (_("Класс"), _("Предмет"), _("Период"), _("Страницы"), _("Скан"), _("Файл"), _("Кто приложил"))
    rows = [
        (
            names.group(one.page.group),
            names.subject(one.page.subject),
            periods.get(one.period, one.period),
            one.sheet,
            one.sha256[:SHORT],
            one.source,
            one.added_by,
            *((said[standings[one.sha256].value],) if standings else ()),
        )
        for one in kept
    ]
    present.table("", (*columns, _("Файл на месте")) if standings else columns, rows)


def add_to(paper: typer.Typer) -> None:
    paper.command("scan", help=_("Приложить сканы бумажной страницы как доказательство, по хэшу"))(scan)
    paper.command("scans", help=_("Показать сканы страниц; --verify перечитывает каждый файл"))(scans)
