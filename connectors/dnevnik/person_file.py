"""The persons workbook: the only way people enter this diary, uploaded by the school's administrator.

Every cell is text: a leading zero, a plus sign or an equals sign stays what it is. The sheet «Люди» is what the diary
reads; «Как загрузить» tells the administrator what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from connectors.dnevnik.wire_out import PersonRow

SHEET = "Люди"
HEADER = (
    *("GUID", "ID в дневнике", "Роль", "Фамилия", "Имя", "Отчество", "Пол", "Дата рождения", "СНИЛС", "Класс"),
    *("Степень родства", "GUID ученика", "Телефон", "E-mail"),
)
_WIDTHS = (38, 16, 12, 18, 16, 20, 6, 14, 16, 8, 16, 38, 18, 26)
_HELP_SHEET = "Как загрузить"
_HELP = (
    "Как загрузить людей в электронный дневник",
    "",
    "1. Не меняйте лист «Люди»: ни порядок столбцов, ни GUID. По GUID дневник узнаёт человека при повторной загрузке.",
    "2. Войдите в дневник как администратор школы, откройте раздел «Люди» и выберите «Импорт».",
    "3. Укажите этот файл и подтвердите загрузку. Повторная загрузка того же файла никого не удваивает.",
    "4. Строка с заполненным «ID в дневнике» — человек уже есть в дневнике, к нему добавится GUID.",
    "   Строка без него — новый человек.",
    "5. Класс учеников здесь не меняется: в классы их запишет Сверка после загрузки.",
    "6. Если дневник отклонил строки, сохраните его сообщение и исправьте данные в исходных файлах, не здесь.",
    "7. После загрузки снова запустите «sverka plan»: Сверка прочитает дневник и продолжит.",
    "",
    "В файле персональные данные. После загрузки удалите его.",
)
_OPTIONS = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}


def write_person_file(rows: Iterable[PersonRow], path: Path) -> int:
    """How many people the workbook at `path` holds; an error may leave a part of it there."""
    count = 0
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        bold, text = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(SHEET)
        for column, (title, width) in enumerate(zip(HEADER, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width, text)
            sheet.write_string(0, column, title, bold)
        sheet.freeze_panes(1, 0)
        for count, row in enumerate(rows, 1):
            _write_row(sheet, count, row)
        _write_help(book, bold)
    return count


def _write_row(sheet: Any, number: int, row: PersonRow) -> None:
    born = row.birth_date.strftime("%d.%m.%Y") if row.birth_date else ""
    cells = (
        *(row.guid, row.person, row.role.value, row.family, row.given, row.patronymic, row.sex, born, row.snils),
        *(row.form, row.kinship, row.pupil_guid, row.phone, row.email),
    )
    for column, value in enumerate(cells):
        if value:
            sheet.write_string(number, column, value)


def _write_help(book: Any, bold: Any) -> None:
    sheet = book.add_worksheet(_HELP_SHEET)
    sheet.set_column(0, 0, 110)
    for number, line in enumerate(_HELP):
        sheet.write_string(number, 0, line, bold if number == 0 else None)
