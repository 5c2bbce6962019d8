"""A school's folder, made ready: the settings file and an empty database."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from connectors.faults import Fault
from connectors.sandbox.control_client import SandboxControl
from gateway import settings
from gateway.auth.private import write_private
from gateway.clock import SystemClock
from gateway.errors import SettingsError
from gateway.i18n import _
from state.identity import SourcedId, guid
from state.store import migrate

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What `init` must know of a school."""

    key: str
    name: str
    year: int
    profile: str
    base_url: str
    token: str
    """A secret reference, never the token."""
    school_id: str
    timezone: str = "Europe/Moscow"
    school_guid: str = ""
    client_id: str = ""
    """Secret references to our application at the diary; blank: the settings show how to write them."""
    client_secret: str = ""


_TEMPLATE = """\
# {about}

[school]
key = {key}            # {key_says}
name = {name}
timezone = {timezone}
year = {year}          # {year_says}

[diary]
profile = {profile}    # dnevnik-import-service | dnevnik-rest | kundelik
base_url = {base_url}
token = {token}        # {token_says}
school_id = {school_id}
school_guid = {school_guid}

{sign_in}
[state]
url = "sqlite:///state/sverka.db"    # postgresql+psycopg://…

[calendar]
kind = "quarter"
{periods}
# {shifts_say}
[[shifts]]
name = "1 смена"
first = 1
last = 7

[[shifts]]
name = "2 смена"
first = 8
last = 13

[files]
sources = ["files/*.xlsx", "files/*.xml", "files/*.xml.gz"]    # {sources_say}
papers = ["papers/*.xlsx", "papers/*.csv"]                     # {papers_say}
reports = "reports"

[safety]
persons_percent = 10     # {safety_says}
lessons_percent = 25
floor = 3

# {orders_say}
[orders]
required = ["pupil", "membership"]    # {orders_kinds}

[subgroups]
agreement = "workbook"    # {subgroups_say}
"""


_SIGN_IN = """\
[sign_in]              # {says}
client_id = {client_id}
client_secret = {client_secret}
"""


def _comments(year: int) -> dict[str, str]:
    """What the settings file says about itself."""
    return {
        "about": _(
            "Настройки Сверки для одной школы. Неизвестные ключи не принимаются: опечатка не пройдёт незамеченной."
        ),
        "key_says": _("короткое имя латиницей; входит в каждый GUID, после первой отправки не менять"),
        "year_says": _("учебный год {year}/{next_year}").format(year=year, next_year=f"{(year + 1) % 100:02d}"),
        "token_says": _("ссылка на секрет: env:ИМЯ, file:/путь, cred:ИМЯ, или store:ИМЯ: что хранит sverka auth login"),
        "shifts_say": _(
            "[[shifts]] делит номера уроков между сменами: класс получает звонки той смены, в которую укладывается"
            " целиком"
        ),
        "sources_say": _("что забирает `sverka run`"),
        "papers_say": _("перенесённые бумажные страницы"),
        "orders_say": _("без номера и даты приказа изменение состава не уходит в дневник, а ждёт: sverka orders"),
        "orders_kinds": _(
            "pupil: новые ученики; membership: зачисление, перевод, выбытие; можно добавить staff; []: не ждать"
        ),
        "subgroups_say": _(
            "workbook: согласования ждёт книга sverka subgroups template; always: и лист со строкой на ученика"
        ),
        "safety_says": _("больше такой доли изменений по людям и классам: план ждёт решения человека"),
    }


def quarters(year: int) -> tuple[list[tuple[str, date, date]], list[tuple[str, date, date]]]:
    """The usual quarters and holidays of a Russian school year; each school corrects them in its settings."""
    periods = [
        ("1 четверть", date(year, 9, 1), date(year, 10, 25)),
        ("2 четверть", date(year, 11, 4), date(year, 12, 30)),
        ("3 четверть", date(year + 1, 1, 11), date(year + 1, 3, 21)),
        ("4 четверть", date(year + 1, 3, 30), date(year + 1, 5, 26)),
    ]
    holidays = [
        ("Осенние каникулы", date(year, 10, 26), date(year, 11, 3)),
        ("Зимние каникулы", date(year, 12, 31), date(year + 1, 1, 10)),
        ("День защитника Отечества", date(year + 1, 2, 23), date(year + 1, 2, 23)),
        ("Весенние каникулы", date(year + 1, 3, 22), date(year + 1, 3, 29)),
        ("Праздник Весны и Труда", date(year + 1, 5, 1), date(year + 1, 5, 1)),
    ]
    return periods, holidays


