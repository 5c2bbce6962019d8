"""`decide`, `slips`, `protocol`: the deputy head's part, from a finding to a signature."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.actor import named
from gateway.cli import present
from gateway.cli.options import AsJson, Decider, session
from gateway.errors import DataError
from gateway.i18n import _, language
from gateway.whole import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gateway.office import Office
    from gateway.register.sign import SignedProtocol
    from gateway.reports.slips import SlipFigures

DAYS_TO_CORRECT = 7


class Right(StrEnum):
    """The words of `state.decisions.Verdict`, which brings the database's library: a help page must not wait for it."""

    PAPER = "paper"
    DIARY = "diary"
    EXPLAINED = "explained"


# --- decide -----------------------------------------------------------------------------------------------------------


def decide(
    context: typer.Context,
    verdict: Annotated[Right, typer.Argument(help=_("paper: права бумага; diary: прав ЭЖ; explained: оставить обе"))],
    findings: Annotated[list[str] | None, typer.Argument(help=_("Номера расхождений или их начала"))] = None,
    who: Decider = "",
    why: Annotated[str, typer.Option(help=_("Причина; для diary и explained обязательна"))] = "",
    form: Annotated[str, typer.Option(help=_("Все открытые расхождения класса или подгруппы"))] = "",
    subject: Annotated[str, typer.Option(help=_("…и только этого предмета"))] = "",
    code: Annotated[str, typer.Option(help=_("…и только этого вида, например MARK_DIFF"))] = "",
    as_json: AsJson = False,
) -> None:
    from gateway.register.decide import decide as make
    from state.decisions import Verdict

    office = session(context).office()
    chosen = _chosen(office, findings or [], form, subject, code)
    made = make(office.store, chosen, Verdict(verdict.value), why=why, who=named(who))
    if as_json:
        rows = [{"number": one.number, "finding": one.finding_id, "verdict": one.verdict.value} for one in made]
        present.as_json({"schema": "decide/1", "decisions": rows})
        return
    present.say(_("Решений записано: {count}").format(count=len(made)))
    present.next_command("sverka slips issue" if verdict is Right.PAPER else "sverka findings")


def _chosen(office: Office, named: Sequence[str], form: str, subject: str, code: str) -> list[str]:
    """Ids of the findings named in full or by a beginning that fits one, or of all that fit form, subject and code."""
    found = office.findings(open_only=True)
    if not named:
        if not (form or subject or code):
            raise typer.BadParameter(_("назовите расхождения или укажите --form, --subject, --code"))
        names = office.directory()
        return [
            row["finding_id"]
            for row in found
            if _fits(form, names.group(row["group"]))
            and _fits(subject, names.subject(row["subject"]))
            and _fits(code, row["code"])
        ]
    return [_the_one(beginning, [row["finding_id"] for row in found]) for beginning in named]


def _fits(wanted: str, name: str) -> bool:
    return not wanted or wanted.casefold() == name.casefold()


def _the_one(beginning: str, ids: Iterable[str]) -> str:
    fitting = [one for one in ids if one.startswith(beginning)]
    if len(fitting) > 1:
        raise DataError(
            _("Так начинаются {count} расхождений: {beginning}").format(count=len(fitting), beginning=beginning),
            _("Допишите номер: sverka findings"),
        )
    return fitting[0] if fitting else beginning


# --- slips ------------------------------------------------------------------------------------------------------------


def issue(
    context: typer.Context,
    who: Decider = "",
    due: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=_("Исправить до, ГГГГ-ММ-ДД"))] = None,
    note: Annotated[str, typer.Option(help=_("Примечание на талоне"))] = "",
    as_json: AsJson = False,
) -> None:
    from gateway.register.slips import issue as make

    office = session(context).office()
    day = due.date() if due else office.days.today + timedelta(days=DAYS_TO_CORRECT)
    made = make(office.store, due=day, who=named(who), note=note)
    numbers = {one.number for one in made}
    _slips([one for one in office.slips() if one.number in numbers], as_json=as_json)
    if not as_json:
        present.next_command("sverka slips print -o talons.pdf")


