"""The names of records, actions, routes, conflicts and findings as a person reads them, in the language in use."""

from __future__ import annotations

from gateway.i18n import _


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


def action(kind: str) -> str:
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
        "vanished_remote": _("исчезло из дневника"),
        "no_route": _("дневник этого не принимает"),
        "in_doubt": _("прежняя запись ещё не подтверждена"),
        "marks_present": _("на уроке уже есть отметки или пропуски"),
    }
    return known.get(str(kind), str(kind))


def finding(code: str) -> str:
    known = {
        "MARK_DIFF": _("отметки разные"),
        "MARK_ONLY_PAPER": _("отметка только на бумаге"),
        "MARK_ONLY_DIARY": _("отметка только в ЭЖ"),
        "ABSENCE_DIFF": _("пропуск отмечен на одной стороне"),
        "ABSENCE_REASON_DIFF": _("причина пропуска разная"),
        "DATE_ONLY_PAPER": _("урок только на бумаге"),
        "DATE_ONLY_DIARY": _("урок только в ЭЖ"),
        "TOPIC_DIFF": _("темы разные"),
        "HOMEWORK_DIFF": _("домашние задания разные"),
        "FINAL_DIFF": _("итоговые отметки разные"),
        "ROSTER_DIFF": _("ученик только в одном списке"),
        "MARK_ON_ABSENT": _("отметка у отсутствующего"),
        "ILLEGAL_SYMBOL": _("недопустимый знак"),
        "GRADE1_MARK": _("отметка в первом классе"),
        "NO_CONSENT_IN_DIARY": _("в ЭЖ есть ученик без согласия"),
    }
    return known.get(code, code)
