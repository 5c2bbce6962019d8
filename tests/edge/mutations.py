"""Files spoilt as the world spoils them, and the law every reader owes: an answer, soon, in little memory, in full.

`mutated` draws damaged copies of a real-looking file; `examine` reads one under limits and checks what is true of
every reading. A thousand cases in CI, fifty thousand with SVERKA_FULL; SVERKA_FUZZ multiplies them once more.
"""

from __future__ import annotations

import gc
import gzip
import io
import os
import re
import resource
import signal
import sys
import time
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.sync.reading import read_file
from mappings.problems import problem_text
from state.local import part_from_plain, part_to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gateway.sync.readers.values import Reading

SECONDS = 2.0
"""Of processor time: a busy machine is not the reader's fault."""
MEGABYTES = 500
_PIECES = re.compile(rb"[^\n;,<>\t|{}]*[\n;,<>\t|{}]?")
"""What a text falls into: damage at these seams is more often still a file."""
_TOKENS = (
    b"",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b'"',
    b"'",
    b";",
    b",",
    b"\t",
    b"\r\n",
    b"\r",
    b"<",
    b">",
    b"/>",
    b"&amp;",
    b"&#0;",
    b"&x;",
    b"]]>",
    b"<!--",
    b"<!DOCTYPE a>",
    b"0",
    b"-1",
    b"1e999",
    b"9" * 25,
    b"=1+1",
    b"../../x",
    "ё".encode(),
    "ё".encode("cp1251"),
    "\u202e".encode(),
    b"A" * 4000,
    b";" * 300,
)


def bare_tree(data: bytes, encoding: str | None) -> etree._Element:
    """The tree by lxml alone; UTF-8 where the file names an encoding that does not exist."""
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, encoding=encoding))
    except etree.XMLSyntaxError as error:
        if "encoding" not in str(error):
            raise
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, encoding="utf-8"))


def cases(usual: int = 1000) -> int:
    """How many damaged files one test tries: `usual`, and as the environment multiplies it."""
    whole = 50 if os.environ.get("SVERKA_FULL") else 1
    return max(1, round(usual * whole * float(os.environ.get("SVERKA_FUZZ", "1"))))


def hunting(usual: int = 1000) -> settings:
    """The settings of a test that damages files: decorate it above `@given`."""
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=cases(usual), deadline=None, suppress_health_check=quiet)


# --- damage ----------------------------------------------------------------------------------------------------------


def mutated(whole: bytes) -> st.SearchStrategy[bytes]:
    """`whole` with one to four wounds; of a zip or gzip file mostly inside, and packed again."""
    if whole.startswith(b"PK\x03\x04"):
        return st.one_of(_repacked(whole), _repacked(whole), _wounded(whole))
    if whole.startswith(b"\x1f\x8b"):
        inside = _wounded(gzip.decompress(whole)).map(lambda data: gzip.compress(data, 1, mtime=0))
        return st.one_of(inside, inside, _wounded(whole))
    return _wounded(whole)


@st.composite
def _wounded(draw: st.DrawFn, whole: bytes) -> bytes:
    data = whole
    for _ in range(draw(st.integers(1, 4))):
        wound = draw(st.sampled_from(_WOUNDS))
        data = wound(draw, data)
    return data


