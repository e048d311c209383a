"""What a page of a web server says: the files it lists, or that it is no listing."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.asks_for_password = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        if tag == "input" and (values.get("type") or "").lower() == "password":
            self.asks_for_password = True


def links_below(page: str, text: str) -> list[str]:
    """Addresses of what lies directly or deeper below a page, each once, sorted; folders end in `/`.

    >>> text = '<a href="?C=N;O=D">Name</a><a href="../">up</a><a href="b.pdf">b</a><a href="2563/">2563</a>'
    >>> links_below("http://host/export/", text)
    ['http://host/export/2563/', 'http://host/export/b.pdf']
    """
    parser = _Links()
    parser.feed(text)
    found = set()
    for link in parser.links:
        try:
            address = urldefrag(urljoin(page, link.strip()))[0]
        except ValueError:
            continue
        if address.startswith(page) and address != page and not urlsplit(address).query:
            found.add(address)
    return sorted(found)


def is_login(text: str) -> bool:
    """Whether a page asks for a password."""
    parser = _Links()
    parser.feed(text)
    return parser.asks_for_password
