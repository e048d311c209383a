"""What a user would reach for instead: equal texts, the code alone, token_set of rapidfuzz, MinHash."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from tests.benchmarks.corpus.files import NIGHTS, Corpus, PrintedCopy
from tests.benchmarks.corpus.scoring import Clusters, Pairs

MINHASH_THRESHOLDS = (0.8, 0.9, 0.95)
TOKEN_SET_SAMPLE = 500
_TOKEN_SET_CUTOFFS = (75, 80, 85, 90, 92, 94, 96, 98, 99)
_PERMUTATIONS, _GRAM = 64, 5
# rows of a band for 64 permutations, so that pairs at the threshold still meet in some band
_ROWS = {0.8: 4, 0.9: 8, 0.95: 16}


@dataclass(frozen=True)
class Alternative:
    """A method's pairs and how fast it was; `documents` says on how many it ran."""

    name: str
    documents: int
    pairs: Pairs
    docs_per_second: float


def printed_copies(corpus: Corpus) -> Iterator[PrintedCopy]:
    for night in range(len(NIGHTS)):
        for file in corpus.files(night):
            yield from file.copies


def keyed(corpus: Corpus) -> list[Alternative]:
    """Equal text; equal printed code."""
    by_text, by_code = Clusters(), Clusters()
    seconds = {"text": 0.0, "code": 0.0}
    count = 0
    for copy in printed_copies(corpus):
        count += 1
        begin = time.process_time()
        key = hashlib.sha1(copy.text.encode(), usedforsecurity=False).hexdigest()
        seconds["text"] += time.process_time() - begin
        begin = time.process_time()
        code = copy.printed_code
        seconds["code"] += time.process_time() - begin
        by_text.add(key, copy.project.code)
        by_code.add(code, copy.project.code)
    return [
        Alternative("equal text (sha1)", count, by_text.pairs(), count / seconds["text"]),
        Alternative("code alone", count, by_code.pairs(), count / seconds["code"]),
    ]


def token_set(corpus: Corpus) -> Alternative:
    """All pairs of the first copies, at the cutoff that suits them best (by F1, known only with the truth)."""
    sample = [copy for copy, _ in zip(printed_copies(corpus), range(TOKEN_SET_SAMPLE), strict=False)]
    texts = [copy.text for copy in sample]
    begin = time.process_time()
    scores = process.cdist(texts, texts, scorer=fuzz.token_set_ratio, dtype=np.uint8, workers=1)
    spent = time.process_time() - begin
    codes = np.array([copy.project.code for copy in sample])
    upper = np.triu(np.ones(scores.shape, dtype=bool), 1)
    same = (codes[:, None] == codes[None, :]) & upper
    options = []
    for cutoff in _TOKEN_SET_CUTOFFS:
        found = (scores >= cutoff) & upper
        options.append((cutoff, Pairs(int(found.sum()), int(same.sum()), int((found & same).sum()))))
    cutoff, best = max(options, key=lambda option: _f1(option[1]))
    return Alternative(f"token_set ≥ {cutoff}, all pairs", len(sample), best, len(sample) / spent)


def _f1(pairs: Pairs) -> float:
    return 2 * pairs.right / (pairs.found + pairs.true) if pairs.found + pairs.true else 0.0


def minhash(corpus: Corpus, thresholds: tuple[float, ...] = MINHASH_THRESHOLDS) -> list[Alternative]:
    """64 permutations of hashed 5-grams, banded, candidates verified on the whole signature, then joined."""
    rng = np.random.default_rng(1)
    factors = rng.integers(1, 2**32, _PERMUTATIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    terms = rng.integers(0, 2**63, _PERMUTATIONS, dtype=np.uint64)
    signatures, projects = [], []
    spent = 0.0
    for copy in printed_copies(corpus):
        begin = time.process_time()
        signatures.append(_signature(copy.text, factors, terms))
        spent += time.process_time() - begin
        projects.append(copy.project.code)
    matrix = np.array(signatures)
    found = []
    for threshold in thresholds:
        begin = time.process_time()
        clusters = _joined(matrix, threshold)
        seconds = spent + time.process_time() - begin
        counted = Clusters()
        for cluster, project in zip(clusters, projects, strict=True):
            counted.add(cluster, project)
        found.append(
            Alternative(f"MinHash 5-grams ≥ {threshold}", len(projects), counted.pairs(), len(projects) / seconds)
        )
    return found


def _signature(text: str, factors: np.ndarray, terms: np.ndarray) -> np.ndarray:
    letters = np.frombuffer("".join(text.split()).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(letters) < _GRAM:
        letters = np.pad(letters, (0, _GRAM - len(letters)))
    grams = np.zeros(len(letters) - _GRAM + 1, dtype=np.uint64)
    for n in range(_GRAM):
        grams = grams * np.uint64(0x9E3779B97F4A7C15) + letters[n : len(letters) - _GRAM + 1 + n]
    grams = np.unique(grams ^ (grams >> np.uint64(29)))
    hashed = (factors[:, None] * grams[None, :] + terms[:, None]) >> np.uint64(32)
    return hashed.min(axis=1).astype(np.uint32)


def _joined(matrix: np.ndarray, threshold: float) -> list[int]:
    """The cluster of each document; a cluster's number is one of its documents."""
    parent = list(range(len(matrix)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    rows = _ROWS[threshold]
    for start in range(0, _PERMUTATIONS, rows):
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for n, band in enumerate(matrix[:, start : start + rows]):
            buckets[band.tobytes()].append(n)
        for members in buckets.values():
            for at, first in enumerate(members[:-1]):
                rest = [n for n in members[at + 1 :] if root(n) != root(first)]
                if rest:
                    alike = (matrix[rest] == matrix[first]).mean(axis=1) >= threshold
                    for n, is_alike in zip(rest, alike, strict=True):
                        if is_alike:
                            parent[root(n)] = root(first)
    return [root(n) for n in range(len(matrix))]
