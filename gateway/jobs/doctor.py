"""Is this school's installation healthy? Each check says what it saw and what to do; nothing is written."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from gateway import bootstrap, settings
from gateway.clock import SystemClock
from gateway.errors import SverkaError
from gateway.faultmap import in_our_words
from gateway.i18n import _
from state.store import Store, verify_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gateway.settings import Settings


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
    for probe in (_database, _audit_log, _files, _token, _diary):
        found = _tried(probe, school)
        checks.append(found)
        if not found.ok and probe in (_database, _token):
            break
    return checks


def _tried(probe: Callable[[Settings], Check], school: Settings) -> Check:
    """The probe's answer; an error it met becomes the answer."""
    name = str(probe.__doc__)
    try:
        with in_our_words():
            return probe(school)
    except SverkaError as error:
        return Check(name=_(name), ok=False, says=error.what, advice=error.next_step)


def _program() -> Check:
    """Программа"""
    says = f"sverka {metadata.version('sverka')}, Python {sys.version.split()[0]}"
    if importlib.util.find_spec("httpx2"):
        return Check(
            name=_("Программа"),
            ok=False,
            says=_("{says}; рядом стоит httpx2, которого не перехватывают тесты").format(says=says),
            advice="pip uninstall httpx2",
        )
    return Check(name=_("Программа"), ok=True, says=says)


def _database(school: Settings) -> Check:
    """База"""
    store = Store.open(school.state_url, school.school.key, SystemClock().now)
    with store.begin() as work:
        size, _root = work.log_head()
    store.close()
    return Check(name=_("База"), ok=True, says=_("открывается, событий в журнале: {size}").format(size=size))


def _audit_log(school: Settings) -> Check:
    """Журнал аудита"""
    check = verify_log(school.state_url, school.school.key)
    if check.ok:
        return Check(name=_("Журнал аудита"), ok=True, says=_("цел, корень {root}").format(root=check.root[:16] + "…"))
    return Check(
        name=_("Журнал аудита"),
        ok=False,
        says=_("нарушен на событии № {number}").format(number=check.first_bad),
        advice="sverka log verify",
    )


def _files(school: Settings) -> Check:
    """Файлы школы"""
    sources = bootstrap.matching(school, school.files.sources)
    papers = bootstrap.matching(school, school.files.papers)
    says = _("источников: {sources}, бумажных страниц: {papers}").format(sources=len(sources), papers=len(papers))
    advice = "" if sources else _("Положите файлы школы в папки из раздела [files] или назовите их в sverka import")
    return Check(name=_("Файлы школы"), ok=True, says=says, advice=advice)


def _token(school: Settings) -> Check:
    """Токен"""
    settings.secret(school.diary.token, school.folder)
    return Check(name=_("Токен"), ok=True, says=_("есть ({where})").format(where=school.diary.token))


def _diary(school: Settings) -> Check:
    """Дневник"""
    with bootstrap.diary(school) as diary:
        name = diary.school_name()
    says = _("отвечает: {name}, способ работы {profile}").format(name=name, profile=school.diary.profile)
    return Check(name=_("Дневник"), ok=True, says=says)
