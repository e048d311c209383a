"""What sources and their files are called where people read it: one line, valid Unicode, no credentials."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
# sources of fsspec that open an archive: what stands behind them is opened as one anyway
_OPENED = re.compile(r"^(?:zip|tar)://[*/]*::")
_USER = re.compile(r"(?<=://)[^/?#\s]*@")


def is_archive_name(name: str) -> bool:
    """Whether a file of this name is opened as a folder when its bytes are those of an archive.

    >>> is_archive_name("ส่งออก.ZIP"), is_archive_name("a.tar.gz"), is_archive_name("a.docx")
    (True, True, False)
    """
    return name.lower().endswith(_ARCHIVES)


def plain_uri(uri: str) -> str:
    """The URI of the archive itself in place of fsspec's way of writing the folder inside it.

    >>> plain_uri("zip://*::s3://bucket/x.zip"), plain_uri("s3://bucket/x.zip")
    ('s3://bucket/x.zip', 's3://bucket/x.zip')
    """
    return _OPENED.sub("", uri)


def local_path(uri: str) -> Path | None:
    """The path of a source on this machine; None for any other."""
    if uri.startswith(("file://", "local://")):
        return Path(uri.split("://", 1)[1])
    return Path(uri) if "://" not in uri and "::" not in uri else None


def source_name(uri: str) -> str:
    """The name a source is shown by: the first part of the `uri` of each of its files, also when it holds none.

    >>> source_name("sftp://user:password@host/export/"), source_name("s3://bucket/x.zip"), source_name("sftp://u:p@host")
    ('export', 'x.zip', 'host')
    """
    uri = plain_uri(uri)
    folder = local_path(uri)
    if folder is None:
        return last_name(uri)
    root = folder.expanduser().resolve()
    if is_archive_name(root.name) and not root.is_dir():
        return display(root.name)
    return display(root.parent.name if root.is_file() else root.name) or "source"


def masked(uri: str) -> str:
    """A source as people may see it: without user, password and what stands behind `?`.

    >>> masked("https://user:secret@host:8443/export/?token=secret#x"), masked("data/inbox")
    ('https://host:8443/export/', 'data/inbox')
    """
    if "://" not in uri:
        return uri
    return display(_USER.sub("", uri).split("?", 1)[0].split("#", 1)[0])


def display(name: str) -> str:
    """A file name as people may see it: one line, valid Unicode."""
    if name.isprintable():
        return name
    text = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)


def shortened(place: str, most: int = 200) -> str:
    """A place as it fits into a sentence.

    >>> shortened("inbox/2563/one/of/many", 12)
    'inbox/2563/…'
    """
    return place if len(place) <= most else place[: most - 1] + "…"


def last_name(uri: str) -> str:
    """What the last part of a URI, or of a path on a server, is called.

    >>> last_name("https://host/export/%E0%B8%81.pdf?signature=x"), last_name("bucket/folder/x.zip")
    ('ก.pdf', 'x.zip')
    """
    parts = urlsplit(_USER.sub("", uri.split("::", 1)[0]).split("?", 1)[0])
    path = unquote(parts.path) if parts.scheme in ("http", "https") else parts.path
    return display(path.rstrip("/").rsplit("/", 1)[-1] or parts.netloc.partition(":")[0]) or "source"
