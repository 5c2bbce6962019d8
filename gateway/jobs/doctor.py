"""Is this school's installation healthy? Each check says what it saw and what to do; nothing is written."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from gateway import bootstrap, settings
from gateway.auth.private import closing, is_open_to_others
from gateway.clock import SystemClock
from gateway.days import SchoolDays
from gateway.errors import SverkaError
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.jobs.archive import copies, unarchived
from gateway.register.modes import Modes
from state.store import Store, verify_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connectors.dnevnik.unfamiliar import Oddity
    from gateway.settings import Settings

    Probe = Callable[[str, Settings], "Check"]


SHOWN = 20
"""Unknown names in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    ok: bool
    says: str
    advice: str = ""


def examine(config: Path) -> list[Check]:
    """All checks in the order an administrator would work through them; later ones are left out where an earlier one
    makes them meaningless."""
    checks = [_program()]
    try:
        school = settings.load(config)
    except SverkaError as error:
        return [*checks, Check(name=_("Настройки"), ok=False, says=error.what, advice=error.next_step)]
    checks.append(Check(name=_("Настройки"), ok=True, says=f"{school.school.name} ({config})"))
    probes: tuple[tuple[str, Probe], ...] = (
        (_("База"), _database),
        (_("Журнал аудита"), _audit_log),
        (_("Архив базы"), _archive),
        (_("Файлы школы"), _files),
        (_("Токен"), _token),
        (_("Дневник"), _diary),
        (_("Новое в дневнике"), _news),
    )
    for name, probe in probes:
        found = _tried(name, probe, school)
        checks.append(found)
        if not found.ok and probe in (_database, _token):
            break
    return checks


def _tried(name: str, probe: Probe, school: Settings) -> Check:
    """The probe's answer under that name; an error it met becomes the answer."""
    try:
        with in_our_words():
            return probe(name, school)
    except SverkaError as error:
        return Check(name=name, ok=False, says=error.what, advice=error.next_step)


def _program() -> Check:
    says = f"sverka {metadata.version('sverka')}, Python {sys.version.split()[0]}"
    if importlib.util.find_spec("httpx2"):
        return Check(
            name=_("Программа"),
            ok=False,
            says=_("{says}; рядом стоит httpx2, которого не перехватывают тесты").format(says=says),
            advice="pip uninstall httpx2",
        )
    return Check(name=_("Программа"), ok=True, says=says)


def _database(name: str, school: Settings) -> Check:
    store = Store.open(school.state_url, school.school.key, SystemClock().now)
    with store.begin() as work:
        size, _root = work.log_head()
    store.close()
    return Check(name=name, ok=True, says=_("открывается, событий в журнале: {size}").format(size=size))


def _audit_log(name: str, school: Settings) -> Check:
    check = verify_log(school.state_url, school.school.key)
    if check.ok:
        return Check(name=name, ok=True, says=_("цел, корень {root}").format(root=check.root[:16] + "…"))
    return Check(
        name=name,
        ok=False,
        says=_("нарушен на событии № {number}").format(number=check.first_bad),
        advice="sverka log verify",
    )


def _archive(name: str, school: Settings) -> Check:
    """Where no paper register is kept, the database is archived once in every reporting period (R008)."""
    clock = SystemClock()
    store = Store.open(school.state_url, school.school.key, clock.now)
    with store.begin() as work:
        modes = Modes(work.paperwork.modes())
    store.close()
    missing = unarchived(school, modes, SchoolDays(school, clock))
    if missing is not None:
        return Check(name=name, ok=False, says=missing, advice="sverka upgrade")
    kept = copies(school)
    says = _("копий рядом с базой: {count}").format(count=len(kept)) if kept else _("сейчас не обязателен")
    return Check(name=name, ok=True, says=says)


def _files(name: str, school: Settings) -> Check:
    sources = bootstrap.matching(school, school.files.sources)
    papers = bootstrap.matching(school, school.files.papers)
    says = _("источников: {sources}, бумажных страниц: {papers}").format(sources=len(sources), papers=len(papers))
    advice = "" if sources else _("Положите файлы школы в папки из раздела [files] или назовите их в sverka import")
    return Check(name=name, ok=True, says=says, advice=advice)


def _token(name: str, school: Settings) -> Check:
    where = school.diary.token
    if not school.stored_token:
        settings.secret(where, school.folder)
        says = _("есть ({where}), возраст неизвестен").format(where=where)
        return Check(name=name, ok=True, says=says, advice=_to_close(school))
    kept, now = bootstrap.vault(school).read(), SystemClock().now()
    told = [_("есть ({where}), дней назад: {days}").format(where=where, days=(now - kept.obtained).days)]
    if kept.expires:
        told.append(_("до {expires:%Y-%m-%d}").format(expires=kept.expires.astimezone(school.zone)))
    if kept.refresh:
        told.append(_("обновляется сам"))
    over = kept.refresh is None and kept.expires is not None and kept.expires <= now
    advice = "sverka auth login" if kept.ends_soon(now) else ""
    return Check(name=name, ok=not over, says=", ".join(told), advice=advice)


def _to_close(school: Settings) -> str:
    """The command that closes the token's file, where others may open it."""
    kind, _colon, place = school.diary.token.partition(":")
    path = school.path(place)
    return closing(path) if kind == "file" and is_open_to_others(path) else ""


def _diary(name: str, school: Settings) -> Check:
    with bootstrap.diary(school) as diary:
        called = diary.school_name()
    says = _("отвечает: {name}, способ работы {profile}").format(name=called, profile=school.diary.profile)
    return Check(name=name, ok=True, says=says)


def _news(name: str, school: Settings) -> Check:
    """Fields and words nobody knows: they stop nothing, and whoever looks after Sverka should hear of them."""
    found = bootstrap.notebook(school).oddities()
    fields = [f"{one.name} ({one.count})" for one in found if not one.word]
    words = [f"{one.name} «{one.word}» ({_place(one)}; {one.count})" for one in found if one.word]
    told = []
    if fields:
        told.append(_("Дневник ответил полями, которых мы не знаем: {fields}").format(fields=_listed(fields)))
    if words:
        told.append(_("Дневник ответил словами, которых мы не знаем: {words}").format(words=_listed(words)))
    if not told:
        return Check(name=name, ok=True, says=_("незнакомого в ответах не было"))
    return Check(
        name=name, ok=True, says="; ".join(told), advice=_("Работе не мешает; перешлите эту строку разработчикам")
    )


def _place(one: Oddity) -> str:
    return f"{one.place}, {one.key}" if one.key else one.place


def _listed(names: list[str]) -> str:
    """The first of them, and how many more."""
    more = len(names) - SHOWN
    shown = ", ".join(names[:SHOWN])
    return shown if more <= 0 else _("{shown} и ещё {more}").format(shown=shown, more=more)
