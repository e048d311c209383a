"""What damage does to a form beside a copy that reads right: `python tests/benchmarks/bench_damage.py`.

Per kind of damage: values that stayed, that are shown as a conflict with all readings, and that went wrong in silence;
apart for what is typed (codes, numbers, dates, amounts) and for text. The suite holds a smaller run of it to zero typed
values in silence (tests/transform/test_damage.py).
"""

from __future__ import annotations

import argparse

from tests.transform.test_damage import KINDS, count

OUTCOMES = ("stayed", "reported", "silent")


def main() -> None:
    """Damage forms in every way and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forms", type=int, default=60)
    forms = parser.parse_args().forms
    print(f"{forms} invented forms, each damaged in one copy beside a copy that reads right")
    print(f"{'':20}{'typed':^30}{'text':^30}")
    print(f"{'damage':20}" + "".join(f"{outcome:>10}" for outcome in OUTCOMES) * 2)
    for kind in KINDS:
        counted, _ = count(kind, forms)
        print(
            f"{kind.__name__:20}" + "".join(f"{counted[f'{t} {o}']:10,}" for t in ("typed", "text") for o in OUTCOMES)
        )


if __name__ == "__main__":
    main()
