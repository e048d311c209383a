"""Sources in S3 and stores like it: ETags tell states apart, and are the MD5 of what was put in one piece."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from extract.sources.listed import Limits, Listed, SourceUnavailable
from extract.sources.remote import CHUNK, AnyRemote, Transfer

_MD5 = re.compile(r'^"?([0-9a-f]{32})"?$')


class S3Remote(AnyRemote):
    """A bucket, or a folder of one, through s3fs."""

    def __init__(self, uri: str, name: str, options: Mapping[str, Any], limits: Limits):
        waits = {"connect_timeout": limits.stall_seconds, "read_timeout": limits.stall_seconds}
        once = {"retries": {"max_attempts": 1}, **waits, **options.get("config_kwargs", {})}
        super().__init__(uri, name, {"use_listings_cache": False, **options, "config_kwargs": once}, limits)

    def connected(self) -> tuple[Any, str]:
        """The file system; it tries nothing again by itself, attempts are counted here."""
        is_new = self._made is None
        try:
            import s3fs  # noqa: F401 (fsspec would name it otherwise)
        except ImportError as error:
            raise SourceUnavailable(
                f"{self._name}: the packages for S3 are missing; expected s3fs; run pip install 'kaona[s3]'"
            ) from error
        made = super().connected()
        if is_new:
            made[0].retries = 1
        return made

    @contextmanager
    def fetch(self, file: Listed, start: int) -> Iterator[Transfer]:
        """Its bytes from there on, of this state and no other: S3 is asked for the ETag that was listed."""
        from fsspec.asyn import sync

        filesystem = self.connected()[0]
        bucket, key, _ = filesystem.split_path(file.locator)
        asked = {"IfMatch": file.version} if file.version else {}
        if start:
            asked["Range"] = f"bytes={start}-"
        seconds = self._limits.stall_seconds
        answer = sync(
            filesystem.loop, filesystem._call_s3, "get_object", timeout=seconds, Bucket=bucket, Key=key, **asked
        )
        body = answer["Body"]

        def chunks() -> Iterator[bytes]:
            while chunk := sync(filesystem.loop, body.read, CHUNK, timeout=seconds):
                yield chunk

        try:
            yield Transfer(start, chunks(), start + int(answer["ContentLength"]), digests_of(answer, bool(start)))
        finally:
            body.close()


def digests_of(answer: Mapping[str, Any], is_range: bool) -> dict[str, str]:
    """What an answer says of the hash of the whole object. The ETag of what is encrypted with a key is no hash.

    >>> digests_of({"ETag": '"9e107d9d372bb6826bd81d3542a419d6"'}, False)
    {'md5': '9e107d9d372bb6826bd81d3542a419d6'}
    >>> digests_of({"ETag": '"9e107d9d372bb6826bd81d3542a419d6-2"'}, False)
    {}
    """
    found = {}
    md5 = _MD5.match(answer.get("ETag", ""))
    is_encrypted = "kms" in str(answer.get("ServerSideEncryption", "")) or answer.get("SSECustomerAlgorithm")
    if md5 and not is_encrypted:
        found["md5"] = md5[1]
    for name in ("sha256", "sha1"):
        checksum = answer.get(f"Checksum{name.upper()}", "")
        if checksum and "-" not in checksum and not is_range:
            found[name] = b64decode(checksum).hex()
    return found
