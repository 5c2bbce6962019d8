"""Where a diary of this family lives. Both prefixes, /v2 and /v2.0, mean the same (endpoints.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

KNOWN: Mapping[str, str] = {
    "dnevnik.ru": "https://api.dnevnik.ru/v2.0",
    "kundelik.kz": "https://api.kundelik.kz/v2.0",
    "staging": "https://api.staging.dnevnik.ru/v2.0",
}
_LOGIN: Mapping[str, str] = {
    "api.dnevnik.ru": "https://login.dnevnik.ru/oauth2",
    "api.staging.dnevnik.ru": "https://login.staging.dnevnik.ru/oauth2",
    "api.kundelik.kz": "https://login.kundelik.kz/oauth2",  # ASSUMED: the same code under its own name
}
_PREFIX = re.compile(r"/v2(\.0)?$")


def rest_base(host: str) -> str:
    """The REST base of a known name, or of an address given with or without its prefix."""
    address = KNOWN.get(host, host).rstrip("/")
    return address if _PREFIX.search(address) else f"{address}/v2.0"


def import_service_url(host: str) -> str:
    """The import service beside that REST base. ASSUMED: same host (endpoints.md shows another)."""
    return f"{_PREFIX.sub('', rest_base(host))}/ImportService.asmx"


def login_page(host: str) -> str:
    """Where a person signs in (behaviour.md §1); of an address that is not known, the page beside its REST base."""
    base = rest_base(host)
    return _LOGIN.get(urlsplit(base).hostname or "") or f"{_PREFIX.sub('', base)}/oauth2"
