"""`paper blind`: two people type one page over, a third settles where they differ, and only then is it compared."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.actor import named
from gateway.cli import present
from gateway.cli.options import Actor, AsJson, Period, session
from gateway.cli.problems import plain_problems, show_problems
from gateway.errors import DataError
from gateway.i18n import _, language
from gateway.whole import fresh, whole

if TYPE_CHECKING:
    from connectors.paper.settle_book import Settlement
    from gateway.office import Office
    from gateway.register.blind_compare import Comparison, Difference
    from gateway.register.blind_settle import BlindDifferences
    from gateway.reports.directory import Directory
    from state.blind import BlindEntry
    from state.local import Problem

Entry = Annotated[int | None, typer.Option("--entry", help=_("Номер двойного ввода"))]
_UNSAFE = re.compile(r"[^\w\s.-]+")


def open_(
    context: typer.Context,
    form: Annotated[str, typer.Option(help=_("Класс, например 7Б"))],
    subject: Annotated[str, typer.Option(help=_("Предмет"))],
    first: Annotated[str, typer.Option(help=_("Кто переносит страницу первым"))],
    second: Annotated[str, typer.Option(help=_("Кто переносит её вторым"))],
    period: Period = None,
    output: Annotated[Path, typer.Option("--output", "-o", help=_("Папка для двух книг"))] = Path(),
    who: Actor = "",
    as_json: AsJson = False,
) -> None:
    from connectors.paper.template import write_template
    from connectors.paper.wire import PageEntries
    from gateway.register.blind import open_entries
    from state.identity import SourcedId
    from state.register import Page

    office = session(context).office()
    pages = office.paper_pages(form, subject, office.days.period(period))
    wanted = [
        (Page(group=SourcedId(page.group), subject=SourcedId(page.subject)), SourcedId(page.period)) for page in pages
    ]
    opened = open_entries(office.store, wanted, first=first, second=second, who=named(who))
    output.mkdir(parents=True, exist_ok=True)
    files = []
    for typist in (opened[0].first, opened[0].second):
        path = output / _book_name(f"{pages[0].group_label} {subject} {opened[0].number} {typist}")
        with whole(path) as unfinished:
            write_template(pages, unfinished, {index: PageEntries(by=typist) for index in range(len(pages))})
        files.append((typist, path))
    if as_json:
        told = [{"typist": typist, "file": str(path)} for typist, path in files]
        present.as_json({"schema": "paper-blind-open/1", "entries": [one.number for one in opened], "files": told})
        return
    present.table("", (_("Кому"), _("Книга")), [(typist, str(path)) for typist, path in files])
    present.say(
        _("Страниц на двойном вводе: {count}. Каждый переносит в свою книгу и чужую не видит.").format(
            count=len(opened)
        )
    )
    present.next_command(_("sverka paper blind enter КНИГА --by «Фамилия И.О.»"))


def enter(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=_("Заполненная книга или файл CSV"), exists=True, dir_okay=False)],
    who: Actor = "",
    as_json: AsJson = False,
) -> None:
    from gateway.papers import read_typed
    from gateway.register.blind import enter as keep

    office = session(context).office()
    brought = keep(office.store, read_typed(office, file, office.rosters()), who=named(who))
    if as_json:
        told: dict[str, Any] = {name: list(getattr(brought, name)) for name in ("accepted", "left", "completed")}
        told |= {"passed": brought.passed, "findings": plain_problems(brought.problems)}
        present.as_json({"schema": "paper-blind-enter/1", **told})
        return
    for number in brought.accepted:
        present.say(_("Ввод № {number}: запись принята и запечатана.").format(number=number))
    for number in brought.left:
        present.say(_("Ввод № {number}: страница перенесена не полностью, запись не принята.").format(number=number))
    for number in brought.completed:
        present.say(_("Ввод № {number}: обе записи совпали, страница будет сверяться.").format(number=number))
    if brought.passed:
        present.say(
            _("Страниц файла не на двойном вводе, они не взяты: {count}. Их берёт sverka paper import.").format(
                count=brought.passed
            )
        )
    show_problems(brought.problems)
    present.next_command("sverka paper blind status")


def status(context: typer.Context, as_json: AsJson = False) -> None:
    from gateway.blind_words import page_name, plain_status

    office = session(context).office()
    names = office.directory()
    with office.store.begin() as work:
        known = work.blind.entries()
    figures = {one.entry.number: one.comparison for one in _typed(office, None, going=False)}
    if as_json:
        told = [plain_status(one, figures.get(one.number), names) for one in known]
        present.as_json({"schema": "paper-blind-status/1", "entries": told})
        return
    said = {"open": _("идёт"), "complete": _("завершён"), "cancelled": _("снят")}
    periods = {item.sourced_id: item.name for item in office.days.periods()}
    rows = [
        (
            *(one.number, page_name(one, names), periods.get(one.period, one.period)),
            *(_mark(one, 1), _mark(one, 2), said[one.standing.value], _agreed(figures.get(one.number))),
        )
        for one in known
    ]
    columns = (
        *(_("Ввод"), _("Страница"), _("Период"), _("Первый"), _("Второй"), _("Состояние")),
        _("Совпало записей двоих"),
    )
    present.table("", columns, rows)
    if not rows:
        present.say(_("Ни одна страница не отдана на двойной ввод."))


def _agreed(told: Comparison | None) -> str:
    """«58 из 60 (96,7 %)»; blank while a copy is missing."""
    from gateway.reports.words import words

    if told is None or not told.compared:
        return ""
    percent = words(language()).agreement(told.equal, told.compared)
    return _("{equal} из {compared} ({percent} %)").format(equal=told.equal, compared=told.compared, percent=percent)


def differences(
    context: typer.Context,
    entry: Entry = None,
    workbook: Annotated[
        Path | None, typer.Option("--xlsx", help=_("Записать в книгу Excel: в неё впишет ответы третий человек"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    from connectors.paper.settle_book import write_settle_book
    from gateway.blind_words import plain_differences, settle_rows

    office = session(context).office()
    names, known = office.directory(), _typed(office, entry)
    if workbook and known:
        fresh(workbook)
        rows = [row for one in known for row in settle_rows(one, names)]
        with whole(workbook) as unfinished:
            write_settle_book(rows, unfinished, moment=office.clock.now())
    if as_json:
        told = [plain_differences(one, names) for one in known]
        present.as_json({"schema": "paper-blind-differences/1", "entries": told})
        return
    for one in known:
        _tell(one, names)
    if not known:
        present.say(_("Нет ни одного идущего ввода, в котором сданы обе записи."))
        present.next_command("sverka paper blind status")
    elif workbook:
        present.say(_("Готово: {path}").format(path=workbook))
        present.next_command(_("sverka paper blind settle КНИГА --by «Фамилия И.О.»"))


def settle(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help=_("Книга расхождений с ответами"), exists=True, dir_okay=False)
    ] = None,
    entry: Entry = None,
    number: Annotated[int | None, typer.Option("--difference", help=_("Номер расхождения"))] = None,
    value: Annotated[str | None, typer.Option(help=_("Что стоит на бумаге; «—» значит пусто"))] = None,
    who: Actor = "",
    as_json: AsJson = False,
) -> None:
    from gateway.register.blind_settle import settle as keep

    office = session(context).office()
    problems: tuple[Problem, ...] = ()
    if file:
        answers, problems = _answers(file)
    elif entry is None or number is None or value is None:
        raise typer.BadParameter(_("укажите книгу с ответами или --entry, --difference и --value"))
    else:
        answers = {entry: {number: value}}
    done = [keep(office.store, one, given, who=named(who)) for one, given in sorted(answers.items())]
    if as_json:
        told = [
            {"entry": one.entry.number, "left": len(one.left), "standing": one.entry.standing.value} for one in done
        ]
        present.as_json({"schema": "paper-blind-settle/1", "entries": told, "findings": plain_problems(problems)})
        return
    for one in done:
        if one.left:
            present.say(
                _("Ввод № {number}: осталось расхождений {left}").format(number=one.entry.number, left=len(one.left))
            )
        else:
            present.say(
                _("Ввод № {number}: расхождений не осталось, страница будет сверяться.").format(number=one.entry.number)
            )
    if not done:
        present.say(_("В книге нет ни одного ответа."))
    show_problems(problems)
    left = not done or any(one.left for one in done)
    present.next_command("sverka paper blind differences" if left else "sverka reconcile")


def cancel(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help=_("Номер двойного ввода"))],
    why: Annotated[str, typer.Option(help=_("Причина: попадёт в запись"))] = "",
    who: Actor = "",
) -> None:
    from gateway.register.blind import cancel as end

    one = end(session(context).office().store, number, why=why, who=named(who))
    present.say(_("Двойной ввод № {number} снят; введённое сохранено в записи.").format(number=one.number))


# --- inside -----------------------------------------------------------------------------------------------------------


def _book_name(told: str) -> str:
    """A name any file system takes; initials at the end bring a dot of their own, which is not doubled."""
    return f"{' '.join(_UNSAFE.sub(' ', told).split()).rstrip('. ')}.xlsx"


def _typed(office: Office, number: int | None, *, going: bool = True) -> list[BlindDifferences]:
    """The entry of that number, or every one that both have typed: of those `going` on, or of all but the cancelled."""
    from gateway.register.blind_settle import differences as look
    from state.blind import BlindStanding

    wanted = {BlindStanding.OPEN} if going else {BlindStanding.OPEN, BlindStanding.COMPLETE}
    with office.store.begin() as work:
        numbers = (
            [one.number for one in work.blind.entries() if one.standing in wanted and one.is_typed]
            if number is None
            else [number]
        )
        return [look(work, one) for one in numbers]


def _answers(file: Path) -> tuple[dict[int, dict[int, str]], tuple[Problem, ...]]:
    from connectors.paper.settle_book import read_settle_book
    from gateway.faultmap import in_our_words
    from mappings.paper.pages import problems_of

    with in_our_words():
        rows, flaws = read_settle_book(file)
    answers: dict[int, dict[int, str]] = defaultdict(dict)
    for row in rows:
        _refuse_two_answers(row, answers[row.entry])
        answers[row.entry][row.number] = row.text
    return dict(answers), problems_of(flaws)


def _refuse_two_answers(row: Settlement, known: dict[int, str]) -> None:
    if known.get(row.number, row.text) != row.text:
        raise DataError(
            _("Ввод № {entry}, расхождение № {number}: в книге два разных ответа ({place})").format(
                entry=row.entry, number=row.number, place=row.place
            ),
            _("Оставьте один"),
        )


def _spare(known: BlindDifferences, one: Difference) -> str:
    """Of a column or a pupil that paper lacks nothing more is asked."""
    return "" if one in known.left else _("не нужно")


def _mark(entry: BlindEntry, typist: int) -> str:
    """The typist, and whether the copy is in; never what is in it."""
    return f"{entry.typist(typist)} {'✓' if typist in (entry.entered or {}) else '…'}"


def _tell(known: BlindDifferences, names: Directory) -> None:
    from gateway.blind_words import page_name, place_words, read_words, settled_word
    from gateway.reports.words import words

    told, entry = known.comparison, known.entry
    columns = ("№", _("Дата"), _("Урок"), _("Что"), _("Ученик"), entry.first, entry.second, _("На бумаге"))
    rows = [
        (
            one.number,
            *place_words(one, known, names),
            *read_words(one),
            settled_word(known, one.place) or _spare(known, one),
        )
        for one in told.differences
    ]
    if rows:
        present.table(
            _("Ввод № {number}. {page}").format(number=entry.number, page=page_name(entry, names)), columns, rows
        )
    if told.compared:
        present.say(
            _("Ввод № {number}: записи совпали в {equal} из {compared} ({percent} %), снять осталось {left}").format(
                number=entry.number,
                equal=told.equal,
                compared=told.compared,
                percent=words(language()).agreement(told.equal, told.compared),
                left=len(known.left),
            )
        )


def add_to(paper: typer.Typer) -> None:
    blind = typer.Typer(help=_("Двойной ввод: двое переносят страницу, не видя друг друга"), no_args_is_help=True)
    blind.command("open", help=_("Отдать страницу двум людям: каждому своя пустая книга"))(open_)
    blind.command("enter", help=_("Сдать перенесённую страницу: запись запечатывается и никому не видна"))(enter)
    blind.command("status", help=_("Какие страницы на двойном вводе и кто уже сдал"))(status)
    blind.command("differences", help=_("Где записи двоих расходятся; отметок ЭЖ здесь нет"))(differences)
    blind.command(
        "settle", help=_("Снять расхождения третьим взглядом на бумагу; после последнего страница сверяется")
    )(settle)
    blind.command("cancel", help=_("Снять двойной ввод страницы, с причиной"))(cancel)
    paper.add_typer(blind, name="blind")
