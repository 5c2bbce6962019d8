"""Who does it: what a person decides, draws, types or attaches bears a name."""

from __future__ import annotations

from gateway.errors import DataError
from gateway.i18n import _


def named(who: str) -> str:
    """The name without spaces around it; DataError for a blank one."""
    if not who.strip():
        raise DataError(_("Не сказано, кто это делает"), _("Назовите себя: --by «Фамилия И.О.» или SVERKA_ACTOR"))
    return who.strip()
