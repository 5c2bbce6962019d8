"""The tables schools hand over, by their headers (formats.md §4)."""

from __future__ import annotations

from connectors.sources.wire import Layout

PUPILS = Layout(
    "pupils-29",
    ("Фамилия ученика", "Имя ученика", "Номер личного дела", "Класс"),
    (
        "Отчество ученика",
        "Пол ученика",
        "Дата рождения ученика",
        "Дата приема в школу",
        "Дата зачисления/перевода",
        "Номер приказа",
        "Дата приказа",
        "Фамилия Родителя 1",
        "Имя Родителя 1",
        "Отчество Родителя 1",
        "Пол Родителя 1",
        "Дата рождения Родителя 1",
        "Степень родства",
        "Телефон домашний",
        "Телефон мобильный",
        "E-mail Родителя 1",
        "Фамилия Родителя 2",
        "Имя Родителя 2",
        "Отчество Родителя 2",
        "Пол Родителя 2",
        "Дата рождения Родителя 2",
        "Степень родства Родителя 2",
        "Телефон домашний Родителя 2",
        "Телефон мобильный Родителя 2",
        "E-mail Родителя 2",
    ),
    extra=("СНИЛС ученика", "Дата выбытия"),
)
STAFF = Layout(
    "staff-sheet",
    ("ФИО педагога",),
    (
        *("Классный руководитель", "Предмет", "Класс", "Должность", "Дата рождения", "СНИЛС", "Пол", "E-mail"),
        *("Номер приказа", "Дата приказа"),
    ),
)
SUBGROUPS = Layout(
    "subgroups-sheet",
    ("Класс", "Фамилия", "Имя", "Деление", "Подгруппа"),
    ("Отчество", "№ личного дела"),
)
CONSENTS = Layout(
    "consents-sheet",
    ("Кто", "Фамилия", "Имя", "Вид согласия", "Дата согласия"),
    ("Отчество", "Дата рождения", "№ личного дела", "Дата отзыва", "Папка"),
)
SUBSTITUTIONS = Layout(
    "substitutions-sheet",
    ("Дата", "№ урока", "Класс", "Отсутствует", "Замещает"),
    ("Подгруппа", "Предмет", "Причина"),
)
ORDERS = Layout(
    "orders-sheet",
    ("№", "Дата", "Вид", "Кто"),
    ("Фамилия", "Имя", "Отчество", "№ личного дела", "Класс", "Действует с"),
)
LAYOUTS = (PUPILS, STAFF, SUBGROUPS, CONSENTS, SUBSTITUTIONS, ORDERS)

EXPECTED = {
    PUPILS: PUPILS.headers,
    STAFF: ("ФИО педагога", "Классный руководитель", "Предмет", "Класс"),
    SUBGROUPS: SUBGROUPS.headers,
    CONSENTS: CONSENTS.headers,
    SUBSTITUTIONS: SUBSTITUTIONS.headers,
    ORDERS: ORDERS.headers,
}
"""Columns whose absence is worth a remark; the others a school may well not keep."""