@st.composite
def _repacked(draw: st.DrawFn, whole: bytes) -> bytes:
    """One part wounded, left out, or doubled; the archive itself is in order."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source:
        parts = [(name, source.read(name)) for name in source.namelist()]
    index = draw(st.integers(0, len(parts) - 1))
    name, data = parts[index]
    match draw(st.sampled_from(["wound", "wound", "wound", "wound", "drop", "rename", "empty"])):
        case "drop":
            del parts[index]
        case "rename":
            parts[index] = (f"../{name}", data)
        case "empty":
            parts[index] = (name, b"")
        case _:
            parts[index] = (name, draw(_wounded(data)))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, data in parts:
            packed.writestr(name, data)
    return target.getvalue()


def _span(draw: st.DrawFn, size: int, longest: int) -> tuple[int, int]:
    start = draw(st.integers(0, max(size - 1, 0)))
    return start, min(size, start + draw(st.integers(1, longest)))


def _flip(draw: st.DrawFn, data: bytes) -> bytes:
    start, stop = _span(draw, len(data), 1)
    return data[:start] + bytes(byte ^ (1 << draw(st.integers(0, 7))) for byte in data[start:stop]) + data[stop:]


def _cut(draw: st.DrawFn, data: bytes) -> bytes:
    start, stop = _span(draw, len(data), 64)
    return data[:start] + data[stop:]


def _shorten(draw: st.DrawFn, data: bytes) -> bytes:
    return data[: draw(st.integers(0, len(data)))]


def _insert(draw: st.DrawFn, data: bytes) -> bytes:
    start = draw(st.integers(0, len(data)))
    return data[:start] + draw(st.sampled_from(_TOKENS) | st.binary(max_size=8)) + data[start:]


def _double(draw: st.DrawFn, data: bytes) -> bytes:
    start, stop = _span(draw, len(data), 512)
    return data[:stop] + data[start:stop] * draw(st.integers(1, 3)) + data[stop:]


def _exchange(draw: st.DrawFn, data: bytes) -> bytes:
    one, other, third, fourth = sorted(draw(st.integers(0, len(data))) for _ in range(4))
    return data[:one] + data[third:fourth] + data[other:third] + data[one:other] + data[fourth:]


def _piece(draw: st.DrawFn, data: bytes) -> bytes:
    """A whole piece of text lost, doubled, replaced, or put elsewhere."""
    pieces = _PIECES.findall(data)
    index, other = (draw(st.integers(0, len(pieces) - 1)) for _ in range(2))
    match draw(st.sampled_from(["lose", "double", "replace", "exchange"])):
        case "lose":
            del pieces[index]
        case "double":
            pieces.insert(other, pieces[index])
        case "replace":
            pieces[index] = draw(st.sampled_from(_TOKENS)) + pieces[index][-1:]
        case _:
            pieces[index], pieces[other] = pieces[other], pieces[index]
    return b"".join(pieces)


_WOUNDS: tuple[Callable[[st.DrawFn, bytes], bytes], ...] = (
    _piece,
    _piece,
    _piece,
    _flip,
    _cut,
    _shorten,
    _insert,
    _double,
    _exchange,
)


# --- what every reading owes -----------------------------------------------------------------------------------------


def examine(path: Path) -> Reading:
    """The reading of the file or folder, after the law: no exception, no hang, little memory, and a whole answer.

    A refused file gives no part and no figure; every problem has words for a clerk and a place in this file; every
    part survives being stored.
    """
    with limited():
        reading = read_file(path)
    for problem in reading.problems:
        assert problem_text(problem.code).sentence, problem.code
        assert problem.where.startswith(path.name), (problem.code, problem.where)
        assert "\x00" not in problem.raw + problem.where, problem
    for part in reading.parts:
        assert part_from_plain(part_to_plain(part)) == part
        assert not (part.complete and any(problem.blocks for problem in part.problems)), part.complete
    if reading.refusal:
        assert reading.parts == ()
        assert not any(reading.counts.values())
    return reading


@contextmanager
def limited() -> Iterator[None]:
    """Fails what takes more than 2 s of processor time or more than 500 MB on top of what was held before.

    Without the garbage collector: after some ten thousand cases it walks the hunter's memory for seconds.
    """

    def too_long(*_: Any) -> None:
        raise AssertionError(f"still busy after {SECONDS} s")

    before, started = _peak(), time.process_time()
    usual = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS * 2)
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, usual)
    assert time.process_time() - started < SECONDS
    assert _peak() - before < MEGABYTES


def _peak() -> float:
    """The most memory this process ever held, in megabytes."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
