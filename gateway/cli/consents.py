"""`consents`: the state of the register of consents, and what the diary holds of who withdrew one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer

from gateway import words
from gateway.cli import present
from gateway.cli.options import AsJson, session
from gateway.i18n import _
from gateway.sync.consent_register import register_of, remaining

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gateway.office import Office
    from gateway.sync.consent_register import Remaining, Share

SHOWN = 20
"""People shown to a person; --json shows them all."""


def show(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is not None:
        return
    office = session(context).office()
    found = register_of(office.assembled(office.days.scope()), office.days.today)
    left = _remaining(office)
    if as_json:
        present.as_json(
            {
                "schema": "consents/1",
                "pupils": found.pupils.as_json(),
                "staff": found.staff.as_json(),
                "forms": [share.as_json() for share in found.forms],
                "still_in_diary": len(left),
            }
        )
        return
    rows = [_row(share.group or _("без класса"), share) for share in found.forms]
    rows += [_row(_("все ученики"), found.pupils), _row(_("сотрудники"), found.staff)]
    columns = (_("Класс"), _("Всего"), _("Согласие есть"), _("Отозвано"), _("Нет"))
    present.table(_("Согласия на обработку персональных данных"), columns, rows)
    if left:
        present.say(_("Согласия нет, а данные в дневнике есть, человек: {count}").format(count=len(left)))
        present.next_command("sverka consents withdrawn")


def _row(name: str, share: Share) -> tuple[object, ...]:
    return name, share.people, share.given, share.withdrawn or "", share.missing or ""


def withdrawn(context: typer.Context, as_json: AsJson = False) -> None:
    people = _remaining(session(context).office())
    if as_json:
        present.as_json({"schema": "consents-withdrawn/1", "people": [one.as_json() for one in people]})
        return
    if not people:
        present.say(_("В дневнике нет данных тех, чьё согласие отозвано."))
        return
    show_remaining(people)
    present.say(_("Сверка их не удаляет и больше не обновляет. Удалить просит школа: по номерам в дневнике."))


def _remaining(office: Office) -> tuple[Remaining, ...]:
    return remaining(office.store, office.assembled(office.days.scope()), office.days.today)


def show_remaining(people: Sequence[Remaining]) -> None:
    """Who, since when, where the paper lies, and by which ids the diary knows it."""
    present.table(
        _("Согласия нет, а в дневнике есть"),
        (_("Кто"), _("Отозвано"), _("Папка"), _("Что в дневнике"), _("Номера в дневнике")),
        [
            (
                one.name,
                f"{one.there.withdrawn:%d.%m.%Y}" if one.there.withdrawn else "—",
                one.folder,
                _held(item.record_type for item in one.there.objects),
                _ids([item.remote_id for item in one.there.objects]),
            )
            for one in people[:SHOWN]
        ],
    )
    if len(people) > SHOWN:
        rest = _("…и ещё {count}: {command}")
        present.talk(rest.format(count=len(people) - SHOWN, command="sverka consents withdrawn --json"))


def _held(kinds: Iterable[str]) -> str:
    return "; ".join(f"{words.record(kind)} {count}" for kind, count in Counter(kinds).items())


def _ids(ids: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(ids))
    return ", ".join(distinct[:6]) + (", …" if len(distinct) > 6 else "")


def add_to(app: typer.Typer) -> None:
    consents = typer.Typer(help=_("Согласия на обработку персональных данных"), invoke_without_command=True)
    consents.callback(help=_("Показать, у кого согласие есть, отозвано или не дано, по классам"))(show)
    consents.command("withdrawn", help=_("Чьё согласие отозвано, а данные в дневнике есть; с номерами в дневнике"))(
        withdrawn
    )
    app.add_typer(consents, name="consents")