def settings_text(answers: Answers) -> str:
    """The TOML of a school, ready to be read back by `settings.load`."""
    periods, holidays = quarters(answers.year)
    lines = []
    for number, (name, starts, ends) in enumerate(periods, start=1):
        lines.append(f'[[calendar.periods]]\nnumber = {number}\nname = "{name}"\nstarts = {starts}\nends = {ends}\n')
    for name, starts, ends in holidays:
        lines.append(f'[[calendar.holidays]]\nname = "{name}"\nstarts = {starts}\nends = {ends}\n')
    quoted = {
        field: json.dumps(getattr(answers, field), ensure_ascii=False)
        for field in ("key", "name", "timezone", "profile", "base_url", "token", "school_id", "school_guid")
    }
    told = {**quoted, **_comments(answers.year), "sign_in": _sign_in(answers)}
    return _TEMPLATE.format(year=answers.year, periods="\n".join(lines), **told)


def _sign_in(answers: Answers) -> str:
    """The section of our application; only shown, behind `#`, where there is none yet."""
    text = _SIGN_IN.format(
        says=_("приложение в дневнике, от имени которого входит sverka auth login; тоже ссылки"),
        client_id=json.dumps(answers.client_id or "file:client-id", ensure_ascii=False),
        client_secret=json.dumps(answers.client_secret or "file:client-secret", ensure_ascii=False),
    )
    return text if answers.client_id else "".join(f"# {line}\n" for line in text.splitlines())


def init_school(folder: Path, answers: Answers) -> Path:
    """Writes `sverka.toml` and an empty database into `folder`. Raises SettingsError rather than overwrite anything."""
    target = folder / settings.DEFAULT_NAME
    if target.exists():
        raise SettingsError(
            _("Файл {path} уже есть").format(path=target), _("Правьте его или выберите другую папку: sverka init ПАПКА")
        )
    for name in ("state", "files", "papers", "reports"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "state").chmod(0o700)  # everybody's names and marks lie in the database
    target.write_text(settings_text(answers), encoding="utf-8")
    try:
        migrate(settings.load(target).state_url)
    except SettingsError:
        target.unlink()
        raise
    return target


def current_school_year() -> int:
    """The school year of today: it turns over in July."""
    today = SystemClock().now().date()
    return today.year if today.month >= 7 else today.year - 1


def join_sandbox(folder: Path, address: str, answers: Answers) -> Answers:
    """The same answers for a running sandbox: it tells its address, school and application, and gets our GUID. What it
    hands out is kept in files of `folder` (0600); its token is not where the answers want to sign in (`store:`)."""
    root = address.rstrip("/")
    school_guid = guid(answers.key, SourcedId("school"))
    try:
        with SandboxControl(root) as control:
            control.set_school(answers.key, answers.name, school_guid)
            info = control.info()
    except Fault as fault:
        raise SettingsError(
            _("Учебный дневник по адресу {address} не отвечает").format(address=root), "sverka sandbox serve"
        ) from fault
    folder.mkdir(parents=True, exist_ok=True)
    given = {"token": info["tokens"]["admin"], "client-id": info["client_id"], "client-secret": info["client_secret"]}
    for name, value in given.items():
        write_private(folder / name, value.encode())
    return replace(
        answers,
        profile="dnevnik-import-service",
        base_url=info["base_url"],
        token=answers.token if answers.token.startswith(f"{settings.STORE}:") else "file:token",
        client_id="file:client-id",
        client_secret="file:client-secret",  # noqa: S106 — a reference, the secret itself is in that file
        school_id=str(info["school_id"]),
        school_guid=school_guid,
    )
