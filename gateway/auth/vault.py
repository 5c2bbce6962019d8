"""Where a school's sign-in is kept: one encrypted file, mode 0600, in the school's state folder.

Encrypted with AES-256-GCM and bound to the school and the file's name. This protects the tokens in a copy of the
school's folder: a backup, a synchronised disk, a folder sent to support. It does not protect them from whoever acts as
the user that runs Sverka, from root, nor in a backup that holds that user's key as well.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.auth.keys import key, key_or_new
from gateway.auth.private import only_ours, write_private
from gateway.auth.values import Kept
from gateway.errors import SettingsError, SignInNeeded
from gateway.i18n import _

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = b"sverka sign-in 1\n"
_NONCE = 12


class Vault:
    """The sign-in `name` of the school `school_key`, kept in `folder` for the diary at `diary` (its REST base)."""

    def __init__(self, folder: Path, name: str, *, school_key: str, diary: str) -> None:
        self._path = folder / f"{name}.sign-in"
        self._about = _HEAD + f"{school_key}\0{name}".encode()
        self._diary = diary

    @property
    def diary(self) -> str:
        return self._diary

    def read(self) -> Kept:
        """What is kept. Raises SignInNeeded where nothing is, or it is for another diary; SettingsError where it cannot
        be opened."""
        try:
            sealed = only_ours(self._path)
        except FileNotFoundError as error:
            raise SignInNeeded(_("Вход в дневник ещё не выполнен"), "sverka auth login") from error
        except OSError as error:
            raise SettingsError(
                _("Файл входа не читается: {path}").format(path=self._path), _("Проверьте права на него")
            ) from error
        kept = self._opened(sealed)
        if kept.diary != self._diary:
            raise SignInNeeded(
                _("Вход выполнен в другой дневник: {diary}").format(diary=kept.diary), "sverka auth login"
            )
        return kept

    def write(self, kept: Kept) -> None:
        """From now on this is kept. Raises SettingsError where the file cannot be written."""
        nonce = os.urandom(_NONCE)
        try:
            sealed = AESGCM(key_or_new()).encrypt(nonce, kept.to_bytes(), self._about)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_private(self._path, _HEAD + nonce + sealed)
        except OSError as error:
            raise self._not_written() from error

    def must_be_writable(self) -> None:
        """Raises SettingsError before a refresh token is spent whose successor could not be kept."""
        if not os.access(self._path.parent, os.W_OK):
            raise self._not_written()

    def forget(self) -> bool:
        """Nothing is kept any more; was there something?"""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._not_written() from error
        return True

    def _opened(self, sealed: bytes) -> Kept:
        nonce, body = sealed[len(_HEAD) : len(_HEAD) + _NONCE], sealed[len(_HEAD) + _NONCE :]
        try:
            return Kept.from_bytes(AESGCM(key()).decrypt(nonce, body, self._about))
        except (InvalidTag, ValueError) as error:
            raise SettingsError(
                _("Файл входа не открывается ключом этого пользователя: {path}").format(path=self._path),
                _("Запускайте Сверку от того же пользователя или войдите заново: sverka auth login"),
            ) from error

    def _not_written(self) -> SettingsError:
        return SettingsError(
            _("Файл входа не записывается: {path}").format(path=self._path), _("Проверьте права на папку")
        )
