"""Sources that lost many files at once or cannot be listed, as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from transform.source_nights import SourceNight

SHRUNKEN, UNAVAILABLE = "source_shrank", "source_unavailable"
# findings about whole sources; they are judged on every night that lists the source
RULES = (SHRUNKEN, UNAVAILABLE)


def untrusted(sources: Iterable[SourceNight]) -> Iterator[Mapping[str, Any]]:
    """A finding, before it has words, for each source of which nothing may be concluded tonight.

    Its place is the source itself, its value what the source holds, its `against` what it held when it was believed.
    """
    for one in sources:
        if one.is_believed:
            continue
        rule = UNAVAILABLE if one.unavailable is not None else SHRUNKEN
        detail = {x: one.unavailable if one.unavailable is not None else str(one.files_gone) for x in ("th", "en")}
        counts = {} if one.unavailable else {"value": str(one.files), "against": str(one.files_before)}
        yield {"rule": rule, "of": one.source, "place": (one.source, None, None), "detail": detail, **counts}


def listed(sources: Iterable[SourceNight]) -> frozenset[str]:
    """The sources that were listed tonight: what was said of them before is judged again."""
    return frozenset(one.source for one in sources if one.unavailable is None)
