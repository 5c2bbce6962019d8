"""The language of everything a person reads: Russian as written in the code, English through the gettext catalogue.

`--lang en` or SVERKA_LANG=en chooses; a sentence without a translation stays Russian. The catalogue is
`gateway/locale/en/LC_MESSAGES/sverka.po`; `ops/messages` refreshes and compiles it.
"""

from __future__ import annotations

import gettext
import os
from importlib import resources

LANGUAGES = ("ru", "en")
_DOMAIN = "sverka"
_current: gettext.NullTranslations = gettext.NullTranslations()
_language = "ru"


def use(language: str) -> None:
    """From now on sentences come in this language (`ru` or `en`)."""
    global _current, _language
    _language = language
    if language == "ru":
        _current = gettext.NullTranslations()
        return
    with resources.as_file(resources.files("gateway") / "locale") as folder:
        _current = gettext.translation(_DOMAIN, folder, languages=[language], fallback=True)


def language() -> str:
    return _language


def wanted(arguments: list[str]) -> str:
    """The language asked for on this command line, else by the environment, else Russian."""
    for index, word in enumerate(arguments):
        if word == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return os.environ.get("SVERKA_LANG", "ru")


def _(sentence: str) -> str:
    return _current.gettext(sentence)
