"""A value that never prints itself: not in logs, tracebacks, reprs or f-strings."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final


class Secret:
    """Holds a token; only `reveal` gives it back."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value: Final = value

    def reveal(self) -> str:
        return self._value

    def digest(self, key: bytes, about: str) -> str:
        """What the same secret is known by again under that key: it cannot be told from this."""
        return hmac.new(key, f"{about}\0{self._value}".encode(), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return repr(self)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")
