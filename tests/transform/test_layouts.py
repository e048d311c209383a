"""Whatever a layout makes of a form, a reader gives the facts back, names what it left, and takes nothing for another thing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data.samples.generator.facts import Project, invent_project
from data.samples.generator.printed import CERTIFICATION, TITLE
from tests.transform.layout_cases import CASES, CUTS, Case, Cut
from tests.transform.layout_choices import NOT_READ_YET, is_off, layouts, projects
from tests.transform.layouts import HEADINGS, LABELS, Chunk, Layout, chunks, facts, owned_lines, print_form, render
from tests.transform.reading import compare, documents, read_text
from transform.night import FileReading

CHANCE = st.randoms(use_true_random=False)
CONSONANTS, MARKS = "กขคงจชซญดตถทธนบปผพฟภมยรลวศสหอฮ", "่้๊์ิุ"
# parts of headings → the case of an unknown heading dressed so
DRESSES = {
    "|": "table", "{n}\n": "two_line", "ข้อ": "worded", "{n} - ": "dashed", "\u200b": "zero_width", "\ufeff": "zero_width", ":-": "colon_dashed",
    "{n}{words}": "glued",
}  # fmt: skip
ROW_LABELS = ("รายงานครั้งที่", "ความก้าวหน้าของงาน", "งบประมาณที่เบิกใช้")


def names(document: dict[str, Any]) -> list[str]:
    """Names of people: these count with their spaces."""
    parties = (document["responsible"], document["coordinator"])
    return [person["name"] for party in parties if party for person in party["people"]]


def wrong(file: FileReading, copies: Sequence[Project]) -> Iterator[Any]:
    """Everything in which the reading of a file differs from the projects it prints, one for each copy."""
    if file.outcome.status != "read":
        yield "rejected", file.outcome.reason
        return
    found = documents(file)
    expected = {p.code: p for p in copies}
    if sorted(found) != sorted(expected):
        yield "projects", sorted(expected), sorted(found)
    printed = Counter(p.code for p in copies)
    for code in sorted(found.keys() & expected.keys()):
        truth = facts(expected[code])
        yield from compare(truth, found[code])
        yield from ((a, b) for a, b in zip(names(truth), names(found[code]), strict=False) if a != b)
        yield from found[code]["conflicts"]
        if found[code]["n_copies"] != printed[code] or found[code]["truncated_copies"]:
            yield code, "copies", found[code]["n_copies"], found[code]["truncated_copies"]
    yield from ((r.field, r.problem) for c in file.copies for r in c.readings if r.problem)


def leaves(value: Any, address: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value; items of a list have one address, rows of section 2 the one of their number."""
    if isinstance(value, dict):
        for name in value.keys() - {"raw", "n_copies", "truncated_copies", "flags", "conflicts", "unread_lines"}:
            yield from leaves(value[name], f"{address}.{name}")
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, f"{address}[{part.get('seq', '')}]" if isinstance(part, dict) else f"{address}[]")
    elif address.endswith(".phone") and value is not None:
        yield from ((address, phone) for phone in value.split(", "))
    elif value is not None:
        yield address, value


def never_printed(file: FileReading, project: Project) -> list[Any]:
    """Values that are read and stand nowhere in the form at that address."""
    truth = defaultdict(list)
    for address, value in leaves(facts(project)):
        truth[address].append(value)
    found = documents(file)
    values = [pair for document in found.values() for pair in leaves(document)]
    others = [("projects", sorted(found))] if found.keys() - {project.code} else []
    return others + [(a, truth[a], v) for a, v in values if all(list(compare(t, v)) for t in truth[a])]


def lost(file: FileReading, project: Project) -> Counter[str]:
    """How many values of each address are not read."""
    found = Counter(a for document in documents(file).values() for a, _ in leaves(document))
    return Counter(a for a, _ in leaves(facts(project))) - found


def left(file: FileReading) -> list[str]:
    return ["".join(line.text.split()) for line in file.outcome.unread]


def assert_accounted_for(file: FileReading, text: str) -> None:
    lines = file.outcome.lines
    assert lines.total == len(text.split("\n"))
    assert file.outcome.status == "rejected" or lines.unread == len(file.outcome.unread)


# ---- what is printed is read


@settings(max_examples=300, deadline=None)
@given(projects(), layouts())
def test_any_layout_is_read_in_full(project: Project, layout: Layout) -> None:
    text = print_form(project, layout)
    file = read_text(text)
    assert list(wrong(file, [project])) == []
    assert [line for line in left(file) if not line.isdecimal()] == []  # a number alone may be named, or be a page's
    assert_accounted_for(file, text)


