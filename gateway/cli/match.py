"""`match`: who is who where the program may not decide by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import people_words
from gateway.cli import present
from gateway.cli.options import AsJson, session
from gateway.i18n import _

if TYPE_CHECKING:
    from gateway.office import Office
    from gateway.sync.matching import OpenMatch
    from state.matches import MatchDecision
    from state.records import Record
    from state.snapshot import Snapshot

Ours = Annotated[str, typer.Argument(metavar="OURS", help=_("Наш человек: код из списка sverka match или полный id"))]
Theirs = Annotated[str, typer.Argument(metavar="THEIRS", help=_("Номер человека в дневнике"))]
By = Annotated[str, typer.Option("--by", envvar="SVERKA_ACTOR", help=_("Кто решил: попадёт в журнал аудита"))]
Why = Annotated[str, typer.Option("--why", help=_("Почему: попадёт в журнал аудита"))]


def listed(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand:
        return
    from gateway.sync.matching import open_matches

    office = session(context).office()
    questions = open_matches(office.store, _local(office))
    if as_json:
        present.as_json({"schema": "match/1", "open": [_plain(one) for one in questions]})
        return
    for one in questions:
        _show(one)
    present.say(_("Ждут решения: {count}").format(count=len(questions)) if questions else _("Никто не ждёт решения."))
    if questions:
        present.next_command(
            _("sverka match link НАШ ДНЕВНИКА --by КТО --why «почему», или refuse, если это разные люди")
        )


def link(context: typer.Context, ours: Ours, theirs: Theirs, by: By, why: Why, as_json: AsJson = False) -> None:
    from gateway.sync import matching

    office = session(context).office()
    made = matching.link(office.store, ours, theirs, local=_local(office), by=by, why=why)
    _told(made, as_json, _("Связаны: {ours} и {theirs}"))


def link_all(
    context: typer.Context,
    by: By,
    why: Why,
    rule: Annotated[
        str, typer.Option(help=_("Правило, по которому предложен единственный человек и ничто не отличается"))
    ] = "name-alone",
    as_json: AsJson = False,
) -> None:
    from gateway.sync import matching

    office = session(context).office()
    made = matching.link_all(office.store, rule, local=_local(office), by=by, why=why)
    if as_json:
        present.as_json({"schema": "match-decisions/1", "decisions": [_decision(one) for one in made]})
        return
    present.say(_("Связано: {count}").format(count=len(made)))
    present.next_command("sverka plan")


def refuse(context: typer.Context, ours: Ours, theirs: Theirs, by: By, why: Why, as_json: AsJson = False) -> None:
    from gateway.sync import matching

    office = session(context).office()
    made = matching.refuse(office.store, ours, theirs, local=_local(office), by=by, why=why)
    _told(made, as_json, _("Это разные люди, больше не спросим: {ours} и {theirs}"))


def split(context: typer.Context, ours: Ours, by: By, why: Why, as_json: AsJson = False) -> None:
    from gateway.sync import matching

    made = matching.split(session(context).office().store, ours, by=by, why=why)
    _told(made, as_json, _("Разъединены, сами больше не свяжутся: {ours} и {theirs}"))


def _local(office: Office) -> Snapshot[Record]:
    return office.assembled(office.days.scope()).snapshot


def _show(one: OpenMatch) -> None:
    present.say(f"{one.code}  {people_words.person(one.record_type)}: {people_words.described(one.ours)}")
    rows = [
        (
            candidate["remote_id"],
            people_words.described_there(candidate),
            people_words.rule(candidate["rule"]),
            people_words.agreed(candidate),
            people_words.differing(candidate, one.ours),
        )
        for candidate in one.candidates
    ]
    present.table("", (_("В дневнике"), _("Кто"), _("Почему"), _("Совпадает"), _("Отличается")), rows)


def _plain(one: OpenMatch) -> dict[str, Any]:
    ours = one.ours
    return {
        "id": one.code,
        "record_type": one.record_type.value,
        "sourced_id": one.sourced_id,
        "kind": one.kind,
        "ours": ours
        and {
            "name": ours.name.full,
            "birth_date": ours.birth_date.isoformat() if ours.birth_date else None,
            "forms": sorted(ours.forms),
            "position": ours.position,
        },
        "candidates": [
            {
                **{name: candidate[name] for name in ("remote_id", "rule", "forms", "position", "holder")},
                "name": " ".join(part for part in candidate["name"].values() if part),
                "birth_date": candidate["birth_date"] or None,
                "agrees": [what for what, code in candidate["likeness"] if code in people_words.AGREES],
                "differs": {what: code for what, code in candidate["likeness"] if code not in people_words.AGREES},
            }
            for candidate in one.candidates
        ],
    }


def _decision(made: MatchDecision) -> dict[str, Any]:
    return {
        "record_type": made.record_type,
        "sourced_id": made.sourced_id,
        "remote_id": made.remote_id,
        "decision": made.decision.value,
        "by": made.decided_by,
        "why": made.why,
    }


def _told(made: MatchDecision, as_json: bool, sentence: str) -> None:
    if as_json:
        present.as_json({"schema": "match-decision/1", **_decision(made)})
        return
    present.say(sentence.format(ours=made.sourced_id, theirs=made.remote_id))
    present.next_command("sverka plan")


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help=_("Кто есть кто: решает человек, если программа не уверена"), invoke_without_command=True)
    group.callback()(listed)
    group.command("link", help=_("Это один человек"))(link)
    group.command("link-all", help=_("Связать всех, у кого предложен один человек и ничто не отличается"))(link_all)
    group.command("refuse", help=_("Это разные люди: больше не предлагать"))(refuse)
    group.command("split", help=_("Разъединить: связаны были разные люди; в дневнике ничего не меняется"))(split)
    app.add_typer(group, name="match")
