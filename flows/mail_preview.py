"""One page with every mail that waits, as its recipient would see it; it loads nothing from outside, runs nothing."""

from __future__ import annotations

import os
import sys
import webbrowser
from base64 import b64encode
from collections.abc import Sequence
from email.message import EmailMessage
from html import escape
from pathlib import Path

from flows.settings import BANGKOK
from load.mail_store import Mail

NAME = "preview.html"
# larger attachments are named only: the page must open on an old machine
_LARGEST_ATTACHMENT = 1_000_000
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'"
_STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1e; --paper: #ffffff; --line: #c9c9ce; --soft: #5a5a60; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --paper: #17171a; --line: #45454c; --soft: #a9a9b2; } }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 "Sarabun", "Noto Sans Thai", "Leelawadee UI", Tahoma, sans-serif; }
article { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .2rem 0; color: var(--soft); overflow-wrap: anywhere; } a { color: inherit; }
iframe { width: 100%; height: 75vh; border: 1px solid var(--line); background: #fff; resize: vertical; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); padding: .8rem; }
"""


def preview_page(mails: Sequence[tuple[Mail, EmailMessage]]) -> str:
    """The page: a list of the mails, then each with its envelope, its HTML, its text and its attachments."""
    contents = "".join(
        f'<li><a href="#m{n}">{_text(message["Subject"])}</a> — {_text(message["To"])}</li>'
        for n, (_, message) in enumerate(mails, 1)
    )
    articles = "".join(_article(n, mail, message) for n, (mail, message) in enumerate(mails, 1))
    return (
        f'<!doctype html>\n<html lang="th"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>kaona: อีเมลที่รอส่ง {len(mails)} ฉบับ</title><style>{_STYLE}</style></head><body>"
        f"<h1>อีเมลที่รอส่ง {len(mails)} ฉบับ</h1><ol>{contents}</ol>{articles}</body></html>\n"
    )


def _article(number: int, mail: Mail, message: EmailMessage) -> str:
    html, plain = message.get_body(("html",)), message.get_body(("plain",))
    shown = escape(str(html.get_content()), quote=True) if html is not None else ""
    frame = f'<iframe sandbox="" title="{_text(message["Subject"])}" srcdoc="{shown}"></iframe>' if shown else ""
    text = "" if plain is None else escape(str(plain.get_content()).replace("\r\n", "\n"))
    attached = "".join(f"<p>ไฟล์แนบ: {_attachment(part)}</p>" for part in message.iter_attachments())
    tried = f" · {escape(state_of(mail))}" if state_of(mail) else ""
    return (
        f'<article id="m{number}"><h2>{_text(message["Subject"])}</h2><p>ถึง: {_text(message["To"])}</p>'
        f"<p>{escape(mail.file)}{tried}</p>{attached}{frame}"
        f"<details><summary>ข้อความล้วน</summary><pre>{text}</pre></details></article>"
    )


def _attachment(part: EmailMessage) -> str:
    name, content = part.get_filename() or "", part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    size = f"{escape(name)} ({max(1, len(data) // 1024)} kB)"
    if len(data) > _LARGEST_ATTACHMENT:
        return size
    link = f"data:application/octet-stream;base64,{b64encode(data).decode('ascii')}"
    return f'<a download="{escape(name, quote=True)}" href="{link}">{size}</a>'


def _text(value: object) -> str:
    return escape(str(value or ""), quote=True)


def state_of(mail: Mail) -> str:
    """What became of a mail so far, for the operator; nothing to say of one that was never tried."""
    if mail.state == "waiting" and not mail.attempts and not mail.is_repeated:
        return ""
    tries = f"{mail.attempts} {'try' if mail.attempts == 1 else 'tries'}"
    later = mail.next_try if mail.state == "deferred" else None
    due = "" if later is None else f", next after {later.astimezone(BANGKOK):%Y-%m-%d %H:%M}"
    why = f" ({mail.answer})" if mail.answer else ""
    twice = ", perhaps sent before" if mail.is_repeated or mail.state == "sending" else ""
    return f"{mail.state}, {tries}{due}{twice}{why}"


def write_preview(mails: Sequence[tuple[Mail, EmailMessage]], outbox: Path) -> Path:
    """Write the page into the outbox."""
    target = outbox / NAME
    part = target.with_name(f"{NAME}.{os.getpid()}.part")
    part.write_text(preview_page(mails), encoding="utf-8")
    part.replace(target)
    return target


def open_on_a_desktop(page: Path) -> bool:
    """Open a page in the browser when a person at a desktop asked; never in a pipe, a remote shell or a service."""
    has_screen = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not sys.stdout.isatty() or not has_screen or os.environ.get("SSH_CONNECTION"):
        return False
    return webbrowser.open(page.resolve().as_uri())
