"""The names of records, actions, routes and conflicts as a person reads them, in the language in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable


def record(kind: str) -> str:
    known = {
        "bell_schedule": _("расписание звонков"),
        "calendar": _("учебный год"),
        "grading_period": _("учебные периоды"),
        "subject": _("предметы"),
        "staff": _("сотрудники"),
        "pupil": _("ученики"),
        "guardian": _("родители"),
        "form": _("классы"),
        "subgroup": _("подгруппы"),
        "membership": _("состав классов и подгрупп"),
        "lesson": _("уроки"),
    }
    return known.get(str(kind), str(kind))


def partial(kinds: Iterable[str]) -> str:
    """The sentence about lists that are not whole."""
    return _("Файлы говорят не всё, поэтому из дневника отсюда ничего не убирается: {kinds}").format(
        kinds=", ".join(record(kind) for kind in kinds)
    )


def reason(code: str) -> str:
    """What a move between forms is called; blank for any other reason."""
    known = {
        "promoted": _("в следующий класс"),
        "repeats": _("на второй год"),
        "transferred": _("в параллельный класс"),
        "came_back": _("вернулись в школу"),
        "skipped": _("в класс старше положенного"),
        "set_back": _("в класс младше прежнего"),
        "regrouped": _("в другую подгруппу"),
    }
    return known.get(code, "")


def people_waiting(count: int) -> str:
    """The sentence about people nobody but a person can tell apart."""
    return _("Ждут решения, кто есть кто, людей: {count}. Посмотреть и решить: sverka match").format(count=count)


def action(kind: str, why: str = "") -> str:
    """«перевести», or «перевести в следующий класс» where the reason has words of its own."""
    return f"{_action(kind)} {reason(why)}".rstrip()


def _action(kind: str) -> str:
    known = {
        "create": _("создать"),
        "update": _("изменить"),
        "move": _("перевести"),
        "suspend": _("приостановить"),
        "delete": _("удалить"),
    }
    return known.get(str(kind), str(kind))


def route(kind: str) -> str:
    known = {
        "rest": _("запрос к дневнику"),
        "import-service": _("служба импорта"),
        "file": _("файл для загрузки администратором"),
        "person": _("список дел человеку"),
        "none": _("нет пути"),
    }
    return known.get(str(kind), str(kind))


def conflict(kind: str) -> str:
    known = {
        "both_changed": _("изменено с обеих сторон"),
        "diary_edited": _("изменено в дневнике вручную"),
        "ambiguous_match": _("подходят несколько человек"),
        "possible_match": _("похож на человека в дневнике"),
        "vanished_remote": _("исчезло из дневника"),
        "no_route": _("дневник этого не принимает"),
        "in_doubt": _("прежняя запись ещё не подтверждена"),
        "marks_present": _("на уроке уже есть отметки или пропуски"),
    }
    return known.get(str(kind), str(kind))
