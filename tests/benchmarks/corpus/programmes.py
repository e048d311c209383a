"""Programmes: the words that all projects of one family share, whatever district runs them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from data.samples.generator.agencies import Strategy, strategy
from tests.benchmarks.corpus import phrases

_GOALS = ("1.2.2", "1.6.1", "1.6.3", "3.3.2", "5.2.4", "5.5.1", "7.2.3")
_NO_STRATEGY = 0.08


@dataclass(frozen=True, slots=True)
class Programme:
    """Texts with the slots of one project still open: {place}, {n}, {m}, {pct}."""

    name: str
    rationale: tuple[str, ...]
    objectives: tuple[str, ...]
    targets: tuple[str, ...]
    statuses: tuple[str, ...]
    indicators: tuple[tuple[int, str], ...]
    strategy: Strategy | None


def invent_programme(seed: int, family: int) -> Programme:
    """The programme of a family; families repeat sentences' frames, not whole texts."""
    rng = Random(f"{seed} programme {family}")
    name = rng.choice(phrases.NAMES).format(**_words(rng))
    topic = _words(rng)
    paragraphs = [
        " ".join(s.format(**_near(topic, rng)) for s in rng.sample(phrases.REASONS, rng.choice((2, 3, 3, 4))))
        for _ in range(rng.choice((2, 3, 3, 4)))
    ]
    return Programme(
        name=name,
        rationale=tuple(paragraphs),
        objectives=_some(phrases.OBJECTIVES, rng.choice((2, 3, 3, 4)), topic, rng),
        targets=_some(phrases.TARGETS, rng.choice((1, 2, 3, 4)), topic, rng),
        statuses=_some(phrases.STATUSES, 8, topic, rng),
        indicators=tuple(
            (rng.randrange(1, 5), text) for text in _some(phrases.INDICATORS, rng.choice((1, 1, 2)), topic, rng)
        ),
        strategy=None if rng.random() < _NO_STRATEGY else strategy(rng.choice(_GOALS)),
    )


def _words(rng: Random) -> dict[str, str]:
    chosen = {
        "act": rng.choice(phrases.ACTS),
        "topic": rng.choice(phrases.TOPICS),
        "group": rng.choice(phrases.GROUPS),
        "spot": rng.choice(phrases.SPOTS),
        "thing": rng.choice(phrases.THINGS),
        "dept": rng.choice(phrases.DEPARTMENTS),
    }
    return chosen | {slot: f"{{{slot}}}" for slot in ("place", "n", "m", "pct")}


def _near(topic: dict[str, str], rng: Random) -> dict[str, str]:
    """The programme's own words, one of them another one's: a text says more than one thing."""
    slot = rng.choice(("act", "group", "spot", "thing", "dept"))
    return topic | {slot: _words(rng)[slot]}


def _some(frames: tuple[str, ...], count: int, topic: dict[str, str], rng: Random) -> tuple[str, ...]:
    return tuple(frame.format(**_near(topic, rng)) for frame in rng.sample(frames, min(count, len(frames))))
