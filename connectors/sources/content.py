"""Files into memory, safely: a size limit before anything is read, and another one for what is packed inside."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from typing import TYPE_CHECKING

from connectors.sources.wire import Content, UnreadableFile

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILE = 64 * 2**20
MAX_UNPACKED = 128 * 2**20
"""The largest real timetable is 2 MB unpacked, the largest register 1 MB: these are bombs' limits, not schools'."""
_CHUNK = 2**16
_GZIP = b"\x1f\x8b"


def load(path: Path) -> Content:
    """The file's bytes and their SHA-256. Raises UnreadableFile (NO_FILE, TOO_LARGE)."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise UnreadableFile("файл не открывается", path.name, code="NO_FILE") from error
    if len(data) > MAX_FILE:
        raise UnreadableFile(f"файл больше {MAX_FILE // 2**20} МБ", path.name, code="TOO_LARGE")
    return Content(name=path.name, data=data, sha256=hashlib.sha256(data).hexdigest())


def unpacked(content: Content) -> bytes:
    """The bytes themselves, or what a gzip file holds. Raises UnreadableFile (GZIP_BOMB, GZIP_BROKEN)."""
    if not content.data.startswith(_GZIP):
        return content.data
    parts = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content.data)) as stream:
            while chunk := stream.read(_CHUNK):
                parts += chunk
                if len(parts) > MAX_UNPACKED:
                    raise UnreadableFile("распакованный файл слишком велик", content.name, code="GZIP_BOMB")
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile("архив gzip повреждён", content.name, code="GZIP_BROKEN") from error
    return bytes(parts)
