"""Sources on SSH servers. The server's key must be known: nothing is sent to a server that nobody vouched for."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from extract.rejection import Unreadable
from extract.sources.listed import Listed, SourceUnavailable, not_listed, not_there
from extract.sources.naming import display
from extract.sources.remote import CHUNK, AnyRemote, Transfer, listed

_DEEPEST = 50


class SftpRemote(AnyRemote):
    """A folder on an SSH server, through sshfs; links are not followed."""

    def connected(self) -> tuple[Any, str]:
        """The file system and the path of the source on the server."""
        if self._made is None:
            try:
                from sshfs import SSHFileSystem
            except ImportError as error:
                raise SourceUnavailable(
                    f"{self._name}: the packages for SFTP are missing; expected sshfs; run pip install 'kaona[sftp]'"
                ) from error
            _check_files(self._name, self._options)
            try:
                filesystem = SSHFileSystem(**_arguments(self._uri, self._options, self._limits.stall_seconds))
            except PermissionError as error:
                raise SourceUnavailable(
                    f"{self._name}: the server does not let this user in; expected a user with a key or password it "
                    "knows; correct source_options"
                ) from error
            except Exception as error:
                about_keys = _about_keys(self._name, error)
                if about_keys is None:
                    raise
                raise about_keys from error
            self._made = filesystem, SSHFileSystem._strip_protocol(self._uri)
        return self._made

    def listing(self) -> list[Listed]:
        """Every file below the source, folder by folder."""
        from fsspec.asyn import sync

        name = self._name
        try:
            filesystem, root = self.connected()
            from sshfs.utils import wrap_exceptions

            return sync(filesystem.loop, wrap_exceptions(self._walk), filesystem, root)  # type: ignore[no-any-return]
        except SourceUnavailable:
            raise
        except Exception as error:
            raise not_there(name) if isinstance(error, FileNotFoundError) else not_listed(name, error) from error

    def state(self, file: Listed) -> Listed:
        """The file as it is now."""
        from fsspec.asyn import sync

        filesystem = self.connected()[0]
        info = sync(filesystem.loop, filesystem._info, file.locator, timeout=self._limits.stall_seconds)
        return Listed(file.uri, file.locator, int(info["size"] or 0), _ns(info["mtime"].timestamp()))

    @contextmanager
    def fetch(self, file: Listed, start: int) -> Iterator[Transfer]:
        """Its bytes from there on."""
        from fsspec.asyn import sync

        filesystem, seconds = self.connected()[0], self._limits.stall_seconds
        from sshfs.utils import wrap_exceptions

        @wrap_exceptions  # type: ignore[untyped-decorator]
        async def begin() -> Any:
            async with filesystem._pool.get() as channel:
                return await channel.open(file.locator, "rb")

        opened = sync(filesystem.loop, begin, timeout=seconds)

        async def read(at: int) -> bytes:
            return await opened.read(CHUNK, at)  # type: ignore[no-any-return]

        def chunks() -> Iterator[bytes]:
            at = start
            while chunk := sync(filesystem.loop, read, at, timeout=seconds):
                at += len(chunk)
                yield chunk

        try:
            yield Transfer(start, chunks())
        finally:
            asyncio.run_coroutine_threadsafe(opened.close(), filesystem.loop)

    async def _walk(self, filesystem: Any, root: str) -> list[Listed]:
        seconds = self._limits.stall_seconds
        found: list[Listed] = []
        async with filesystem._pool.get() as channel:
            attributes = await asyncio.wait_for(channel.stat(root or "."), seconds)
            if not stat.S_ISDIR(attributes.permissions or 0):
                return [file for file in [self._file(root, "", attributes)] if file is not None]
            folders = [(root or ".", "")]
            while folders:
                path, inside = folders.pop()
                entries = channel.scandir(path).__aiter__()
                while True:
                    try:
                        entry = await asyncio.wait_for(entries.__anext__(), seconds)
                    except StopAsyncIteration:
                        break
                    if entry.filename in (".", ".."):
                        continue
                    below = f"{inside}/{entry.filename}".lstrip("/")
                    there = f"{path.rstrip('/')}/{entry.filename}"
                    if stat.S_ISDIR(entry.attrs.permissions or 0):
                        if not entry.filename.startswith(".") and below.count("/") < _DEEPEST:
                            folders.append((there, below))
                    elif (file := self._file(there, below, entry.attrs)) is not None:
                        found.append(file)
        return found

    def _file(self, path: str, inside: str, attributes: Any) -> Listed | None:
        size, changed_ns, mode = int(attributes.size or 0), _ns(attributes.mtime or 0), attributes.permissions or 0
        file = listed(self._name, path, inside, size, changed_ns, "", self._limits)
        if file is None or stat.S_ISREG(mode) or not stat.S_IFMT(mode):
            return file
        kind = "link on a server" if stat.S_ISLNK(mode) else "device"
        refusal = Unreadable("not_a_regular_file", f"a {kind}", "a file", "put the file itself into the source")
        return Listed(file.uri, path, 0, 0, refusal.rejection(file.uri))


def _arguments(uri: str, options: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """How to connect: what the URI says, what the options say, and keys of servers that are always checked."""
    from sshfs import SSHFileSystem

    given = {**SSHFileSystem._get_kwargs_from_urls(uri), **options}
    known = given.pop("known_hosts", None)
    # asyncssh takes () for ~/.ssh/known_hosts; sshfs left alone would check nothing
    given["known_hosts"] = str(Path(str(known)).expanduser()) if known else ()
    names = {"path_encoding": "utf-8", "path_errors": "surrogateescape"}
    waits = {"connect_timeout": seconds, "login_timeout": seconds, "keepalive_interval": max(seconds / 3, 1)}
    return {"skip_instance_cache": True, "timeout": 2 * seconds, "sftp_client_kwargs": names, **waits, **given}


def _about_keys(name: str, error: Exception) -> SourceUnavailable | None:
    """What an error of asyncssh about a key means; None for any other."""
    kind = type(error).__name__
    if kind == "HostKeyNotVerifiable":
        return SourceUnavailable(
            f"{name}: the key of the server is not known; expected it in known_hosts; check its fingerprint with the "
            "server's keeper and add it, or name another file in source_options"
        )
    if kind == "KeyImportError":
        return SourceUnavailable(
            f"{name}: a file of client_keys holds no key that can be read; expected a private key without a "
            "passphrase, or with the option passphrase; correct client_keys in source_options"
        )
    if kind == "KeyEncryptionError":
        return SourceUnavailable(
            f"{name}: a key of client_keys cannot be opened; expected its passphrase in the option passphrase; "
            "correct source_options"
        )
    return None


def _check_files(name: str, options: Mapping[str, Any]) -> None:
    """Raises SourceUnavailable for a file that `options` name and that nobody can read: asyncssh would call it a folder
    that is not there, or take a server for an unknown one."""
    for option in ("client_keys", "known_hosts"):
        given = options.get(option)
        for file in given if isinstance(given, list) else [given]:
            if not file or not isinstance(file, str):
                continue
            try:
                Path(file).expanduser().open("rb").close()
            except OSError as error:
                raise SourceUnavailable(
                    f"{name}: the file {display(file)} cannot be read ({error.strerror}); expected what {option} in "
                    "source_options names; bring it there for the user of kaona, or correct the name"
                ) from error


def _ns(seconds: float) -> int:
    return int(seconds) * 1_000_000_000