@settings(max_examples=25, deadline=None)
@given(projects(), layouts(), st.sampled_from([100, 300]), CHANCE)
def test_hundreds_of_reports_are_read_in_any_order(
    project: Project, layout: Layout, count: int, chance: Random
) -> None:
    assume(project.reports)
    numbers = list(range(1, count + 1))
    if chance.random() < 0.5:
        chance.shuffle(numbers)
    rows = tuple(replace(project.reports[n % len(project.reports)], seq=number) for n, number in enumerate(numbers))
    many = replace(project, reports=rows)
    assert list(wrong(read_text(print_form(many, layout)), [many])) == []


@settings(max_examples=150, deadline=None)
@given(
    st.lists(projects(), min_size=1, max_size=3, unique_by=lambda p: p.code),
    st.lists(st.tuples(st.integers(0, 2), layouts()), min_size=2, max_size=5),
)
def test_several_projects_in_one_file_are_read_in_any_order(
    several: list[Project], order: list[tuple[int, Layout]]
) -> None:
    copies = [(several[n % len(several)], layout) for n, layout in order]
    text = "\n".join(print_form(project, layout) for project, layout in copies)
    file = read_text(text)
    assert list(wrong(file, [project for project, _ in copies])) == []
    assert_accounted_for(file, text)


@settings(max_examples=60, deadline=None)
@given(projects(), st.lists(layouts(), min_size=2, max_size=4), CHANCE)
def test_sisters_with_codes_one_digit_apart_never_merge(
    project: Project, printings: list[Layout], chance: Random
) -> None:
    place = chance.choice([2, 3, 12])
    digit = str((int(project.code[place]) + chance.randrange(1, 9)) % 10)
    other = next(
        p for p in (invent_project(Random(n)) for n in range(99)) if p.agency_path[0] != project.agency_path[0]
    )
    sister = replace(
        project, code=project.code[:place] + digit + project.code[place + 1 :], agency_path=other.agency_path
    )
    copies = [(project, sister)[n % 2] for n in range(len(printings))]
    text = "\n".join(print_form(p, layout) for p, layout in zip(copies, printings, strict=True))
    assert list(wrong(read_text(text), copies)) == []


# ---- copies cut anywhere


@settings(max_examples=250, deadline=None)
@given(projects(), layouts(), CHANCE)
def test_a_copy_cut_anywhere_gives_no_value_that_is_not_printed(
    project: Project, layout: Layout, chance: Random
) -> None:
    # in their own order: a section that follows the report rows cannot be known to have been cut
    layout = replace(layout, sections=("1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2"))
    printed = chunks(project, layout)
    lines = owned_lines(printed, layout)
    cut = "\n".join(line for line, _ in lines)
    cut = cut[: chance.randrange(len(cut))]
    last, owner = lines[len(cut.split("\n")) - 1]
    assume(_is_cut_read(cut, last, None if owner is None else printed[owner], layout))
    file = read_text(cut)
    assert_accounted_for(file, cut)
    assert never_printed(file, project) == []
    ended = owner is not None and _ends(cut, lines, owner)
    is_inside_a_row = owner is not None and printed[owner].kind == "row" and not ended
    is_above_the_rows = not any(
        n is not None and printed[n].section in ("2", "end") for _, n in lines[: cut.count("\n") + 1]
    )
    begun = "".join(line for line, n in lines[: cut.count("\n")] if n == owner) + cut.split("\n")[-1]
    if file.copies and (is_above_the_rows or (is_inside_a_row and ":" in begun.replace("：", ":"))):
        assert file.copies[-1].is_truncated


def _ends(cut: str, lines: Sequence[tuple[str, int | None]], owner: int) -> bool:
    """Whether the chunk in which the text is cut is whole."""
    at = cut.count("\n")
    return cut.split("\n")[-1].rstrip() == lines[at][0].rstrip() and owner not in (n for _, n in lines[at + 1 :])


