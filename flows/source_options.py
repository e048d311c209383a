"""How each source is opened: the options of the settings for its URI, with secrets fetched at the last moment.

A value may be written out, `env:NAME` for a variable of the environment, or `secret:BLOCK` for a Secret block of
Prefect. Prefect is imported only where such a block is named.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from extract.sources import SourceUnavailable, masked, source_name
from flows.settings import Settings

ENVIRONMENT, BLOCK = "env:", "secret:"
_BLOCK_SECONDS = 150.0


def options_of(settings: Settings, uri: str) -> dict[str, Any]:
    """What `source_options` says of this source: of several prefixes that fit, the longer one has the last word.

    Raises SourceUnavailable when a value is not to be had; the message names where it should be, never the value.
    """
    found: dict[str, Any] = {}
    for prefix in sorted(settings.source_options, key=lambda p: (len(p), p)):
        if _fits(uri, prefix):
            found |= settings.source_options[prefix]
    return {name: _resolved(settings, source_name(uri), value) for name, value in found.items()}


def unused_options(settings: Settings) -> list[str]:
    """The prefixes of `source_options` that fit no source of the settings, sorted."""
    return sorted(p for p in settings.source_options if not any(_fits(uri, p) for uri in settings.source_uris))


def _fits(uri: str, prefix: str) -> bool:
    address = uri.rpartition("::")[2] if "::" in uri else uri
    return _is_below(masked(address), masked(prefix))


def _is_below(address: str, prefix: str) -> bool:
    """Whether an address lies below a prefix; `s3://exports` is no prefix of `s3://exports-of-others`."""
    if not address.startswith(prefix):
        return False
    return prefix.endswith("/") or address[len(prefix) :][:1] in ("", "/")


def _resolved(settings: Settings, source: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _resolved(settings, source, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(settings, source, inner) for inner in value]
    if not isinstance(value, str):
        return value
    if value.startswith(ENVIRONMENT):
        name = value.removeprefix(ENVIRONMENT)
        if name not in os.environ:
            raise SourceUnavailable(
                f"{source}: the environment variable {name} is not set; "
                "expected the secret that source_options names there; set it for the service"
            )
        return os.environ[name]
    return _secret(settings, source, value.removeprefix(BLOCK)) if value.startswith(BLOCK) else value


def _secret(settings: Settings, source: str, name: str) -> Any:
    """The value of a Secret block, from Prefect's server or its own file under KAONA_HOME."""
    from extract.sources.remote import bounded
    from flows.prefect_server import PrefectAway, set_environment

    set_environment(settings)
    try:
        value = bounded(lambda: _loaded(settings, name), _BLOCK_SECONDS)
    except Exception as error:  # no such block, no server, no answer
        known = {ValueError: "there is none", PrefectAway: "its server does not answer"}
        kind = next((words for cls, words in known.items() if isinstance(error, cls)), type(error).__name__)
        raise SourceUnavailable(
            f"{source}: the Secret block {name} of Prefect cannot be read ({kind}); "
            "expected the secret that source_options names there; create the block, or see that Prefect's server runs"
        ) from None
    return value


def _loaded(settings: Settings, name: str) -> Any:
    from prefect.blocks.system import Secret

    from flows.prefect_server import server

    with server(settings):  # the configured one, or this home's own
        block: Any = Secret.load(name, _sync=True)  # type: ignore[call-arg]
        return block.get()
