"""Regenerates the committed samples: `python -m data.samples.generator OUT_DIR [--seed N]`.

Writes OUT_DIR/inbox/ and OUT_DIR/expected.json. Nothing is removed: a file that left the set is deleted by hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .inbox import as_json, committed_files, expectations

DEFAULT_SEED = 2563


def write_samples(out_dir: Path, seed: int = DEFAULT_SEED) -> list[Path]:
    """Write the set below `out_dir` and return its paths; the same seed writes the same bytes."""
    inbox = out_dir / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    files = committed_files(seed)
    paths = []
    for sample in files:
        paths.append(inbox / sample.name)
        paths[-1].write_bytes(sample.content)
    truth = out_dir / "expected.json"
    truth.write_text(as_json(expectations(files, seed)), encoding="utf-8", newline="\n")
    return [*paths, truth]


def main() -> None:
    """Read the command line, write, and say what was written."""
    parser = argparse.ArgumentParser(prog="python -m data.samples.generator", description=__doc__.splitlines()[0])
    parser.add_argument("out_dir", type=Path, metavar="OUT_DIR")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    arguments = parser.parse_args()
    for path in write_samples(arguments.out_dir, arguments.seed):
        print(f"{path}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
