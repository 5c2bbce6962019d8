"""The practice diary's own pages of sign-in: plain HTML forms, no script, every value escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
}
_STYLE = "body{font:16px sans-serif;max-width:34em;margin:3em auto;padding:0 1em}label{display:block;margin:.4em 0}"
_SCOPES = {
    "CommonInfo": "общие сведения",
    "ContactInfo": "контакты",
    "FriendsAndRelatives": "друзья и родственники",
    "EducationalInfo": "учебные сведения",
    "SocialInfo": "группы и события",
    "Files": "файлы",
    "Wall": "стена",
    "Messages": "сообщения",
}


def login_page(
    kept: Mapping[str, str], scopes: Iterable[str], people: Iterable[tuple[str, str]], note: str = ""
) -> Response:
    """The form: who signs in (`people` are (login, words)), what the client will see, and two buttons."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">' for key, value in kept.items()
    )
    choice = "".join(
        f'<label><input type="radio" name="role" value="{escape(login)}"> {escape(words)}</label>'
        for login, words in people
    )
    wanted = "".join(f"<li>{escape(name)}: {escape(_SCOPES.get(name, name))}</li>" for name in scopes)
    body = (
        f"<h1>Вход в учебный дневник</h1>{_paragraph(note)}"
        f"<p>Приложение {escape(kept.get('client_id', ''))} просит доступ:</p><ul>{wanted}</ul>"
        f'<form method="post" action="/oauth2">{hidden}<fieldset><legend>Кто входит</legend>{choice}'
        '<label>или логин: <input name="login" autocomplete="off"></label></fieldset>'
        '<p><button name="decision" value="allow">Войти и разрешить</button> '
        '<button name="decision" value="deny">Отказать</button></p></form>'
    )
    return _page("Вход в учебный дневник", body, 400 if note else 200)


def done_page(success: bool) -> Response:
    """Where a client without a redirect address lands: the token, or the error, stands behind # in the address."""
    title = "Вход выполнен" if success else "Вход не выполнен"
    what = "Токен" if success else "Причина"
    return _page(title, f"<h1>{title}</h1><p>{what}: в адресе этой страницы после знака #.</p>", 200)


def error_page(text: str) -> Response:
    """An error shown to the person, never sent on: nobody vouches for the address it would go to."""
    return _page("Ошибка", f'<div class="error__description"><p>{escape(text)}</p><p></p></div>', 400)


def _paragraph(note: str) -> str:
    return f"<p><strong>{escape(note)}</strong></p>" if note else ""


def _page(title: str, body: str, status: int) -> Response:
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    return Response(
        f'<!doctype html><html lang="ru"><head>{head}</head><body>{body}</body></html>',
        status_code=status,
        media_type="text/html; charset=utf-8",
        headers=_HEADERS,
    )
