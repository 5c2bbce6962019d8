"""The rules a school's register is checked by: the product's figures, the school's own in their place (R043)."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from gateway.errors import SettingsError
from gateway.i18n import _
from gateway.register.duties import KeepingScope
from gateway.register.keeping import Outage
from gateway.register.rules.table import Rules, RulesWrong, rules_of

if TYPE_CHECKING:
    from gateway.settings import Settings
    from state.records import Record
    from state.snapshot import Snapshot


def school_rules(settings: Settings) -> Rules:
    """The rules of that school. Raises SettingsError for a table that is not there or cannot be followed."""
    name = settings.journal.rules
    if not name:
        return rules_of()
    try:
        return rules_of(tomllib.loads(settings.path(name).read_text(encoding="utf-8")))
    except RulesWrong as wrong:
        raise SettingsError(
            _("{path}: правило {key} не подходит").format(path=name, key=wrong),
            _("Ключи и вид значений — как в таблице правил программы; у каждого раздела есть basis: на чём он основан"),
        ) from wrong
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            _("Таблица правил {path} не читается").format(path=name), _("Исправьте файл или ключ rules в настройках")
        ) from error


def keeping_scope(settings: Settings, school: Snapshot[Record]) -> KeepingScope:
    """What the control of the register's keeping is told of a school with its lessons."""
    outages = tuple(Outage(starts=one.starts, ends=one.ends) for one in settings.journal.outages)
    holidays = tuple((one.starts, one.ends) for one in settings.calendar.holidays)
    return KeepingScope(school=school, outages=outages, holidays=holidays)
