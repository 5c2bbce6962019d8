"""The shape of the code: small modules, nothing at import, locked libraries."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys

from checkout import PRODUCT, ROOMS, TESTS, document, modules

MOST_LINES = 400

IMPORT_ALL = """
import importlib, json, os, pkgutil, sys, threading
deeds, quiet = [], {"r", "rb", "rt", None}
def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        writes = (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) if mode is None else mode not in quiet
        if writes:
            deeds.append([event, str(path)])
    elif event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        deeds.append([event, str(arguments[1:])])
    elif event in {"_thread.start_new_thread", "subprocess.Popen", "os.mkdir", "os.remove", "os.rename", "os.rmdir"}:
        deeds.append([event, str(arguments[0])])
names = []
sys.addaudithook(watch)
for room in sys.argv[1:]:
    package = importlib.import_module(room)
    for found in pkgutil.walk_packages(package.__path__, room + "."):
        importlib.import_module(found.name)
        names.append(found.name)
print(json.dumps({"deeds": deeds, "threads": threading.active_count(), "names": names}))
"""


def test_no_module_is_too_long() -> None:
    """A module of more than 400 lines is refused, in the product and in the tests."""
    files = (*modules(), *TESTS.rglob("*.py"))
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path.name: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_the_top_of_the_gateway_is_empty() -> None:
    """`import gateway` runs nothing."""
    assert (PRODUCT / "gateway" / "__init__.py").read_bytes() == b""


def test_nothing_happens_at_import() -> None:
    """Importing every module writes no file, opens no connection, starts no thread and no process."""
    told = subprocess.run([sys.executable, "-B", "-c", IMPORT_ALL, *ROOMS], capture_output=True, check=True, text=True)
    seen = json.loads(told.stdout)
    assert {"gateway.cli.main", "state.store", "mappings.problems", "connectors.faults"} <= set(seen["names"])
    assert (seen["deeds"], seen["threads"]) == ([], 1)


def test_httpx2_is_not_here() -> None:
    """respx does not intercept it: a test could reach the network through it unseen."""
    assert importlib.util.find_spec("httpx2") is None


def pins(name: str) -> dict[str, str]:
    """What a lock installs: name and version, with the condition where there is one. Every pin holds its hashes."""
    found = {}
    for entry in document(name).read_text(encoding="utf-8").replace("\\\n", "").splitlines():
        requirement, *hashes = entry.split(" --hash=")
        assert hashes, entry
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", given.strip()) for given in hashes), entry
        project, version = requirement.strip().split("==", 1)
        found[project] = version
    return found


def test_locks_name_no_place() -> None:
    """A lock says what to install and never from where."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = document(name).read_text(encoding="utf-8")
        assert not re.search(r"://|--(?:extra-)?index|--find-links|--trusted-host|@", text), name


def test_what_runs_is_what_is_tested() -> None:
    """Both locks pin the same versions of everything needed for running."""
    running, developing = pins("requirements.lock"), pins("requirements-dev.lock")
    assert "httpx2" not in developing
    assert {name: developing.get(name) for name in running} == running


HELP = """
import sys
from gateway.cli.main import build
build()
print([name for name in ("polars", "sqlalchemy", "xlsxwriter", "phonenumbers", "lxml", "httpx") if name in sys.modules])
"""


def test_a_help_page_waits_for_no_library_of_data() -> None:
    """The command line is drawn before any command is run: what only a command needs is imported by it."""
    drawn = subprocess.run([sys.executable, "-c", HELP], cwd=PRODUCT, capture_output=True, text=True, check=True)
    assert drawn.stdout.strip() == "[]"
