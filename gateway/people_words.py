"""Who may be whom, in words: what agrees between two people, what differs, and which rule laid them together."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mappings.people.facts import PersonFacts

AGREES = frozenset({"same", "same_initial"})
UNKNOWN = frozenset({"one_side"})


def person(kind: str) -> str:
    known = {"staff": _("сотрудник"), "pupil": _("ученик"), "guardian": _("родитель")}
    return known.get(str(kind), str(kind))


def trait(what: str) -> str:
    known = {
        "family": _("фамилия"),
        "given": _("имя"),
        "patronymic": _("отчество"),
        "birth_date": _("дата рождения"),
        "snils": _("СНИЛС"),
        "personal_file": _("личное дело"),
        "sex": _("пол"),
        "form": _("класс"),
        "position": _("должность"),
        "pupil": _("чей родитель"),
    }
    return known.get(what, what)


def how(code: str) -> str:
    known = {
        "typo": _("описка"),
        "typos": _("две описки"),
        "order": _("двойная фамилия в другом порядке"),
        "half": _("часть двойной фамилии"),
        "variant": _("то же имя в другом написании"),
        "initial": _("инициал"),
        "same_initial": _("инициал у обоих"),
        "day_month": _("переставлены день и месяц"),
        "figure": _("похожая дата"),
        "one_side": _("есть только у одной стороны"),
        "other": _("другое"),
    }
    return known.get(code, code)


def rule(name: str) -> str:
    known = {
        "snils": _("тот же СНИЛС"),
        "personal-file": _("тот же номер личного дела"),
        "name-birth": _("то же имя и та же дата рождения"),
        "guardian-of-pupil": _("то же имя среди родителей ученика"),
        "handed-over": _("то же имя, и мы его передавали"),
        "snils-other-name": _("тот же СНИЛС, но имя или дата рождения другие"),
        "file-other-name": _("тот же номер личного дела, но имя другое"),
        "left-and-came": _("то же имя, связанное с тем, кого в файлах больше нет"),
        "slip-and-birth": _("похожее имя и та же дата рождения"),
        "family-changed": _("всё то же, кроме фамилии"),
        "slip-of-birth": _("похожая дата рождения"),
        "name-form": _("похожее имя в том же классе"),
        "name-alone": _("похожее имя, даты рождения сверить не с чем"),
        "family-changed-unseen": _("другая фамилия, прочее похоже"),
    }
    return known.get(name, name)


def agreed(candidate: Mapping[str, Any]) -> str:
    """«имя, отчество, дата рождения»."""
    return ", ".join(trait(what) for what, code in candidate["likeness"] if code in AGREES)


def differing(candidate: Mapping[str, Any], ours: PersonFacts | None) -> str:
    """«фамилия: Родькина / Родкина (описка)», ours before theirs; values where a person may see them."""
    mine, their = _shown(ours), _shown_there(candidate)
    told = []
    for what, code in candidate["likeness"]:
        if code in AGREES:
            continue
        values = [side[what] for side in (mine, their) if side.get(what)]
        shown = f"{trait(what)}: {' / '.join(values)}" if values and code not in UNKNOWN else trait(what)
        told.append(f"{shown} ({how(code)})")
    return "; ".join(told)


def described(facts: PersonFacts | None) -> str:
    """«Родькина Ксения Михайловна, 12.03.1980, педагог-психолог»."""
    shown = _shown(facts)
    name = facts.name.full if facts else _("в файлах больше нет")
    return ", ".join(part for part in (name, shown["birth_date"], shown["form"], shown["position"]) if part)


def described_there(candidate: Mapping[str, Any]) -> str:
    shown = _shown_there(candidate)
    name = " ".join(part for part in candidate["name"].values() if part)
    return ", ".join(part for part in (name, shown["birth_date"], shown["form"], shown["position"]) if part)


def _shown(facts: PersonFacts | None) -> dict[str, str]:
    if facts is None:
        return dict.fromkeys(("family", "given", "patronymic", "birth_date", "form", "position"), "")
    return {
        "family": facts.name.family,
        "given": facts.name.given,
        "patronymic": facts.name.patronymic,
        "birth_date": _day(facts.birth_date),
        "form": ", ".join(sorted(facts.forms)),
        "position": facts.position,
    }


def _shown_there(candidate: Mapping[str, Any]) -> dict[str, str]:
    born = candidate["birth_date"]
    return {
        **candidate["name"],
        "birth_date": _day(date.fromisoformat(born)) if born else "",
        "form": ", ".join(candidate["forms"]),
        "position": candidate["position"],
    }


def _day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""
