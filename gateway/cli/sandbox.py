"""`sandbox …` and `demo`: the practice diary, a made-up school for it, and the whole story in one command."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import present, weather
from gateway.cli.options import HERE, Address, AsJson, practice_diary
from gateway.faultmap import in_our_words
from gateway.i18n import _


def serve(
    port: Annotated[int, typer.Option(help=_("Порт; 0 значит любой свободный"))] = 8080,
    seed: Annotated[int, typer.Option(help=_("Зерно: от него зависят номера и привычки учителей"))] = 7,
) -> None:
    from connectors.sandbox.server import serve as start

    present.talk(_("Учебный дневник работает, пока вы не нажмёте Ctrl+C. Подключить школу:"))
    present.talk(_("  sverka init ПАПКА --sandbox {url}").format(url=f"http://127.0.0.1:{port or '…'}"))
    start(port=port, seed=seed)


def files(
    folder: Annotated[Path, typer.Argument(help=_("Куда положить файлы"))],
    seed: Annotated[int, typer.Option(help=_("Зерно"))] = 7,
    pupils: Annotated[int, typer.Option(min=40, max=3000, help=_("Сколько учеников"))] = 1000,
) -> None:
    from connectors.sandbox.school import write_all

    _show(write_all(seed, folder, pupils).all)


def roster(
    timetable: Annotated[Path, typer.Argument(help=_("Файл aSc XML"), exists=True, dir_okay=False)],
    folder: Annotated[Path, typer.Argument(help=_("Куда положить файлы"))],
    seed: Annotated[int, typer.Option(help=_("Зерно"))] = 7,
) -> None:
    from connectors.sandbox.school import roster_for

    with in_our_words():
        made = roster_for(timetable, folder, seed)
    _show(tuple(path for path in made.all if path != timetable))


def _show(paths: tuple[Path, ...]) -> None:
    for path in paths:
        present.say(str(path))
    present.next_command("sverka import " + " ".join(str(path) for path in paths))


def upload(
    workbook: Annotated[Path, typer.Argument(help=_("Файл людей, который сделал apply"), exists=True, dir_okay=False)],
    url: Address = HERE,
    as_json: AsJson = False,
) -> None:
    with practice_diary(url) as control:
        answer = control.upload_persons(workbook.read_bytes())
    if as_json:
        present.as_json({"schema": "sandbox-upload/1", **answer})
        return
    rows = [(_("создано"), answer["created"]), (_("узнано"), answer["bound"]), (_("обновлено"), answer["updated"])]
    present.table("", (_("Люди"), _("Сколько")), rows)
    for item in answer["refused"]:
        present.say(_("Строка {row} не принята: {why}").format(row=item["row"], why=item["why"]))
    present.next_command("sverka plan")


def play(
    starts: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help=_("Первый день"))],
    ends: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help=_("Последний день"))],
    url: Address = HERE,
) -> None:
    with practice_diary(url) as control:
        answer = control.play(starts.date().isoformat(), ends.date().isoformat())
    present.say(
        _("Учителя выставили отметок {marks}, отметили пропусков {absences}").format(
            marks=answer["marks"], absences=answer["absences"]
        )
    )
    present.next_command("sverka pull")


def token(
    role: Annotated[str, typer.Option(help=_("Чей токен: admin, teacher или parent"))] = "admin",
    new: Annotated[bool, typer.Option("--new", help=_("Не готовый, а новый: прежние могли умереть"))] = False,
    url: Address = HERE,
) -> None:
    from connectors.sandbox.scopes import ALL

    with practice_diary(url) as control:
        known = control.info()["tokens"]
        if role not in known:
            raise typer.BadParameter(", ".join(sorted(known)))
        found = control.issue_token(role, ",".join(ALL))["accessToken"] if new else known[role]
    present.say(found)


def demo(
    folder: Annotated[Path, typer.Option(help=_("Где играть: папка создаётся заново"))] = Path("demo"),
    seed: Annotated[int, typer.Option(help=_("Зерно выдуманной школы"))] = 7,
    pupils: Annotated[int, typer.Option(min=200, max=3000, help=_("Сколько учеников"))] = 1000,
    as_json: AsJson = False,
) -> None:
    from gateway.jobs.demo import play_demo

    with in_our_words():
        story = play_demo(folder, present.talk if as_json else present.say, seed=seed, pupils=pupils)
    if as_json:
        present.as_json(story.as_json())
    else:
        present.say()
        if story.whole:
            present.say(
                _("Найдены ровно подложенные расхождения ({count}), ничего лишнего. Журнал аудита цел.").format(
                    count=story.planted.total()
                )
            )
        for cause in story.missed:
            present.say(_("НЕ НАЙДЕНО: {cause}").format(cause=cause))
        for cause in story.invented:
            present.say(_("ЛИШНЕЕ: {cause}").format(cause=cause))
        for path in story.reports:
            present.say(_("Протокол сверки: {path}").format(path=path))
        present.say(_("Прошло {seconds} с").format(seconds=round(story.seconds)))
        present.next_command(f"sverka -c {folder}/sverka.toml findings")
    if not story.whole:
        raise typer.Exit(1)


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help=_("Учебный дневник: для обучения, пробы и проверок"), no_args_is_help=True)
    group.command("serve", help=_("Запустить учебный дневник на этой машине"))(serve)
    group.command("files", help=_("Файлы выдуманной школы"))(files)
    group.command("roster", help=_("Выдуманные люди для настоящего расписания aSc"))(roster)
    group.command("upload", help=_("Загрузить файл людей, как это делает администратор в настоящем дневнике"))(upload)
    group.command("play", help=_("Учителя ведут журнал за эти дни"))(play)
    group.command("token", help=_("Токен роли"))(token)
    weather.add_to(group)
    app.add_typer(group, name="sandbox")
    app.command("demo", help=_("Вся Сверка на выдуманной школе, шаг за шагом"))(demo)
