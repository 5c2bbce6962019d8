"""Where a diary of this family lives. Both prefixes, /v2 and /v2.0, mean the same (endpoints.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KNOWN: Mapping[str, str] = {
    "dnevnik.ru": "https://api.dnevnik.ru/v2.0",
    "kundelik.kz": "https://api.kundelik.kz/v2.0",
    "staging": "https://api.staging.dnevnik.ru/v2.0",
}
_PREFIX = re.compile(r"/v2(\.0)?$")


def rest_base(host: str) -> str:
    """The REST base of a known name, or of an address given with or without its prefix."""
    address = KNOWN.get(host, host).rstrip("/")
    return address if _PREFIX.search(address) else f"{address}/v2.0"


def import_service_url(host: str) -> str:
    """The import service beside that REST base. ASSUMED: same host (endpoints.md shows another)."""
    return f"{_PREFIX.sub('', rest_base(host))}/ImportService.asmx"
