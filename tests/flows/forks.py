"""Commands of Sverka as processes of their own that begin at once: forked from one that has imported everything.

Run as a script it reads commands from its standard input, one JSON list a line; the next line kills the command, unless
it has ended by then, and is answered by how it ended (negative: by that signal).
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
IMPORTED = ("gateway.bootstrap", "gateway.cli.main", "gateway.jobs.run", "gateway.reports.protocol_pdf", "zeep")


class Forks:
    """One command at a time."""

    def __init__(self, process: subprocess.Popen[str], talk: Path) -> None:
        self._process = process
        self._talk = talk

    def start(self, *words: object) -> None:
        """`sverka …` runs."""
        _over(self._talk).unlink(missing_ok=True)
        self._talk.write_text("")
        self._tell(json.dumps([str(word) for word in words]))

    @property
    def over(self) -> bool:
        """The command has ended by itself."""
        return _over(self._talk).exists()

    def kill(self) -> tuple[int, str]:
        """SIGKILL now. How the command ended: its exit code or minus the signal, and all that it had said."""
        self._tell("kill")
        assert self._process.stdout
        return int(self._process.stdout.readline()), self._talk.read_text()

    def _tell(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()


def _over(talk: Path) -> Path:
    return talk.with_suffix(".over")


@contextmanager
def forks(folder: Path) -> Iterator[Forks]:
    """A process that is ready to become any command; what the commands say goes to a file in `folder`.

    It begins with a line of its own, when everything is imported.
    """
    talk = folder / "said.txt"
    command = [sys.executable, __file__, str(talk)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            process.stdout.readline()
            yield Forks(process, talk)
        finally:
            assert process.stdin
            process.stdin.close()


def _become(words: list[str], talk: Path) -> None:
    """The child: from here on it is the command."""
    said = os.open(talk, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(said, stream)
    code: object = 70
    try:
        importlib.import_module("gateway.cli.main").run(words)
    except SystemExit as end:
        code = end.code or 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        _over(talk).touch()
        os._exit(int(str(code)))


def main() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    print("ready", flush=True)  # noqa: T201 - the line says so
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            _become(json.loads(line), Path(sys.argv[1]))
        sys.stdin.readline()
        os.kill(child, signal.SIGKILL)  # the number is still the child's: nobody has waited for it
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 - the line is the answer


if __name__ == "__main__":
    main()
