"""The settings of one school: one TOML file, unknown keys refused, secrets only by reference.

A secret is never written into the file: `env:NAME` reads an environment variable, `file:/path` a file, and `cred:NAME`
a file of `$CREDENTIALS_DIRECTORY` (systemd credentials). The token may also be `store:NAME`: what `sverka auth login`
keeps (gateway/auth/vault.py).
"""

from __future__ import annotations

import os
import re
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.errors import SettingsError
from gateway.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_NAME = "sverka.toml"
STORE = "store"
_PLACES = frozenset({"env", "file", "cred"})


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _secret_reference(text: str) -> str:
    if text.partition(":")[0] not in _PLACES or not text.partition(":")[2]:
        raise ValueError(_("секрет задаётся ссылкой env:ИМЯ, file:/путь или cred:ИМЯ, а не самим значением"))
    return text


def _token_reference(text: str) -> str:
    kind, _colon, name = text.partition(":")
    if not name or kind not in {*_PLACES, STORE}:
        raise ValueError(_("токен задаётся ссылкой env:ИМЯ, file:/путь, cred:ИМЯ или store:ИМЯ, а не самим значением"))
    if kind == STORE and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise ValueError(_("store:ИМЯ: имя из строчных латинских букв, цифр и дефиса, пример: store:diary"))
    return text


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(_("нет такого часового пояса, пример: Europe/Moscow")) from error
    return name


SecretRef = Annotated[str, AfterValidator(_secret_reference)]
TokenRef = Annotated[str, AfterValidator(_token_reference)]


class SchoolSection(_Section):
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    """Short Latin name of the school, part of every GUID: never change it after the first push."""
    name: str
    timezone: Annotated[str, AfterValidator(_time_zone)] = "Europe/Moscow"
    year: int
    """2026 means the school year 2026/27."""


class DiarySection(_Section):
    profile: Literal["dnevnik-rest", "dnevnik-import-service", "kundelik"] = "dnevnik-import-service"
    base_url: str
    """Ends in /v2.0 (or /v2)."""
    token: TokenRef
    school_id: str
    school_guid: str = ""
    rate: float | None = None
    """Requests per second the diary allows; unset: learned."""


class SignInSection(_Section):
    """Our application at the diary, for `sverka auth login` and for renewing what it kept."""

    client_id: SecretRef
    client_secret: SecretRef
    page: str = ""
    """Where a person signs in; unset: the known page of that diary."""
    scopes: tuple[str, ...] = ()
    """Unset: what a synchronisation needs."""
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Of `http://127.0.0.1:port/`, where the browser comes back; unset: any free one."""


class StateSection(_Section):
    url: str = "sqlite:///state/sverka.db"


class PeriodSection(_Section):
    number: int
    name: str
    starts: date
    ends: date


class HolidaySection(_Section):
    starts: date
    ends: date
    name: str = ""


class CalendarSection(_Section):
    kind: Literal["quarter", "trimester", "half_year", "year"] = "quarter"
    periods: tuple[PeriodSection, ...]
    holidays: tuple[HolidaySection, ...] = ()
    week_a: date | None = None
    """A Monday of the first week of the timetable's cycle; unset: the Monday on or before the first period's start."""

    @model_validator(mode="after")
    def _in_order(self) -> CalendarSection:
        if not self.periods:
            raise ValueError(_("нужен хотя бы один учебный период"))
        for earlier, later in zip(self.periods, self.periods[1:], strict=False):
            if not earlier.starts <= earlier.ends < later.starts <= later.ends:
                told = _("периоды «{earlier}» и «{later}» идут не по порядку")
                raise ValueError(told.format(earlier=earlier.name, later=later.name))
        return self

    @property
    def first_monday(self) -> date:
        start = self.week_a or self.periods[0].starts
        return start - timedelta(days=start.weekday())


class ShiftSection(_Section):
    name: str
    first: int
    last: int


class FilesSection(_Section):
    """What `sverka run` takes in, relative to the settings file; patterns allowed."""

    sources: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    tables: tuple[str, ...] = ("tables/*.toml",)
    """Column maps for files of the school's own layouts (`sverka source map` writes them)."""
    reports: str = "reports"

    def table_files(self, folder: Path) -> list[Path]:
        """The column maps of a school whose settings lie in that folder, sorted by name."""
        return sorted({path for pattern in self.tables for path in folder.glob(pattern) if path.is_file()})


class SafetySection(_Section):
    persons_percent: float = 10
    lessons_percent: float = 25
    floor: int = 3
    grace_seconds: float = 2
    """How long a write whose answer was lost may still take effect before we read it back."""


class OrdersSection(_Section):
    """Whose changes wait for an order's number and date (R088)."""

    required: tuple[Literal["pupil", "membership", "staff"], ...] = ("pupil", "membership")
    """`pupil`, `staff`: new people; `membership`: joining, changing and leaving a form. An empty list asks for none."""