def listed(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help=_("И закрытые тоже"))] = False,
    as_json: AsJson = False,
) -> None:
    _slips([one for one in session(context).office().slips() if everything or one.state != "closed"], as_json=as_json)


def show(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help=_("Номер талона"))],
    as_json: AsJson = False,
) -> None:
    slip = _slip(session(context).office(), number)
    if as_json:
        present.as_json({"schema": "slip/1", **_plain(slip)})
        return
    present.say(
        _("Талон № {number} от {issued}: {teacher}, исправить до {due}, {said}").format(
            number=slip.number, issued=slip.issued, teacher=slip.teacher or "—", due=slip.due, said=slip.said
        )
    )
    columns = (_("Дата"), _("№ урока"), _("Ученик"), _("В ЭЖ"), _("Должно быть"), _("Расхождение"), _("Проверка"))
    for page in slip.pages:
        rows = [
            (*_cells(one.row), one.row.kind, " ".join(filter(None, (one.standing, one.since)))) for one in page.remarks
        ]
        present.table(f"{page.group}. {page.subject}", columns, rows)
    if slip.confirmed:
        present.say(_("Об исправлении сообщено: {confirmed}").format(confirmed=slip.confirmed))


def printed(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help=_("Куда записать PDF"))] = Path("talons.pdf"),
    numbers: Annotated[list[int] | None, typer.Argument(help=_("Номера талонов; без них все незакрытые"))] = None,
) -> None:
    from gateway.reports.slips_pdf import write_slips_pdf

    office = session(context).office()
    slips = (
        [_slip(office, one) for one in numbers] if numbers else [one for one in office.slips() if one.state != "closed"]
    )
    if not slips:
        raise DataError(_("Незакрытых талонов нет"), _("Выдать новые: sverka slips issue"))
    output.parent.mkdir(parents=True, exist_ok=True)
    with whole(output) as unfinished:
        write_slips_pdf(slips, unfinished, school=office.settings.school.name, lang=language())
    present.say(_("Талонов напечатано: {count}, {path}").format(count=len(slips), path=output))


def confirm(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help=_("Номер талона"))],
    who: Decider = "",
    note: Annotated[str, typer.Option(help=_("Что сказал учитель"))] = "",
) -> None:
    from gateway.register.slips import confirm as keep

    keep(session(context).office().store, number, who=named(who), note=note)
    present.say(_("Записано. Талон закроет сверка, когда исправление будет видно в дневнике."))
    present.next_command("sverka pull && sverka reconcile")


def _slip(office: Office, number: int) -> SlipFigures:
    found = next((one for one in office.slips() if one.number == number), None)
    if found is None:
        raise DataError(_("Талона № {number} нет").format(number=number), _("Список талонов: sverka slips list"))
    return found


def _slips(slips: Sequence[SlipFigures], *, as_json: bool) -> None:
    if as_json:
        present.as_json({"schema": "slips/1", "slips": [_plain(one) for one in slips]})
        return
    rows = [
        (
            one.number,
            one.teacher or "—",
            one.issued,
            one.due,
            f"{one.total - one.left}/{one.total}",
            one.said,
            one.confirmed,
        )
        for one in slips
    ]
    columns = (_("№"), _("Кому"), _("Выдан"), _("Исправить до"), _("Исправлено"), _("Состояние"), _("Сообщил(а)"))
    present.table("", columns, rows)
    if not rows:
        present.say(_("Незакрытых талонов нет."))


def _plain(slip: SlipFigures) -> dict[str, Any]:
    return {
        "number": slip.number,
        "teacher": slip.teacher,
        "issued_at": slip.issued_at.isoformat(),
        "due": slip.due,
        "state": slip.state,
        "total": slip.total,
        "left": slip.left,
        "confirmed": slip.confirmed,
        "remarks": [
            {"finding": one.row.finding_id, "page": f"{page.group}. {page.subject}", "standing": one.standing}
            for page in slip.pages
            for one in page.remarks
        ],
    }


def _cells(row: Any) -> tuple[str, ...]:
    return row.day, row.lesson, row.pupil, row.diary, row.paper


# --- protocol ---------------------------------------------------------------------------------------------------------


