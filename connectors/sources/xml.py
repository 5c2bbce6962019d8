"""Hostile or broken XML is refused; the rest is a tree with line numbers.

Entities in attributes are expanded by the parser whatever its options say, so a DOCTYPE is refused before parsing.
One may stand: the bare name that old versions of FET write, which declares nothing; the parser never sees it.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from lxml import etree

from connectors.sources.wire import UnreadableFile

if TYPE_CHECKING:
    from lxml.etree import _Element

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)["']""")
_OURS = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_BARE = re.compile(rb"((?:\xef\xbb\xbf)?\s*(?:<\?xml[^<>]*>\s*)?)(<!DOCTYPE\s+FET\s*>)")


def parse(data: bytes, source: str) -> tuple[_Element, bool]:
    """The root, and whether the encoding had to be guessed (bytes that are not the UTF-8 they claim: cp1251).

    Raises UnreadableFile: HOSTILE_XML for a DOCTYPE or entities, BROKEN_XML with the line otherwise.
    """
    data = _without_bare_doctype(data)
    refuse_doctype(data, source)
    guessed = _is_not_utf8(data)
    try:
        root = etree.fromstring(data, _parser("cp1251" if guessed else _known_encoding(data)))
    except etree.XMLSyntaxError as error:
        place = f"{source}:{error.lineno or 1}"
        raise UnreadableFile("файл XML оборван или повреждён", place, code="BROKEN_XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _hostile(source)
    return root, guessed


def refuse_doctype(data: bytes, source: str) -> None:
    """Returns only when the bytes, in any Unicode width, declare no document type and no entity."""
    text = data.replace(b"\x00", b"") if b"\x00" in data[:64] else data
    if b"<!" in text and _OURS.search(text):  # the plain search is a tenth of the time
        raise _hostile(source)


def _without_bare_doctype(data: bytes) -> bytes:
    """The same lines, so that places stay what they are."""
    found = _BARE.match(data)
    return found[1] + b"\n" * found[2].count(b"\n") + data[found.end() :] if found else data


def _hostile(source: str) -> UnreadableFile:
    return UnreadableFile("файл XML объявляет DOCTYPE или сущности", source, code="HOSTILE_XML")


def _parser(encoding: str | None) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        encoding=encoding,
    )


def _known_encoding(data: bytes) -> str | None:
    """UTF-8 where the file names an encoding nobody knows («win-1251»); otherwise the parser is to believe the file."""
    declared = _DECLARED.match(data)
    return "utf-8" if declared and not _is_encoding(declared[1]) else None


def _is_encoding(name: bytes) -> bool:
    try:
        codecs.lookup(name.decode("ascii"))
    except LookupError:
        return False
    return True


def _is_not_utf8(data: bytes) -> bool:
    """True when the file claims UTF-8, in words, by silence or in words nobody knows, and is not."""
    declared = _DECLARED.match(data)
    other = declared and declared[1].upper() not in {b"UTF-8", b"UTF8"} and _is_encoding(declared[1])
    if other or data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