def _is_cut_read(cut: str, line: str, chunk: Chunk | None, layout: Layout) -> bool:
    """Whether this cut is none of the cases that are not read yet."""
    if chunk is None:
        return not line.strip()  # a number or a title of which a part is left could be text
    is_heading = chunk.kind == "heading" and is_off("cut_inside_heading_2", "cut_heading_below_an_unmarked_list")
    is_wrapped = bool(layout.width or layout.pair or layout.space != " " or "\n" in "".join(layout.tails))
    is_part = chunk.kind in ("label agency", "label indicator") and is_off(
        "cut_after_a_wrapped_part", "cut_after_a_wrapped_indicator", "cut_after_a_part_with_no_break_space"
    )
    end = "\n".join(chunk.lines).rstrip()
    is_target = (
        chunk.kind == "row" and is_off("cut_target_status") and "".join(cut.split())[-6:] in "".join(end.split())[-30:]
    )
    is_colon = cut.rstrip()[-1:] in (":", "：") and is_off("cut_after_a_colon_in_a_status")
    is_row_label = chunk.kind == "row" and ":" not in cut.split("\n")[-1].replace("：", ":")
    is_mark = is_row_label and is_off(
        "cut_row_label_with_a_mark", "cut_row_label_in_brackets", "cut_row_label_with_year"
    )
    is_person = chunk.kind in ("label responsible", "label coordinator") and is_off(
        "cut_in_a_phone_extension", "cut_title_of_a_name"
    )
    return not (is_mark or is_person or is_heading or (is_part and is_wrapped) or is_target or is_colon)


# ---- unknown things


@settings(max_examples=250, deadline=None)
@given(projects(), layouts(), CHANCE)
def test_what_the_form_does_not_have_is_named_and_everything_else_is_read(
    project: Project, layout: Layout, chance: Random
) -> None:
    # `:-` and an empty value could both be followed by a value of its own
    tails = tuple(tail if tail.endswith((" ", "\t", "\n")) else f"{tail} " for tail in layout.tails)
    layout = replace(layout, breaks=(), gap=max(layout.gap, 1), tails=tails, day="be", nothing=layout.nothing or "-")
    printed = chunks(project, layout)
    intruder, places = _intruder(printed, layout, chance)
    assume(intruder is not None and places)
    assert intruder is not None
    at = chance.choice(places)
    file = read_text(render([*printed[:at], *intruder, *printed[at:]], layout))
    assert list(wrong(file, [project])) == []
    assert "".join(left(file)) == "".join("".join(line.split()) for chunk in intruder for line in chunk.lines)


def _intruder(printed: list[Chunk], layout: Layout, chance: Random) -> tuple[list[Chunk] | None, list[int]]:
    """Something the form does not have, and the places where a person sees that it is no part of anything else."""
    kinds = [chunk.kind for chunk in printed]
    what = chance.choice(["section", "label", "line", "row", "before", "after"])
    if what == "section":
        # a marked line is an item, a bold one can be emphasis, and `3.` the next number of the list
        if layout.heading[0] == "-" or "{n}" not in layout.heading or "\n--" in layout.heading:
            return None, []
        if any(part in layout.heading and is_off(f"unknown_{name}_heading") for part, name in DRESSES.items()):
            return None, []
        number = layout.number.format("1.7" if "{" in layout.bullet else chance.choice(["1.7", "3."]))
        heading = layout.heading.format(n=number, words=chance.choice(["ปัญหาและอุปสรรค", "ข้อเสนอแนะ"]))
        body = chance.choice(["ฝนตกหลายวันติดต่อกัน", "- ฝนตกหลายวัน"])
        places = [n for n, chunk in enumerate(printed) if chunk.kind == "heading" and chunk.section not in ("1", "1.1")]
        return [Chunk("?", "heading", tuple(heading.split("\n"))), Chunk("?", "text", (body,))], places
    # between two indicators it could be theirs
    fields = [
        n for n in range(1, len(kinds))
        if kinds[n - 1].startswith("label") and not kinds[n].startswith("label indicator")
    ]  # fmt: skip
    if what == "label":
        line = chance.choice(["สถานะโครงการ : เสร็จ", "หมวดงาน... : ไม่มี", "ประเภท：ต่อเนื่อง"])
        return [Chunk("?", "label ?", (layout.indent + line,))], fields
    rows = [n for n in range(1, len(kinds) + 1) if kinds[n - 1] == "row"]
    if what in ("line", "row"):
        line = chance.choice(["ข้อความนอกช่อง", "หมายเหตุ : รอผล"])
        return [Chunk("?", "text", ("", line, ""))], fields if what == "line" else rows
    ends = [len(kinds)] if kinds[-1] in ("closing", "row") else []
    line = chance.choice(["บันทึกข้อความนำส่ง", "พิมพ์จากระบบติดตาม"])
    return [Chunk("?", "text", ("", line, ""))], [0] if what == "before" else ends


# ---- damaged labels and headings


