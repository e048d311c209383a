"""In what way the readings of a value differ or are doubted, for the person who decides between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rapidfuzz.distance import Levenshtein

from transform.thai import skeleton, squash

Kind = Literal[
    "no_value", "lost_letters", "picture", "second_reader", "digits", "wording", "missing", "letters", "marks"
]  # fmt: skip
# letters that are exchanged one for one in a misreading; more is another wording
_FEW = 2


def kind_of_texts(texts: Sequence[str]) -> Kind:
    """How texts differ, the gravest way first: in digits, in words, in missing letters, in a few letters, in marks.

    >>> kind_of_texts(["จัดงาน 19 ครั้ง", "จัดงาน 16 ครั้ง"]), kind_of_texts(["อีระ", "ธีระ"])
    ('digits', 'letters')
    >>> kind_of_texts(["ดูแลการจัด", "ดูแลจัด"]), kind_of_texts(["เพิม", "เพิ่ม"])
    ('missing', 'marks')
    """
    first, *others = [squash(text) for text in texts]
    kinds = [_kind_of_pair(first, other) for other in others]
    order: tuple[Kind, ...] = ("digits", "wording", "missing", "letters", "marks")
    return min(kinds, key=order.index, default="wording")


def _kind_of_pair(a: str, b: str) -> Kind:
    if re.sub(r"\D", "", a) != re.sub(r"\D", "", b):
        return "digits"
    if skeleton(a) == skeleton(b):
        return "marks"
    edits = [o for o in Levenshtein.opcodes(a, b) if o.tag != "equal"]
    if len({o.tag for o in edits}) == 1 and edits[0].tag in ("insert", "delete"):
        return "missing"
    changed = sum(max(o.src_end - o.src_start, o.dest_end - o.dest_start) for o in edits)
    return "letters" if changed <= _FEW else "wording"
