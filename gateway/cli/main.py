"""`sverka`: builds the command line in the language asked for, runs it, and turns every error into words and a code."""

from __future__ import annotations

import gc
import logging
import os
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway import i18n, log
from gateway.cli import present
from gateway.cli.crash import crash
from gateway.errors import SverkaError
from gateway.i18n import _
from gateway.settings import DEFAULT_NAME

if TYPE_CHECKING:
    from gateway.office import Office


COLLECT_AFTER = (100_000, 50, 100)
"""A plan holds a hundred thousand small values that live as long as the command: looking through them for garbage as
often as Python does by default cost 13 % of the main job's processor time (measured on the demo school)."""


@dataclass
class Session:
    """What the words before the command said: which settings."""

    config: Path = Path(DEFAULT_NAME)
    _opened: list[Office] = field(default_factory=list)

    def office(self) -> Office:
        """The school's office, open until the command ends."""
        from gateway.bootstrap import open_office  # a help page must not wait for polars

        self._opened.append(open_office(self.config))
        return self._opened[-1]

    def close(self) -> None:
        """Nothing of the school's memory is held any more."""
        while self._opened:
            self._opened.pop().store.close()


def build() -> typer.Typer:
    """The whole command line. Help texts are drawn here, after the language is known."""
    from gateway.cli import (
        auth,
        check,
        consents,
        control,
        export,
        match,
        modes,
        orders,
        push,
        register,
        sample,
        sandbox,
        school,
        sources,
        subgroups,
    )

    app = typer.Typer(
        name="sverka",
        help=_(
            "Сверка: передаёт данные школы в электронный дневник, забирает отметки и доказывает, "
            "что электронный журнал равен бумажному. Отметок не пишет никогда."
        ),
        no_args_is_help=True,
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    def root(
        context: typer.Context,
        config: Annotated[
            Path, typer.Option("--config", "-c", envvar="SVERKA_CONFIG", help=_("Файл настроек школы"))
        ] = Path(DEFAULT_NAME),
        lang: Annotated[str, typer.Option(help=_("Язык сообщений: ru или en"), envvar="SVERKA_LANG")] = "ru",
        log_level: Annotated[
            str, typer.Option(help=_("Подробность журнала программы: debug, info, warning, error"))
        ] = "warning",
        version: Annotated[bool, typer.Option("--version", help=_("Версия программы"), is_eager=True)] = False,
    ) -> None:
        if lang not in i18n.LANGUAGES:  # already in use: the help texts were drawn with it
            raise typer.BadParameter(_("нет такого языка: {lang}").format(lang=lang))
        if version:
            present.say(f"sverka {metadata.version('sverka')}")
            raise typer.Exit
        if log_level.upper() not in logging.getLevelNamesMapping():
            raise typer.BadParameter(_("нет такой подробности: {level}").format(level=log_level))
        log.configure(log_level)
        context.obj = Session(config=config)
        context.call_on_close(context.obj.close)

    app.callback()(root)
    for module in (
        school,
        auth,
        sources,
        orders,
        consents,
        subgroups,
        match,
        push,
        check,
        register,
        control,
        sample,
        modes,
        export,
        sandbox,
    ):
        module.add_to(app)
    _arrange(app)
    return app


def _arrange(app: typer.Typer) -> None:
    """The commands stand in panels by what they are for, the day's work first; a command in no panel is an error."""
    panels = {
        _("Передать, забрать, сверить"): ("run", "import", "plan", "approve", "apply", "pull", "reconcile"),
        _("Контроль журнала"): (
            "findings", "decide", "slips", "report", "protocol", "register", "paper", "sample", "modes",
        ),
        _("Данные школы"): ("source", "match", "orders", "consents", "subgroups", "export"),
        _("Программа"): ("init", "auth", "doctor", "log", "upgrade", "demo", "sandbox"),
    }  # fmt: skip
    order = [(name, panel) for panel, names in panels.items() for name in names]
    places = {name: place for place, (name, _panel) in enumerate(order)}
    infos: list[Any] = [*app.registered_commands, *app.registered_groups]
    for one in infos:
        one.rich_help_panel = order[places[one.name]][1]
    app.registered_commands.sort(key=lambda one: places[str(one.name)])
    app.registered_groups.sort(key=lambda one: places[str(one.name)])


def run(arguments: list[str] | None = None) -> None:
    """The entry point: exits with the code of the design's table (0, 1, 2, 3, 4, 5, 6, 75, 78)."""
    words = sys.argv[1:] if arguments is None else arguments
    gc.set_threshold(*COLLECT_AFTER)
    i18n.use(i18n.wanted(words))
    try:
        build()(words, standalone_mode=True)
    except SverkaError as error:
        present.failure(error, as_object="--json" in words)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # `sverka findings | head`: the reader went away, nothing is wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        present.talk(_("Прервано. Сделанное сохранено; запустите команду ещё раз."))
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - a bug of ours: its text may hold anything, so only the place is told
        crash(error)
        sys.exit(1)


if __name__ == "__main__":
    run()
