"""One answer of the service as a value, free of the HTTP library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    content_type: str
    """Lower case, without parameters."""
    body: bytes
    request_id: str = ""
    retry_after: float | None = None
    """Seconds, where the service said how long to wait."""

    @property
    def is_html(self) -> bool:
        return "html" in self.content_type or self.body[:256].lstrip()[:9].lower().startswith((b"<!doctype", b"<html"))