@settings(max_examples=350, deadline=None)
@given(projects(), layouts(), CHANCE)
def test_one_wrong_letter_in_the_forms_own_words_moves_no_value(
    project: Project, layout: Layout, chance: Random
) -> None:
    layout = _readable_when_damaged(layout)
    printed = chunks(project, layout)
    at = chance.choice([n for n, chunk in enumerate(printed) if _words(chunk)])
    is_last = printed[at].section == "end" and printed[at - 1].kind != "row"
    assume(not (is_last and is_off("damaged_certification_below_a_text")))
    is_broken = printed[at].section == "end" and layout.width is not None
    assume(not (is_broken and is_off("damaged_certification_over_lines")))
    words = chance.choice(_words(printed[at]))
    damaged = _damaged(words, chance)
    assume(not (is_off("doubled_letter_at_the_end") and damaged[-1] == damaged[-2]))
    lines = printed[at].lines
    line = next(n for n, each in enumerate(lines) if words in each)
    hurt = replace(printed[at], lines=(*lines[:line], lines[line].replace(words, damaged, 1), *lines[line + 1 :]))
    text = render([*printed[:at], hurt, *printed[at + 1 :]], layout)
    file = read_text(text)
    assert never_printed(file, project) == []
    assert_accounted_for(file, text)
    is_named = bool(left(file)) or any(r.problem for c in file.copies for r in c.readings)
    assert is_named or not lost(file, project)
    assert len(file.copies) == 1


def _words(chunk: Chunk) -> list[str]:
    """The words of the form itself that stand in a chunk on one line."""
    known = {
        "title": [TITLE],
        "heading": [HEADINGS.get(chunk.section, CERTIFICATION)],
        "row": [w for w in ROW_LABELS if w == ROW_LABELS[0] or not is_off("doubled_letter_in_progress_label")],
        "closing": ["ลงชื่อ", "ตำแหน่ง"],
    }.get(chunk.kind) or sorted((w for wordings in LABELS.values() for w in wordings), key=len)
    found = [w for w in known if any(w in line for line in chunk.lines)]
    return found[-1:] if chunk.kind.startswith("label") else found


def _damaged(words: str, chance: Random) -> str:
    at = chance.choice([n for n, letter in enumerate(words) if "ก" <= letter <= "๎"])
    letter = words[at]
    wrong_letter = chance.choice(CONSONANTS if letter <= "ฮ" else MARKS)
    instead = chance.choice(["", letter * 2, wrong_letter, letter + chance.choice(MARKS)])
    return words[:at] + instead + words[at + 1 :]


def _readable_when_damaged(layout: Layout) -> Layout:
    """The layout without what nobody could read, or what is not read yet, when a label is damaged as well."""
    row = layout.row
    if row.before_progress in ("\n", " : "):  # a bare label with a wrong letter is a word of the status
        row = replace(row, before_progress="\n:: ")
    if is_off("damaged_amount_label_without_brackets"):
        row = replace(row, disbursed="งบประมาณที่เบิกใช้ (ครั้งที่ {})")
    if is_off("damaged_row_label_with_year"):
        row = replace(row, label="รายงานครั้งที่ {}")
    if is_off("damaged_progress_label_with_words"):
        row = replace(row, progress="ความก้าวหน้าของงานฯ")
    # so is a label without its colon on the same line
    tails = tuple(tail if re.search("[:：]", tail) and "\n" not in tail else " : " for tail in layout.tails)
    layout = replace(layout, gap=max(layout.gap, 1), row=row, tails=tails)
    if is_off("damaged_numbered_label", "damaged_label_in_a_table", "damaged_second_word_of_a_label"):
        layout = replace(layout, indent="", label="{label}{tail}{value}")
    return replace(layout, pair="") if is_off("damaged_second_label") else layout


# ---- one case each


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            c, id=c.name, marks=[pytest.mark.xfail(strict=True, reason="not read yet")] * (c.name in NOT_READ_YET)
        )
        for c in CASES
    ],
)
def test_a_layout_that_was_once_misread(case: Case) -> None:
    file = read_text(case.text)
    assert list(wrong(file, [case.project])) == []
    assert [line.text.strip() for line in file.outcome.unread] == list(case.unread)
    assert_accounted_for(file, case.text)


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(
            c, id=c.name, marks=[pytest.mark.xfail(strict=True, reason="not read yet")] * (c.name in NOT_READ_YET)
        )
        for c in CUTS
    ],
)
def test_a_cut_that_was_once_misread(cut: Cut) -> None:
    file = read_text(cut.text)
    assert never_printed(file, cut.project) == []
    assert file.copies[-1].is_truncated


def test_every_case_that_is_not_read_yet_is_there_to_be_tried() -> None:
    assert {c.name for c in CASES} | {c.name for c in CUTS} >= NOT_READ_YET
