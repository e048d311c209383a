"""Sources on web servers: pages that list files, as Apache and nginx make them, or one file."""

from __future__ import annotations

import asyncio
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from extract.rejection import Unreadable
from extract.sources.listed import (
    Limits,
    Listed,
    SourceUnavailable,
    not_listed,
    not_opened,
    still_written,
    vanished,
)
from extract.sources.naming import is_archive_name
from extract.sources.pages import is_login, links_below
from extract.sources.remote import CHUNK, AnyRemote, NoPart, Permanent, Transfer, listed

_MOST_FOLDERS, _MOST_PAGE_BYTES, _HEADS_AT_ONCE = 10_000, 32 * 1024 * 1024, 8
_NO_PARTS = frozenset({400, 416, 501})
_AGAIN = frozenset({408, 425, 429})
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")
_DIGEST = re.compile(r"(sha-256|sha-512|md5)=:?([A-Za-z0-9+/=]+?):?(?:,|;|$)", re.IGNORECASE)


class _Elsewhere(Exception):
    """The server sent us to another place, as those do that ask people to sign in."""


class _Status(Exception):
    """The server answered that it will not or cannot."""

    def __init__(self, status: int):
        super().__init__(f"HTTP {status}")
        self.status = status


class WebRemote(AnyRemote):
    """A listing below an address, or the one file there."""

    def __init__(self, uri: str, name: str, options: Mapping[str, Any], limits: Limits):
        parts = urlsplit(uri)
        self._user = (unquote(parts.username or ""), unquote(parts.password or ""))
        given = dict(options)
        if "username" in given or "password" in given:
            self._user = (str(given.pop("username", "")), str(given.pop("password", "")))
        self._root = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
        super().__init__(uri, name, given, limits)

    def connected(self) -> tuple[Any, str]:
        """The file system, whose session reads ~/.netrc and ends every wait."""
        if self._made is None:
            try:
                import aiohttp
                from fsspec.implementations.http import HTTPFileSystem
            except ImportError as error:
                raise SourceUnavailable(
                    f"{self._name}: the packages for web servers are missing; expected aiohttp; "
                    "run pip install 'kaona[http]'"
                ) from error
            seconds = self._limits.stall_seconds
            wait = aiohttp.ClientTimeout(total=None, connect=seconds, sock_connect=seconds, sock_read=seconds)
            session = {"timeout": wait, "trust_env": True, **self._options.get("client_kwargs", {})}
            given = {name: value for name, value in self._options.items() if name != "client_kwargs"}
            filesystem = HTTPFileSystem(client_kwargs=session, skip_instance_cache=True, **given)
            self._made = filesystem, self._root
        return self._made

    def listing(self) -> list[Listed]:
        """Every file that pages below the address link to, with what the server says of it."""
        from fsspec.asyn import sync

        name = self._name
        try:
            filesystem = self.connected()[0]
            return sync(filesystem.loop, self._list, timeout=self._limits.source_seconds)  # type: ignore[no-any-return]
        except SourceUnavailable:
            raise
        except (_Elsewhere, Permanent) as error:
            raise SourceUnavailable(
                f"{name}: the server shows another page instead, as it does to whoever is not signed in; "
                "expected a listing of files; check the address and source_options"
            ) from error
        except _Status as error:
            raise SourceUnavailable(
                f"{name}: the server answers HTTP {error.status}; "
                "expected a listing of files; check the address and source_options"
            ) from error
        except Exception as error:
            raise not_listed(name, error) from error

    def state(self, file: Listed) -> Listed:
        """The file as it is now."""
        from fsspec.asyn import sync

        filesystem = self.connected()[0]
        try:
            return sync(filesystem.loop, self._head, file, timeout=2 * self._limits.stall_seconds)  # type: ignore[no-any-return]
        except _Status as error:
            raise _meaning(error) from error

    @contextmanager
    def fetch(self, file: Listed, start: int) -> Iterator[Transfer]:
        """Its bytes from there on, or all of them where the server does not give parts or the file is another now."""
        from fsspec.asyn import sync

        filesystem, seconds = self.connected()[0], self._limits.stall_seconds
        headers = {"Accept-Encoding": "identity"}
        if start:
            is_strong = file.version.startswith('"')
            headers |= {"Range": f"bytes={start}-"} | ({"If-Range": file.version} if is_strong else {})
        answer = sync(filesystem.loop, self._request, "GET", file.locator, headers, timeout=2 * seconds)

        def chunks() -> Iterator[bytes]:
            while chunk := sync(filesystem.loop, answer.content.read, CHUNK, timeout=2 * seconds):
                yield chunk

        try:
            at, size = _place(answer, start)
            told = _seen(file, answer)
            is_packed = answer.headers.get("Content-Encoding", "identity") != "identity"
            if not is_packed and not file.is_same_as(_with_size(told, size, file)):
                raise still_written()
            yield Transfer(at, chunks(), 0 if is_packed else size, digests_of(answer.headers, at > 0))
        except _Status as error:
            raise _meaning(error) from error
        finally:
            filesystem.loop.call_soon_threadsafe(answer.close)

    async def _request(self, method: str, address: str, headers: Mapping[str, str]) -> Any:
        filesystem = self.connected()[0]
        session = await filesystem.set_session()
        signed = {}
        if any(self._user):  # aiohttp leaves it out when the server sends us to another one
            signed["Authorization"] = "Basic " + b64encode(":".join(self._user).encode()).decode()
        given = {**filesystem.kwargs, "headers": {**signed, **filesystem.kwargs.get("headers", {}), **headers}}
        answer = await session.request(method, filesystem.encode_url(address), allow_redirects=True, **given)
        if answer.history and answer.content_type == "text/html" and _path(str(answer.url)) != _path(address):
            answer.close()
            raise Permanent(not_opened("a page to sign in came instead"))
        return answer

    async def _list(self) -> list[Listed]:
        parts = urlsplit(self._root)
        found: dict[str, str] = {}
        if is_archive_name(parts.path) or not await self._is_page(self._root):
            found[self._root] = ""
        else:
            top = self._root if parts.query or parts.path.endswith("/") else f"{self._root}/"
            pages, seen = [top], {top}
            while pages:
                for address in await self._links(pages.pop()):
                    if not address.endswith("/"):
                        found[address] = unquote(address.removeprefix(top.split("?", 1)[0]))
                    elif address not in seen and len(seen) < _MOST_FOLDERS:
                        seen.add(address)
                        pages.append(address)
        gate = asyncio.Semaphore(_HEADS_AT_ONCE)

        async def look(address: str, inside: str) -> tuple[Listed | None, Exception | None]:
            file = listed(self._name, address, inside, 0, 0, "", self._limits)
            if file is None or file.rejection is not None:
                return file, None
            async with gate:
                try:
                    now = await asyncio.wait_for(self._head(file), 2 * self._limits.stall_seconds)
                except Exception as error:
                    reason = vanished() if isinstance(error, _Status) and error.status in (404, 410) else _why(error)
                    return Listed(file.uri, address, 0, 0, reason.rejection(file.uri)), error
            return listed(self._name, address, inside, now.size, now.mtime_ns, now.version, self._limits), None

        looked = await asyncio.gather(*(look(address, inside) for address, inside in sorted(found.items())))
        if looked and all(error is not None for _, error in looked):
            raise next(error for _, error in looked if error is not None)
        return [file for file, _ in looked if file is not None]

    async def _is_page(self, address: str) -> bool:
        answer = await self._request("GET", address, {})
        try:
            if answer.status >= 400:
                raise _Status(answer.status)
            return bool(answer.content_type == "text/html")
        finally:
            answer.close()

    async def _links(self, address: str) -> list[str]:
        answer = await asyncio.wait_for(self._request("GET", address, {}), 2 * self._limits.stall_seconds)
        try:
            if answer.status >= 400:
                raise _Status(answer.status)
            data = await asyncio.wait_for(answer.content.read(_MOST_PAGE_BYTES), self._limits.file_seconds)
            while chunk := await asyncio.wait_for(answer.content.read(CHUNK), self._limits.file_seconds):
                data += chunk
                if len(data) > _MOST_PAGE_BYTES:
                    raise ValueError("a page without end")
        finally:
            answer.close()
        text = data.decode(answer.charset or "utf-8", "replace")
        if is_login(text):
            raise _Elsewhere
        return links_below(urlunsplit(urlsplit(str(address))._replace(query="")), text)

    async def _head(self, file: Listed) -> Listed:
        """What the server says of a file; where it does not take HEAD, the head of an answer that is not read."""
        answer = await self._request("HEAD", file.locator, {"Accept-Encoding": "identity"})
        answer.close()
        if answer.status in (405, 501):
            answer = await self._request("GET", file.locator, {"Accept-Encoding": "identity"})
            answer.close()
        if answer.status >= 400:
            raise _Status(answer.status)
        return _seen(file, answer)