class SubgroupsSection(_Section):
    agreement: Literal["workbook", "always"] = "workbook"
    """Which lists of subgroups wait for the form teacher's and the subject teachers' agreement (R090): the workbook of
    `sverka subgroups template`, or also the sheet with a row per pupil, for which else whoever imports it vouches."""


class OutageSection(_Section):
    """Days on which the diary could not be reached, declared: what fell due then is not late (§F)."""

    starts: date
    ends: date
    why: str


class JournalSection(_Section):
    rules: str = ""
    """A TOML table of the school's own figures, each section with its `basis` (R043); unset: the product's."""
    outages: tuple[OutageSection, ...] = ()


class Settings(_Section):
    school: SchoolSection
    diary: DiarySection
    calendar: CalendarSection
    state: StateSection = StateSection()
    shifts: tuple[ShiftSection, ...] = ()
    files: FilesSection = FilesSection()
    safety: SafetySection = SafetySection()
    orders: OrdersSection = OrdersSection()
    subgroups: SubgroupsSection = SubgroupsSection()
    journal: JournalSection = JournalSection()
    sign_in: SignInSection | None = None

    folder: Path = Field(default=Path(), exclude=True)
    """Where the TOML lies: relative paths start here. Not a key of the file."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.school.timezone)

    @property
    def state_url(self) -> str:
        """The database URL, a relative SQLite path resolved against the settings file."""
        prefix = "sqlite:///"
        path = self.state.url.removeprefix(prefix)
        if not self.state.url.startswith(prefix) or Path(path).is_absolute():
            return self.state.url
        return prefix + str((self.folder / path).resolve())

    @property
    def stored_token(self) -> str:
        """The name under which the sign-in is kept, blank where the token comes from elsewhere."""
        kind, _colon, name = self.diary.token.partition(":")
        return name if kind == STORE else ""

    @property
    def table_files(self) -> list[Path]:
        """The column maps, sorted by name."""
        return self.files.table_files(self.folder)

    def path(self, relative: str) -> Path:
        return self.folder / relative


def load(path: Path) -> Settings:
    """The settings of one school. Raises SettingsError naming the file and the key."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(_("Нет файла настроек {path}").format(path=path), _("Создайте его: sverka init")) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            _("{path}: это не TOML: {error}").format(path=path, error=error), _("Исправьте строку, названную выше")
        ) from error
    if "folder" in plain:
        raise SettingsError(_("{path}: неизвестный ключ folder").format(path=path), _("Уберите его"))
    try:
        return Settings.model_validate({**plain, "folder": path.resolve().parent})
    except ValidationError as error:
        raise SettingsError(f"{path}: {explained(error)}", _("Исправьте файл настроек и повторите")) from error


def explained(error: ValidationError) -> str:
    """Each wrong key with what is wrong; a kind of mistake we have no words for keeps pydantic's."""
    lines = []
    for item in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in item["loc"])
        kind, context = item["type"], item.get("ctx", {})
        words = _mistakes(context)
        lines.append(f"{place}: {words.get(kind) or words.get(kind.partition('_')[0]) or item['msg']}")
    return "; ".join(lines)


def _mistakes(context: Mapping[str, Any]) -> Mapping[str, str]:
    """Words for pydantic's types of mistakes, or for the first word of such a type (`int_parsing`, `int_type` …)."""
    return {
        "extra_forbidden": _("неизвестный ключ"),
        "missing": _("не задано"),
        "literal_error": _("должно быть одно из: {expected}").format(expected=_listed(context)),
        "string_pattern_mismatch": _("не подходит под образец {pattern}").format(pattern=context.get("pattern")),
        "string": _("нужен текст в кавычках"),
        "int": _("нужно целое число"),
        "float": _("нужно число"),
        "date": _("нужна дата без кавычек, пример: 2026-09-01"),
        "value_error": str(context.get("error", "")),
    }


def _listed(context: Mapping[str, Any]) -> str:
    """`'a', 'b' or 'c'` in a form that suits every language."""
    return str(context.get("expected", "")).replace(" or ", ", ")


def secret(reference: str, folder: Path) -> str:
    """The secret a reference names. Raises SettingsError without ever showing a value."""
    kind, _colon, name = reference.partition(":")
    try:
        if kind == "env":
            return os.environ[name].strip()
        base = Path(os.environ["CREDENTIALS_DIRECTORY"]) if kind == "cred" else folder
        return (base / name).read_text(encoding="utf-8").strip()
    except (KeyError, OSError) as error:
        raise SettingsError(
            _("Секрет {reference} не найден").format(reference=reference),
            _("Задайте переменную окружения или файл, на который указывает ссылка"),
        ) from error