def sign(
    context: typer.Context,
    who: Decider = "",
    position: Annotated[str, typer.Option(help=_("Должность"))] = "",
    as_json: AsJson = False,
) -> None:
    from gateway.register.sign import sign as put

    office = session(context).office()
    kept = put(office.store, who=named(who), position=position or _("Заместитель директора по УВР"))
    if as_json:
        present.as_json({"schema": "protocol-sign/1", "signature": kept.number, "run": kept.run, **dict(kept.digests)})
        return
    present.say(_("Протокол сверки {run} подписан: {who}").format(run=kept.run, who=kept.signed_by))
    present.next_command("sverka report")


def status(context: typer.Context, as_json: AsJson = False) -> None:
    from gateway.register.sign import signed

    office = session(context).office()
    known = signed(office.store)
    if as_json:
        present.as_json({"schema": "protocol-status/1", "signatures": [_signature(one) for one in known]})
        return
    if not known:
        present.say(_("Ни один протокол не подписан."))
        present.next_command("sverka protocol sign")
        return
    for one in known:
        _tell(one, office)


def _tell(one: SignedProtocol, office: Office) -> None:
    kept = one.signature
    when = f"{kept.signed_at.astimezone(office.settings.zone):%d.%m.%Y %H:%M}" if kept.signed_at else ""
    present.say(
        _("{run}: подписал(а) {who}, {position}, {when}").format(
            run=kept.run, who=kept.signed_by, position=kept.position, when=when
        )
    )
    if not one.is_stale:
        present.say(
            _("Подписано полное соответствие; с тех пор ничего не изменилось.")
            if one.full_match
            else _("С тех пор ничего не изменилось.")
        )
        return
    names = office.directory()
    present.say(
        _("Подпись устарела: изменилось клеток {cells}, перенесено заново страниц {pages}").format(
            cells=len(one.changed), pages=len(one.retyped)
        )
    )
    rows = [
        (
            f"{names.group(cell.page.group)}. {names.subject(cell.page.subject)}",
            f"{cell.day:%d.%m.%Y}",
            names.pupil(cell.person) if cell.person else "",
            cell.was,
            cell.now,
        )
        for cell in one.changed
    ]
    if rows:
        present.table("", (_("Страница"), _("Дата"), _("Ученик"), _("Было"), _("Стало")), rows)
    for page in one.retyped:
        present.say(
            _("Перенесена заново: {page}").format(page=f"{names.group(page.group)}. {names.subject(page.subject)}")
        )


def _signature(one: SignedProtocol) -> dict[str, Any]:
    return {
        "signature": one.signature.number,
        "run": one.signature.run,
        "signed_by": one.signature.signed_by,
        "signed_at": one.signature.signed_at,
        "stale": one.is_stale,
        "changed": [
            {
                "group": cell.page.group,
                "subject": cell.page.subject,
                "day": cell.day.isoformat(),
                "nth": cell.nth,
                "kind": cell.kind.name,
                "person": cell.person,
            }
            for cell in one.changed
        ],
        "retyped": [{"group": page.group, "subject": page.subject} for page in one.retyped],
    }


def add_to(app: typer.Typer) -> None:
    app.command("decide", help=_("Решить, какая сторона права; решение держится, пока обе записи не изменились"))(
        decide
    )
    slips = typer.Typer(help=_("Возвратные талоны: выдать, напечатать, показать"), no_args_is_help=True)
    slips.command("issue", help=_("Выдать талоны по решениям «права бумага», по одному на учителя"))(issue)
    slips.command("list", help=_("Талоны и их состояние"))(listed)
    slips.command("show", help=_("Замечания одного талона"))(show)
    slips.command("print", help=_("Талоны одним PDF, каждый на своей странице"))(printed)
    slips.command("confirm", help=_("Записать, что учитель сообщил об исправлении; талон закроет только сверка"))(
        confirm
    )
    app.add_typer(slips, name="slips")
    protocol = typer.Typer(help=_("Подпись под протоколом сверки"), no_args_is_help=True)
    protocol.command("sign", help=_("Подписать протокол последней сверки"))(sign)
    protocol.command("status", help=_("Кто подписал и не устарела ли подпись"))(status)
    app.add_typer(protocol, name="protocol")
