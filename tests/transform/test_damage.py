"""Damages one copy of a form in every way seen, beside a copy that reads right, and counts what comes of each value.

`stayed`: the record still says what was printed. `reported`: it does not, but the value is shown as a conflict with all
readings. `silent`: wrong and nothing says so. The counts are the golden reading/damage.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, copy_text
from data.samples.generator.expected import to_expected
from data.samples.generator.facts import Project, invent_project
from data.samples.generator.words import PROGRAMMES
from tests.transform.reading import TITLE, compare, documents, read_text

Damage = Callable[[str, Random], str]
_LOOK_ALIKE = str.maketrans("อธดตคศชซบปถภ", "ธอตดศคซชปบภถ")
_OCR = {"0": "O", "1": "l", "5": "S", "8": "B", "6": "b"}
# labels and headings are damaged elsewhere: here the values are
_TYPED = re.compile(
    r"(project_code|fiscal_year_be|start_date|end_date|budget_\w+|.*\.(seq|date|progress_pct|disbursed_baht|dimension|phone|\w+_no))"
)


def drop_spaces(text: str, rng: Random) -> str:
    return re.sub(r"(?<=\S) (?=\S)", lambda m: "" if rng.random() < 0.15 else m[0], text)


def add_spaces(text: str, rng: Random) -> str:
    return re.sub(r"(?<=[ก-ฮ])(?=[ก-ฮ])", lambda m: " " if rng.random() < 0.02 else "", text)


def swap_marks(text: str, rng: Random) -> str:
    return re.sub(r"([\u0e34-\u0e39])([\u0e48-\u0e4b])", lambda m: m[2] + m[1] if rng.random() < 0.3 else m[0], text)


def lose_marks(text: str, rng: Random) -> str:
    return re.sub(r"[\u0e34-\u0e39\u0e47-\u0e4c]", lambda m: "" if rng.random() < 0.03 else m[0], text)


def decompose(text: str, rng: Random) -> str:
    return re.sub("ำ", lambda m: rng.choice(["ํา", "ำา", "ำ"]), text).replace("แ", rng.choice(["แ", "เเ"]))


def confuse_consonants(text: str, rng: Random) -> str:
    return re.sub(r"[อธดตคศชซบปถภ]", lambda m: m[0].translate(_LOOK_ALIKE) if rng.random() < 0.02 else m[0], text)


def lose_letters(text: str, rng: Random) -> str:
    return re.sub(r"[ก-ฮ]", lambda m: "" if rng.random() < 0.01 else m[0], text)


def misread_digits(text: str, rng: Random) -> str:
    return re.sub(r"\d", lambda m: _OCR.get(m[0], m[0]) if rng.random() < 0.05 else m[0], text)


def change_digits(text: str, rng: Random) -> str:
    return re.sub(r"\d", lambda m: rng.choice("0123456789") if rng.random() < 0.03 else m[0], text)


def lose_digits(text: str, rng: Random) -> str:
    return re.sub(r"\d", lambda m: "" if rng.random() < 0.03 else m[0], text)


def inject_titles(text: str, rng: Random) -> str:
    return "".join(
        f"{line}\n" + (rng.choice([f"\n{TITLE}\n\n", f"หน้า {n}/9\n", ""]) if rng.random() < 0.3 else "")
        for n, line in enumerate(text.split("\n"))
    )


def split_bullets(text: str, rng: Random) -> str:
    def halves(match: re.Match[str]) -> str:
        ends = [m.end() for m in re.finditer("การ|และ|ของ", match[0]) if 12 < m.end() < len(match[0]) - 8]
        return match[0] if not ends else f"{match[0][: (end := rng.choice(ends))]}\n- {match[0][end:]}"

    return re.sub(r"(?m)^- .*$", halves, text)


def break_lines(text: str, rng: Random) -> str:
    return re.sub(r"(?<=[ก-ฮ]) (?=[ก-ฮเ-ไ])", lambda m: "\n" if rng.random() < 0.2 else m[0], text)


def lose_lines(text: str, rng: Random) -> str:
    return "\n".join(line for line in text.split("\n") if rng.random() > 0.04)


def double_lines(text: str, rng: Random) -> str:
    return "\n".join(f"{line}\n{line}" if rng.random() < 0.04 else line for line in text.split("\n"))


def lose_colons(text: str, rng: Random) -> str:
    return re.sub(" : ", lambda m: "  " if rng.random() < 0.15 else m[0], text)


def cut_the_end(text: str, rng: Random) -> str:
    return text[: rng.randrange(200, len(text))]


def lose_the_beginning(text: str, rng: Random) -> str:
    return text[rng.randrange(50, 900) :]


KINDS: tuple[Damage, ...] = (
    drop_spaces, add_spaces, swap_marks, lose_marks, decompose, confuse_consonants, lose_letters, misread_digits, change_digits,
    lose_digits, inject_titles, split_bullets, break_lines, lose_lines, double_lines, lose_colons, cut_the_end, lose_the_beginning,
)  # fmt: skip


def outcomes(kind: Damage, project: Project, rng: Random) -> Iterator[tuple[str, str]]:
    """(address, stayed | reported | silent) of every value of the form."""
    style = rng.randrange(2)
    whole = copy_text(Copy(project, (STYLE_1, STYLE_2)[1 - style]))
    damaged = kind(copy_text(Copy(project, (STYLE_1, STYLE_2)[style])), rng)
    file = read_text("\n".join((whole, damaged) if rng.randrange(2) else (damaged, whole)))
    truth = to_expected(project)
    read_as = documents(file)
    # copies whose codes are one digit apart are one project, under the code that was chosen
    found = read_as.get(project.code) or next(iter(read_as.values()))
    read = dict(leaves(found))
    conflicts = [c["field"] for c in found["conflicts"]]
    for address, value in leaves(truth):
        if not list(compare(value, read.pop(address, None))):
            yield address, "stayed"
        elif any(same_place(address, field) for field in conflicts):
            yield address, "reported"
        else:
            yield address, "silent"
    for address in read:  # what nobody printed
        yield address, "reported" if any(same_place(address, f) for f in conflicts) else "silent"


def leaves(value: Any, address: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value of a document under the address a conflict has."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in ("raw", "n_copies", "truncated_copies", "flags", "conflicts", "unread_lines"):
                yield from leaves(part, f"{address}.{name}".strip("."))
    elif isinstance(value, list):
        counted: Counter[Any] = Counter()
        for n, part in enumerate(value, start=1):
            key: Any = n
            if address == "reports":
                counted[part["seq"]] += 1
                key = part["seq"] if counted[part["seq"]] == 1 else f"{part['seq']}#{counted[part['seq']]}"
            yield from leaves(part, f"{address}[{key}]")
    elif value is not None:
        yield address.replace(".people[1]", ""), value


def same_place(address: str, field: str) -> bool:
    """Whether a conflict is about a value: its own, its list (an item more moves the others), or its row."""
    if address.startswith("reports["):
        return field in (address, "reports")
    base = re.split(r"[\[.]", address)[0]
    return (
        field == address
        or (base in ("objectives", "targets", "strategy", "agency_path") and field.startswith(base))
        or (base in ("responsible", "coordinator") and field.startswith(base))
    )


def count(kind: Damage, forms: int) -> tuple[dict[str, int], list[str]]:
    """How many values stayed, were reported, went silently wrong; and the addresses of typed values that did."""
    counted: Counter[str] = Counter()
    silent = []
    for seed in range(forms):
        rng = Random(f"{kind.__name__} {seed}")
        project = invent_project(rng, fiscal_year_be=2563 + seed % 3, programme=PROGRAMMES[seed % len(PROGRAMMES)])
        for address, outcome in outcomes(kind, project, rng):
            typed = _TYPED.fullmatch(address) is not None
            counted[f"{'typed' if typed else 'text'} {outcome}"] += 1
            if typed and outcome == "silent":
                silent.append(f"{seed} {address}")
    return {
        f"{t} {o}": counted[f"{t} {o}"] for t in ("typed", "text") for o in ("stayed", "reported", "silent")
    }, silent


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_number_code_or_date_goes_silently_wrong_beside_a_copy_that_reads_right(kind: Damage, golden: Any) -> None:
    counted, silent = count(kind, forms=24)
    assert silent == []
    golden(f"reading/damage/{kind.__name__}", counted)