def digests_of(headers: Mapping[str, str], is_range: bool) -> dict[str, str]:
    """What an answer says of the hash of the whole file, in hexadecimal by hashlib's names.

    >>> digests_of({"Repr-Digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"}, False)
    {'sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'}
    """
    whole = [headers.get("Repr-Digest", ""), headers.get("Digest", "")]
    whole += [] if is_range else [headers.get("Content-Digest", ""), f"md5={headers.get('Content-MD5', '')}"]
    found = {}
    for text in whole:
        for name, value in _DIGEST.findall(text.replace(" ", "")):
            try:
                found[name.lower().replace("-", "")] = b64decode(value, validate=True).hex()
            except NotBase64:
                continue
    return found


def _place(answer: Any, start: int) -> tuple[int, int]:
    """Where in the file an answer begins, and how large the whole of it is (0: not said)."""
    if answer.status == 206:
        told = _RANGE.match(answer.headers.get("Content-Range", ""))
        if told is None or int(told[1]) != start:
            raise NoPart
        return start, int(told[2])
    if start and answer.status in _NO_PARTS:
        raise NoPart
    if answer.status != 200:
        raise _Status(answer.status)
    return 0, _length(answer.headers)


def _seen(file: Listed, answer: Any) -> Listed:
    headers = answer.headers
    try:
        changed = int(parsedate_to_datetime(headers["Last-Modified"]).timestamp()) * 1_000_000_000
    except (KeyError, ValueError, TypeError):
        changed = 0
    return Listed(file.uri, file.locator, _length(headers), changed, None, headers.get("ETag", ""))


def _with_size(told: Listed, size: int, file: Listed) -> Listed:
    """What a GET tells, to be compared with what a HEAD told: sizes only where both say one."""
    size = size if size and file.size else file.size
    return Listed(told.uri, told.locator, size, told.mtime_ns, None, told.version)


def _length(headers: Mapping[str, str]) -> int:
    if headers.get("Content-Encoding", "identity") != "identity":
        return 0
    length = headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else 0


def _meaning(error: _Status) -> Exception:
    """FileNotFoundError, a refusal that would come again, or the error itself where another attempt may help."""
    if error.status in (404, 410):
        return FileNotFoundError(error.status)
    if error.status < 500 and error.status not in _AGAIN:
        return Permanent(not_opened(f"HTTP {error.status}"))
    return ConnectionError(f"HTTP {error.status}")


def _why(error: Exception) -> Unreadable:
    if isinstance(error, Permanent):
        return error.why
    return not_opened(str(error) if isinstance(error, _Status) else type(error).__name__)


def _path(address: str) -> str:
    return unquote(urlsplit(address).path).rstrip("/")
