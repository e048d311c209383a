"""What tests.transform.layouts can be told to print, as Hypothesis strategies; usual choices come first and are shrunk to."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from data.samples.generator.facts import Indicator, Project, invent_project
from data.samples.generator.people import Party, invent_person
from data.samples.generator.printed import TITLE
from tests.transform.layouts import Layout, People, RowStyle

# cases of layout_cases.py that the reader does not read yet: the properties of test_layouts.py keep clear of them
NOT_READ_YET: frozenset[str] = frozenset({
    "two_line_title_near_lost_heading", "lone_numbers_near_lost_heading", "code_behind_another_field_without_heading",
    "page_break_inside_heading", "dash_for_colon", "semicolon", "damaged_second_label",
    "numbered_label_on_its_own_line", "label_broken_after_one_letter", "label_of_an_underscored_heading_above",
    "dotted_value_over_lines", "unknown_two_line_heading", "heading_words_on_the_next_line",
    "two_line_heading_continued", "number_between_unlabelled_indicators", "unlabelled_indicators_on_dotted_lines",
    "html_row_label", "progress_without_equals", "damaged_row_label_with_year", "damaged_certification_over_lines",
    "damaged_amount_label_without_brackets", "damaged_progress_label_with_words", "cut_row_label_with_a_mark",
    "cut_row_label_in_brackets", "cut_row_label_with_year", "cut_heading_below_an_unmarked_list",
})  # fmt: skip


def is_off(*names: str) -> bool:
    """Whether one of these cases is not read yet."""
    return not NOT_READ_YET.isdisjoint(names)


def choose(*usual: Any, **named: Any) -> st.SearchStrategy[Any]:
    """One of the usual choices, or of those whose case is read already."""
    return st.sampled_from([*usual, *(value for name, value in named.items() if name not in NOT_READ_YET)])


TAILS = choose(
    " : ", ":", ": ", " :", "：", " ： ", "\t: ", "... : ", ". : ", "...: ", "…: ", " :: ", " = ", " :\n", " :\n\n", "\n: ", "\n\n\n: ", "... :\n\n\n",
    "\t", "  ", "..... ", "\n", "\n\n", " :- ", " ∶ ", "︰", " -> ", dash_for_colon=" - ", semicolon="; ",
)  # fmt: skip
LABEL_DRESS = choose(
    "{label}{tail}{value}", "**{label}**{tail}{value}", "**{label}{tail}**{value}", "{label}{tail}{value}  ", "- {label}{tail}{value}", "• {label}{tail}{value}",
    "1) {label}{tail}{value}", "(๒) {label}{tail}{value}", "1.1.1 {label}{tail}{value}", "{label}{tail}**{value}**", "{label}{tail}.....{value}.....",
    "{label}{tail}{value}<br>", "{label}{tail}{value}\\", "| {label} | {value} |", underscored_label_below_a_value="__{label}__{tail}{value}",
)  # fmt: skip
HEADING_DRESS = choose(
    "**{n} {words}**", "{n} {words}", "**{n}{words}**", "{n}  {words}", "## {n} {words}", "{n} {words}..", "**{n}** **{words}**", "**{words}**",
    "  {n} {words}  ", "{n}\t{words}", "**{n} {words} :**", "__{n} {words}__", "<b>{n} {words}</b>", "{n} {words} ดังนี้", "{n} {words} :-", "{n}\n{words}",
    "\ufeff{n} {words}", "\u200b{n} {words}", "- {n} {words}", "ข้อ {n} {words}", "{n} - {words}", "{n} {words}\n----------", "| {n} {words} |",
    abbreviated_heading_without_blank_lines="{n} {words}ฯ",
)  # fmt: skip
NUMBERS = choose("{}", "{}.", "({})", "{})")
BULLETS = choose(
    "- ", "• ", "* ", "– ", "-", "•", "{}. ", "{}) ", "({}) ", "{}.", "☐ ", "\t- ", "", "▪ ", "○ ", "● ", "\uf0b7 ", "➢ ", "1.4.{} ", "\\- ", "{}\\. ", "**{}.** ", "- {}. ",
    "— ", "&bull; ",
)  # fmt: skip
PAGE_BREAKS = choose(
    f"{TITLE}\n{{again}}", f"\n{TITLE}\n\n{{again}}\n",
    f"**\\*\\* {TITLE} \\*\\***", f"\n**\\*\\* {TITLE} \\*\\***\n", TITLE, f"** {TITLE} **", f"\n\n\n{TITLE}\n\n", f"หน้า 2/5\n{TITLE}", f"{TITLE} หน้า 2/5",
    "หน้า 2/5", "\nหน้า ๒ จาก ๕\n", "หน้า 2", "- 2 -", "\n- ๒ -\n", "-2-", "2/5", "Page 2 of 5", f"2\n{TITLE}", f"{TITLE}\n๒", "\n", "\n\n\n", "\f",
    f"** {TITLE[:28]}\n{TITLE[28:]} **", "\n2\n", "\n๒\n", "----------", "\n==========\n", TITLE[1:], TITLE.replace("แสดง", "แสฅง"), "— 2 —", "(2/5)", "P.2/5",
    "หน้า : 2", "หน้า 2 จากทั้งหมด 5 หน้า",
)  # fmt: skip
ROWS = st.builds(
    RowStyle,
    label=choose(
        "รายงานครั้งที่ {}", "รายงานครั้งที่{}", "รายงานครั้งที่  {}", "- รายงานครั้งที่ {}", "**รายงานครั้งที่ {}**", "รายงานครั้งที่ {}.", "รายงานครั้งที่ {}/2563",
        "รายงานครั้งที่ ({})", html_row_label="<b>รายงานครั้งที่ {}</b>",
    ),
    progress=choose("ความก้าวหน้าของงานฯ", "ความก้าวหน้าของงาน", "ความก้าวหน้าของ งานฯ", "ความก้าวหน้าของงานฯ ร้อยละ", "**ความก้าวหน้าของงานฯ**"),
    disbursed=choose("งบประมาณที่เบิกใช้ (ครั้งที่ {})", "งบประมาณที่เบิกใช้(ครั้งที่{})", "งบประมาณที่เบิกใช้", "งบประมาณที่เบิกใช้ ครั้งที่ {}"),
    before_date=choose("\t:: ", " :: ", "::", " : ", "\t: ", "：", "\n:: ", " ::\n", "\n\n:: "),
    before_status=choose(" : ", ":", " ： ", "： ", "\n: ", " :\n", "\t: "),
    before_progress=choose("\t\t\n\t:: ", "\n:: ", "\n::", " :: ", "::", "\n\n:: ", " ::\n", "\t:: ", "\n： ", " : ", wrapped_status_above_a_bare_progress_line="\n"),
    equals=choose(" = ", "=", " =\n", "\n= ", " : ", " ＝ "),
    percent=choose("{} %", "{}%", "{}", "ร้อยละ {}"),
    before_disbursed=choose(" ", "\t: ", " : ", "\n", "\n: ", " :\n", "\n\n", "\t"),
    before_plan=choose("\t: ", " : ", ":", "\n: ", " :\n", "\n\n: ", "：", " ： "),
    before_target=choose("\t: ", " : ", ":", "：", "\n: ", " :\n", "\n\n: "),
    end=choose("", "\t\t", "  "),
    gap=st.integers(0, 2),
)  # fmt: skip


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    bullet, item_gap = draw(BULLETS), draw(st.integers(0, 2))
    width = draw(st.sampled_from([None, None, 120, 90, 72, 60, 50, 40]))
    rest = ["1.2", "1.3", "1.4", "1.5", "1.6", "2"]
    sections = ["1.1", *(draw(st.permutations(rest)) if draw(st.booleans()) else rest)]
    breaks = draw(st.lists(st.tuples(st.integers(1, 10_000), PAGE_BREAKS), max_size=6))
    nothing = draw(st.sampled_from(["-", "–", ".....", "…", "(ไม่ได้ตั้ง)", "(not set)", ""]))
    if not nothing:  # below an empty value the number of a page could be the value
        breaks = [b for b in breaks if not any(line.strip().isdecimal() for line in b[1].split("\n"))]
    return _kept_clear(
        Layout(
            heading=draw(HEADING_DRESS),
            number=draw(NUMBERS),
            thai_digits=draw(st.booleans()),
            title=draw(st.booleans()),
            label=draw(LABEL_DRESS),
            tails=tuple(draw(st.lists(TAILS, min_size=1, max_size=5))),
            wordings=tuple(draw(st.lists(st.integers(0, 2), min_size=1, max_size=4))),
            orders=draw(st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))),
            sections=tuple(sections),
            pair=draw(st.sampled_from(["", "", "", "   ", "\t"])),
            lost_headings=tuple(draw(st.lists(st.sampled_from(["1", "1.1"]), max_size=1))),
            gap=draw(st.integers(0, 3)),
            indent=draw(st.sampled_from(["", "", "  ", "\t"])),
            bullet=bullet,
            # without bullets a line that goes on looks like an item of its own
            width=width if bullet else None,
            item_gap=item_gap,
            paragraph=draw(st.sampled_from(["", "☐ ", "\t", "    "])),
            inside_words=draw(st.booleans()),
            breaks=tuple(breaks),
            row=draw(ROWS),
            day=draw(st.sampled_from(["iso", "iso ms", "iso day", "be", "be padded", "words"])),
            row_day=draw(st.sampled_from(["be", "be padded", "iso day", "be dashes", "words", "words short"])),
            money=draw(
                st.sampled_from(
                    ["{} บาท", "{}", "{}บาท", "plain{} บาท", "satang{} บาท", "{}.-", "{}  บาท", "{} บาทถ้วน"]
                )
            ),
            dash=draw(st.sampled_from(["?", "–", "-"])),
            slash=draw(st.sampled_from([" / ", "/", " /", "/ ", " ／ "])),
            space=draw(st.sampled_from([" ", " ", " ", " ", "\u00a0"])),
            nothing=nothing,
            indicator=draw(st.sampled_from(["มิติที่ {} {}", "มิติที่{} {}", "มิติที่ {} : {}", "มิติที่ {} - {}"])),
            indicator_label=draw(st.booleans()),
            certified=draw(st.booleans()),
            wraps_people=not is_off("second_person_over_line_end", "first_of_two_people_over_line_end"),
            breaks_headings=not is_off("page_break_inside_heading"),
        )
    )


def _kept_clear(layout: Layout) -> Layout:
    """The layout without oddities that are not read yet when they meet."""
    ends_in_words = layout.heading.rstrip("*_ ").endswith("{words}")
    has_number = any(line.strip().isdecimal() for _, what in layout.breaks for line in what.split("\n"))
    dashed = tuple(tail.replace(":- ", ": ") for tail in layout.tails)
    is_listed = layout.label[0] in "(1"
    rules: list[tuple[str, bool, dict[str, Any]]] = [
        # `งบประมาณที่ใช้ไป..... .....` above a page number: dots that lead to a value look like dots in place of one
        ("", has_number and layout.nothing in (".....", "…"), {"nothing": "-"}),
        # after `1.4 วัตถุประสงค์ของโครงการ ดังนี้` nobody prints (ต่อ)
        ("", not ends_in_words, {"continued": None}),
        # a label with a mark or star of its own begins a line
        ("", not layout.label.startswith("{label}"), {"pair": ""}),
        ("dash_of_an_indicator_on_the_next_line", bool(layout.width) and " - " in layout.indicator, {"indicator": "มิติที่ {} {}"}),
        ("name_over_line_end_before_a_tag", "<br>" in layout.label, {"width": None}),
        ("label_broken_after_one_letter", bool(layout.width), {"pair": ""}),
        ("", layout.label[0] == "|", {"width": None}),
        ("", "ร้อยละ" in layout.row.progress, {"row": replace(layout.row, percent="{} %")}),
        ("two_line_heading_continued", "\n" in layout.heading, {"continued": None}),
        ("two_line_title_near_lost_heading", bool(layout.lost_headings), {"breaks": tuple(b for b in layout.breaks if not b[1].startswith("** แบบ"))}),
        ("code_behind_another_field_without_heading", bool(layout.lost_headings and layout.width), {"pair": ""}),
        ("lone_numbers_near_lost_heading", bool(layout.lost_headings), {"tails": dashed if "\n" not in "".join(dashed) else (" : ",)}),
        ("percent_before_a_tab", "\t" in layout.heading, {"heading": "{n} {words}"}),
        ("time_over_lines_above_an_underscored_label", layout.label[0] == "_", {"width": None}),
        ("unnumbered_heading_and_a_lost_one", bool(layout.lost_headings) and "{n}" not in layout.heading, {"heading": "**{n} {words}**"}),
        ("colon_below_a_dotted_label", bool(layout.width), {"pair": ""}),
        ("colon_dash_with_no_break_spaces", layout.space != " ", {"tails": dashed}),
        ("colon_dash_at_a_line_end", bool(layout.width), {"tails": dashed}),
        ("label_of_an_underscored_heading_above", layout.heading[0] == "_", {"orders": (*layout.orders[:2], 0)}),
        ("placeholder_between_two_labels", bool(layout.pair), {"tails": (" : ",)}),
        ("phone_before_a_label", bool(layout.width), {"pair": ""}),
        ("label_of_the_heading_above", not ends_in_words, {"orders": (*layout.orders[:2], 0)}),
        ("heading_words_on_the_next_line", not ends_in_words, {"width": None}),
        ("table_heading_over_lines", layout.heading[0] == "|", {"width": None}),
        ("short_line_that_begins_with_a_number", not layout.gap and layout.heading[0] != "*", {"gap": 1}),
        ("percent_on_its_own_line", layout.heading[0] != "*", {"row": replace(layout.row, percent="{} %")}),
        ("date_in_words_on_its_own_line", layout.heading[0] != "*", {"day": "iso", "row_day": "be"}),
        ("lone_number_in_an_unmarked_list", has_number and not layout.bullet, {"bullet": "- "}),
        ("unnumbered_heading_below_a_page_number", has_number and "{n}" not in layout.heading, {"heading": "**{n} {words}**"}),
        ("number_between_unlabelled_indicators", has_number, {"indicator_label": True}),
        ("unlabelled_indicators_on_dotted_lines", "....." in layout.label, {"indicator_label": True}),
        ("numbered_label_on_its_own_line", is_listed, {"tails": (" : ",), "width": None, "pair": ""}),
        ("numbered_label_without_colon", is_listed, {"tails": (" : ",), "width": None, "pair": ""}),
        ("bold_value_below_a_label_without_colon", "**{value}" in layout.label, {"tails": (" : ",), "width": None}),
        ("bold_value_below_a_dotted_label", "**{value}" in layout.label, {"tails": (" : ",), "width": None}),
        ("bold_value_on_its_own_line", "**{value}" in layout.label, {"tails": (" : ",), "width": None}),
        ("dotted_value_over_lines", "....." in layout.label, {"width": None}),
    ]  # fmt: skip
    for name, applies, instead in rules:
        if applies and (not name or is_off(name)):
            layout = replace(layout, **instead)
    return layout


STATUSES = [
    "ประชุม : ครั้งแรก", "ประชุม :: สรุป : ผล", "เวลา 09:30 น. : ประชุม", "26/10/2562 : ลงพื้นที่", "อัตราส่วน 1:2",
    "ตามข้อ 3. ระเบียบฯ", "a = b", "1. สำรวจ 2. ประชุม", "เบิกใช้ 5,000 บาท แล้ว", "(1) สำรวจ (2) ประชุม",
    "รายงานครั้งที่ 9 ยังไม่ส่ง", "เห็นชอบในการประชุมครั้งที่ 5/2563",
]  # fmt: skip
PLANS = (
    ("เป็นไปตามแผน", "เป็นไปตามเป้าหมาย"),
    ("ล่าช้ากว่าแผน", "ต่ำกว่าเป้าหมาย"),
    ("เร็วกว่าแผน", "สูงกว่าเป้าหมาย"),
    ("ยังไม่ดำเนินการ", "ยังไม่ดำเนินการ"),
)
PHONES = ("7037", "6227-8", "5884,5885", "081 566 1151", "0 2281 3965 ต่อ 6417-8", "02 245 4743-7", "023813943")


@st.composite
def parties(draw: st.DrawFn) -> Party:
    rng = Random(draw(st.integers(0, 500)))
    one, two = invent_person(rng), invent_person(rng)
    phone = draw(st.sampled_from(PHONES))
    kind = draw(st.sampled_from(["one", "phone", "no phone", "two", "two with phones", "unit"]))
    if kind == "unit":
        return Party(unit=draw(st.sampled_from(["ฝ่ายการศึกษา", "ฝ่ายสิ่งแวดล้อมและสุขาภิบาล", "กลุ่มงานแผนงาน"])), phone=phone)
    if kind in ("one", "phone", "no phone"):
        return one if kind == "one" else replace(one, phone=phone if kind == "phone" else None)
    names = [f"{p.title}{p.name}" for p in (one, two)]
    joint = draw(st.sampled_from([" และ", ", ", " / ", " "]))
    if kind == "two":
        return People(f"{names[0]}{joint}{names[1]} โทร. {phone}", (one, two), phone)
    return People(
        f"{names[0]} โทร.{one.phone}{joint}{names[1]} โทร.{two.phone}", (one, two), f"{one.phone}, {two.phone}"
    )


@st.composite
def projects(draw: st.DrawFn) -> Project:
    rng = Random(draw(st.integers(0, 10_000)))
    count = draw(st.sampled_from([0, 1, 2, 3, 5, 12]))
    project = invent_project(rng, fiscal_year_be=draw(st.integers(2562, 2569)), n_reports=count or 1)
    reports = project.reports[:count]
    if draw(st.booleans()):
        texts = draw(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=3))
        plans = draw(st.lists(st.sampled_from(PLANS), min_size=1, max_size=3))
        reports = tuple(
            replace(
                r,
                status_text=texts[n % len(texts)],
                plan_status=plans[n % len(plans)][0],
                target_status=plans[n % len(plans)][1],
            )
            for n, r in enumerate(reports)
        )
    changes: dict[str, Any] = {"reports": reports, "responsible": draw(parties()), "coordinator": draw(parties())}
    if draw(st.booleans()):
        changes["indicators"] = tuple(
            Indicator(n, f"ร้อยละของงานที่ {n} แล้วเสร็จ") for n in range(1, draw(st.integers(1, 4)) + 1)
        )
    nothing = {
        "budget_received": None,
        "budget_spent": None,
        "coordinator": None,
        "rationale": (),
        "objectives": (),
        "targets": (),
        "strategy": None,
        "indicators": (),
    }
    for name in (
        draw(st.lists(st.sampled_from(sorted(nothing)), max_size=2, unique=True)) if draw(st.booleans()) else ()
    ):
        changes[name] = nothing[name]
    return replace(project, **changes)
