"""Rules that ask the language of a text: the project's own earlier delivery, and the letters of all texts of the night.

Neither ever sees differing digits, codes, money or dates, and neither proposes a text that no copy prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from transform.text_model import Scored
from transform.thai import squash

if TYPE_CHECKING:
    from transform.rules import Candidate, Question

# letters on each side of a differing span that must stand in the earlier text with it, and how long the whole must be
_BESIDE = 10
_LEAST = 8


def earlier_delivery(question: Question) -> Candidate | None:
    """Rule 5a: the project's own delivery before this one was decided to say exactly one of them."""
    if not question.is_text:
        return None
    before = question.past.own.get((question.project_code, question.base), ())
    said = [c for c in question.values if _is_said(c, before)]
    return said[0] if len(said) == 1 else None


def _is_said(candidate: Candidate, before: tuple[str, ...]) -> bool:
    if candidate.around is None:
        return candidate.key in before
    left, right = candidate.around
    window = squash(f"{left[-_BESIDE:]}{candidate.value or ''}{right[:_BESIDE]}")
    return len(window) >= _LEAST and any(window in text for text in before)


def text_statistics(question: Question) -> Candidate | None:
    """Rule 8a: the letter statistics of what other projects print prefer one of several texts by a clear margin."""
    model = question.language
    if model is None or not question.is_text or question.policy in ("name", "status"):
        return None
    candidates = question.values
    if len(candidates) < 2:
        return None
    winner = model.clear_winner(question.project_code, question.scored)
    return None if winner is None else candidates[winner]


def scored(candidates: tuple[Candidate, ...]) -> list[Scored]:
    """Each text as comparing keys: what stands before its difference, the difference, what follows."""
    if all(c.around is not None for c in candidates):
        return [Scored(squash(c.around[0]), c.key, squash(c.around[1])) for c in candidates if c.around is not None]
    keys = [c.key for c in candidates]
    shortest = min(map(len, keys))
    start = next((n for n in range(shortest) if len({k[n] for k in keys}) > 1), shortest)
    end = next((n for n in range(shortest - start) if len({k[-1 - n] for k in keys}) > 1), shortest - start)
    return [Scored(k[:start], k[start : len(k) - end], k[len(k) - end :]) for k in keys]
