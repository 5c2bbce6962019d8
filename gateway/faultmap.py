"""The one table that turns the errors of the rooms below into what a person does next (design §4)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors import faults
from connectors.dnevnik.scopes import scopes_of
from connectors.sources.wire import UnreadableFile
from gateway import errors
from gateway.i18n import _, language
from mappings.problems import problem_text
from state import errors as memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_FAULTS: Mapping[type[faults.Fault], tuple[type[errors.SverkaError], Callable[[], tuple[str, str]]]] = {
    faults.Unauthorised: (
        errors.SignInNeeded,
        lambda: (
            _("Дневник не принимает наш вход: токен больше не действует"),
            _("Войдите заново: sverka auth login"),
        ),
    ),
    faults.Forbidden: (
        errors.RightMissing,
        lambda: (_("Дневник не даёт нашему входу этого права"), _("Что ему разрешено, покажет sverka auth status")),
    ),
    faults.Throttled: (
        errors.Throttled,
        lambda: (_("Дневник просит подождать: слишком много запросов"), _("Повторите команду через несколько минут")),
    ),
    faults.Unavailable: (
        errors.Unavailable,
        lambda: (_("Дневник не отвечает"), _("Повторите команду позже; сделанное сохранено")),
    ),
    faults.NotFound: (
        errors.SchemaDrift,
        lambda: (_("В дневнике нет того, что должно быть"), _("Проверьте номер школы и адрес: sverka doctor")),
    ),
    faults.Rejected: (
        errors.RecordRejected,
        lambda: (_("Дневник отклонил запрос"), _("Исправьте данные, названные выше, и повторите")),
    ),
    faults.SchemaDrift: (
        errors.SchemaDrift,
        lambda: (_("Дневник ответил в незнакомом виде"), _("Сообщите разработчикам номер запроса")),
    ),
    faults.InDoubt: (
        errors.InDoubt,
        lambda: (
            _("Неизвестно, выполнил ли дневник запись"),
            _("Сделайте новый план, он прочитает дневник: sverka plan"),
        ),
    ),
    faults.Unreadable: (
        errors.FileUnreadable,
        lambda: (_("Файл не читается"), _("Сохраните его заново в исходной программе и повторите")),
    ),
}
_MEMORY: Mapping[type[memory.StateError], tuple[type[errors.SverkaError], Callable[[], tuple[str, str]]]] = {
    memory.StateCorrupt: (
        errors.StateCorrupt,
        lambda: (_("База противоречит сама себе"), _("Ничего не меняйте и восстановите её из копии")),
    ),
    memory.ChainBroken: (
        errors.ChainBroken,
        lambda: (_("Журнал аудита нарушен"), _("Ничего не меняйте: sverka log verify")),
    ),
    memory.LeaseHeld: (
        errors.LeaseHeld,
        lambda: (_("С этой школой уже работает другой запуск"), _("Дождитесь его окончания и повторите")),
    ),
    memory.LeaseLost: (
        errors.LeaseHeld,
        lambda: (
            _("Связь с базой прервалась, работу мог взять другой запуск"),
            _("Повторите команду; сделанное сохранено"),
        ),
    ),
    memory.SchemaBehind: (
        errors.SettingsError,
        lambda: (_("База не той версии, что программа"), _("Обновите её, прежняя сохранится рядом: sverka upgrade")),
    ),
}


def from_fault(fault: faults.Fault) -> errors.SverkaError:
    """The error a person sees for a fault of the outside world; the place and the request id are kept.

    A file that is refused as a whole says by its code why, and what to do about it.
    """
    if isinstance(fault, UnreadableFile):
        return refused_file(fault.code, fault.place)
    kind, words = next((row for cls, row in _FAULTS.items() if isinstance(fault, cls)), _FAULTS[faults.Unavailable])
    what, next_step = words()
    if isinstance(fault, faults.Unavailable) and fault.since:
        # the machine's own time: what the clock on its wall shows
        what = _("Дневник не отвечает с {moment}").format(moment=f"{fault.since.astimezone():%H:%M}")
    if isinstance(fault, faults.Forbidden):
        next_step = f"{_right_to_ask_for(fault)}. {next_step}"
    return kind(f"{what} ({fault.place})" if fault.place else what, next_step, request_id=fault.request_id)


def refused_file(code: str, place: str) -> errors.FileUnreadable:
    """The error a person sees for a file that is refused as a whole: why, and what to do about it."""
    sentence, advice = problem_text(code, language())
    return errors.FileUnreadable(f"{place}: {sentence}" if place else sentence, advice)


def _right_to_ask_for(fault: faults.Forbidden) -> str:
    """Who gives the right that is missing: the diary's administrator, and for a scope first the token's owner."""
    scopes = ", ".join(scopes_of(fault.place))
    if not fault.place:  # a write told among many: what it was is in the run's list of refusals
        return _("Попросите администратора дневника дать это право тому, чей это токен")
    ask = _("попросите администратора дневника дать право на «{place}» тому, чей это токен").format(place=fault.place)
    if not fault.is_of_scope:
        return ask[:1].upper() + ask[1:]
    again = _("Войдите заново и разрешите {scopes}: sverka auth login").format(scopes=scopes)
    return _("{again}; если это уже разрешено, {ask}").format(again=again, ask=ask)


def from_memory(error: memory.StateError) -> errors.SverkaError:
    """The error a person sees for an error of memory, its own words in brackets."""
    kind, words = next((row for cls, row in _MEMORY.items() if isinstance(error, cls)), _MEMORY[memory.StateCorrupt])
    what, next_step = words()
    return kind(f"{what} ({error})" if str(error) else what, next_step)


@contextmanager
def in_our_words() -> Iterator[None]:
    """Inside it, faults and errors of memory come out as the gateway's own errors."""
    try:
        yield
    except faults.Fault as fault:
        raise from_fault(fault) from fault
    except memory.StateError as error:
        raise from_memory(error) from error
