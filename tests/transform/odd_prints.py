"""Ways in which an export or a typist prints the same form: each changes the text of a form and none of its facts."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from data.samples.generator.dump import STYLE_1, Copy, copy_text
from data.samples.generator.facts import invent_project
from tests.transform.reading import TITLE

Print = Callable[[str], str]

# an invented form of a district office, printed in the first style
TEXT = copy_text(Copy(invent_project(Random(5), fiscal_year_be=2563), STYLE_1))
HEADING = r"(?m)^\*\*(\d[\d.]*)(.*)\*\*$"
LABEL = r"(?m)^([ก-๎].{,22}) : "
FIELD = r"(?m)^([ก-๎].{,22}) : (.*)"
PAGE = f"\n\n{TITLE}\n\n"


def put(there: str, here: str) -> Print:
    """Prints one thing otherwise."""
    return lambda text: text.replace(there, here)


def each(pattern: str, here: str | Callable[[re.Match[str]], str]) -> Print:
    """Prints everything that looks like `pattern` otherwise."""
    return lambda text: re.sub(pattern, here, text)


def tight(change: Print) -> Print:
    """Without blank lines but for those between paragraphs: nothing but the line itself tells where it belongs."""
    return lambda text: change(re.sub("\n\n+(?!การเปลี่ยน)", "\n", text))


def mark(printed: str) -> Print:
    """Another mark before list items."""
    return each(r"(?m)^- ", lambda _: printed)


def heading(before: str, after: str = "") -> Print:
    """Something around headings in place of stars."""
    return each(HEADING, lambda m: f"{before}{m[1]}{m[2]}{after}")


def page_number(printed: str) -> Print:
    """A page number below a value, a person and a list item, without blank lines or title."""
    places = ("ฝ่ายโยธา / ฝ่ายโยธา", "โทร.1935", "ตลอดคืน\n")
    return lambda text: re.sub(
        "|".join(places), lambda m: f"{m[0].rstrip()}\n{printed}" + "\n" * m[0].count("\n"), text
    )


TITLES: dict[str, Print] = {
    "lone number and title before a value": put("ประเด็นยุทธศาสตร์ : ด้าน", f"ประเด็นยุทธศาสตร์ :\n\n2\n{TITLE}\nด้าน"),
    "the same with blank lines": put("เป้าหมายที่ : ๑.๒.๒", f"เป้าหมายที่ :\n\n2\n\n{TITLE}\n\n๑.๒.๒"),
    "title and lone number before an amount": put("ใช้ไป : 95,675", f"ใช้ไป :\n\n{TITLE}\n\n2\n\n95,675"),
    "first letter lost": tight(put("**1.2 หน่วย", f"{TITLE.replace('แบบ', 'แบ')}\n**1.2 หน่วย")),
    "first letters lost": put("- เพื่อลด", f"{TITLE.replace('แบบ', 'บบ')}\n- เพื่อลด"),
    "letter confused": put("- เพื่อลด", f"{TITLE.replace('แสดง', 'แสฅง')}\n- เพื่อลด"),
    "underscored": put("- เพื่อลด", "__แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ__\n- เพื่อลด"),
    "in HTML": put("- เพื่อลด", "<b>แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ</b>\n- เพื่อลด"),
    "page number inside a wrapped row": put("(ครั้งที่ 3) = ", "(ครั้งที่\n- 2 -\n3) = "),
    **{
        f"page number {n}": page_number(n)
        for n in (
            "— 2 —", "(2/5)", "- 2/5 -", "P.2/5", "p. 2", "Page: 2", "หน้า : 2", "หน้าที่: 2/5", "หน้า | 2", "หน้า ๒/๕",
            "หน้า 2 จากทั้งหมด 5 หน้า", "[2]", "~ 2 ~", "2 of 5", "2 จาก 5", "- 2 -",
        )
    },
}  # fmt: skip

HEADINGS: dict[str, Print] = {
    **{f"around {b}x{a}": heading(b, a) for b, a in (
        ("- ", ""), ("• ", ""), ("ข้อ ", ""), ("ส่วนที่ ", ""), ("หัวข้อที่ ", ""), ("| ", " |"), ('"', '"'), ("## ", ""), ("__", "__"),
        ("<b>", "</b>"), ("\ufeff**", "**"), ("\u200b", ""),
    )},
    "in brackets": each(HEADING, r"[\1]\2"),
    "in HTML headings": tight(heading("<h3>", "</h3>")),
    "in HTML paragraphs": tight(heading("<p>", "</p>")),
    "followed by words": put("วัตถุประสงค์ของโครงการ**", "วัตถุประสงค์ของโครงการ ดังนี้**"),
    "followed by more words": put("วัตถุประสงค์ของโครงการ**", "วัตถุประสงค์ของโครงการ มีดังนี้ :-**"),
    "number on its own line": tight(put("**1.5 เป้าหมายของโครงการ..**", "1.5\nเป้าหมายของโครงการ")),
    "short words": put("1.4 วัตถุประสงค์ของโครงการ", "1.4 วัตถุประสงค์"),
    "shorter words": put("1.5 เป้าหมายของโครงการ..", "1.5 เป้าหมาย"),
    "over lines with a colon": put(
        " (ยุทธศาสตร์-ประเด็นยุทธศาสตร์-กลยุทธ์ตามแผนฯ /ตัวชี้วัด)**", "\n(ยุทธศาสตร์-ประเด็นยุทธศาสตร์-กลยุทธ์ตามแผนฯ\n/ตัวชี้วัด) :**"
    ),
    "over lines with a dash": tight(put("**1.6 สนับสนุนแผนพัฒนา กทม. ระยะ 20 ปี (", "1.6 - สนับสนุนแผนพัฒนา กทม. ระยะ 20 ปี\n(")),
    "ruled": each(r"(?m)^(\*\*[12].*)$", r"=====\n\1\n-----"),
    "unnumbered and continued": put("การเปลี่ยน", f"{PAGE}**หลักการและเหตุผล (ต่อ)**\n\nการเปลี่ยน"),
    "continued list": put("- เพื่อลด", f"{PAGE}**วัตถุประสงค์ของโครงการ (ต่อ)**\n\n- เพื่อลด"),
    "continued where it is a label": put("ชื่อผู้รับ", f"{PAGE}หน่วยงานที่รับผิดชอบ (ต่อ)\n\nชื่อผู้รับ"),
    "continued inside a value": put("ฝ่ายโยธา / ฝ่ายโยธา", f"ฝ่าย\n{TITLE}\n1.2 หน่วยงานที่รับผิดชอบ (ต่อ)\n\nโยธา / ฝ่ายโยธา"),
    "continued inside a row": put("9,568 บาท", f"9,568\n{TITLE}\n2. รายงานความก้าวหน้าของโครงการและการใช้จ่ายงบประมาณ (ต่อ)\n\n บาท"),
}  # fmt: skip

LABELS: dict[str, Print] = {
    **{f"listed {m}": tight(each(LABEL, rf"{m}\1 : ")) for m in ("- ", "1) ", "(1) ", "1.1.1 ", "ข้อ 1 ", "● ")},
    **{f"separated by {s}": each(LABEL, rf"\1{s}") for s in (" :- ", " -> ", " ; ", " ︰ ", " ∶ ", "：")},
    **{
        f"worded {here}": put(there, here)
        for there, here in (
            ("เริ่มต้นโครงการ", "Start Date"), ("สิ้นสุดโครงการ", "Finish Date"), ("เริ่มต้นโครงการ", "วันที่เริ่มต้นโครงการ"),
            ("สิ้นสุดโครงการ", "วันที่สิ้นสุดโครงการ"), ("ชื่อผู้รับผิดชอบ...", "ชื่อผู้รับผิดชอบโครงการ"), ("ผู้ประสานงาน สยป", "ผู้ประสานงานโครงการ"),
        )
    },
    "separated by a dash": each(r"(?m)^(รหัส.*|เริ่ม.*|สิ้น.*|ปีงบ.*) : ", r"\1 - "),
    "underscored": each(LABEL, r"__\1__ : "),
    "bold up to a tab": put("ชื่อโครงการ/กิจกรรม : ติด", "**ชื่อโครงการ\t**ติด"),
    "bold and alone": put("หน่วยงานที่รับผิดชอบ. : ", "**หน่วยงานที่รับผิดชอบ**\n\n"),
    "colon on the next line": put("ประเด็นยุทธศาสตร์ : ด้าน", "ประเด็นยุทธศาสตร์\n\n: ด้าน"),
    "broken at a line's end": put("ตลอดคืน\n\nตัวชี้วัด...", "ตลอดคืน\tตัวชี้\nวัด"),
    "at a line's end": put("ฝ่ายโยธา\n\nชื่อผู้รับผิดชอบ... :", "ฝ่ายโยธา   ชื่อผู้รับผิดชอบ\n:"),
    "two on a line by tabs": put("พ.ศ. : 2563\n\nเริ่มต้นโครงการ : ", "พ.ศ.\t2563\tเริ่มต้นโครงการ\t"),
    "the second one bold": put("2563\n\nเริ่มต้นโครงการ : ", "2563   **เริ่มต้นโครงการ** : "),
    "after the rest of a value": put("พลังงานในตรอกเปลี่ยว\n\n", "พลังงานใน\nตรอกเปลี่ยว   "),
    **{f"two parted by {s}": put("2563\n\nเริ่ม", f"2563{s}เริ่ม") for s in (", ", " ; ", " | ", " / ", " - ", " • ", " (2) ")},
}  # fmt: skip

VALUES: dict[str, Print] = {
    "bold": each(r"(?m) : (\S.*\S)$", r" : **\1**"),
    "with an HTML line end": each(r"(?m)(\S : \S.*)$", r"\1<br>"),
    "with a backslash": each(r"(?m)(.)$", r"\1\\"),
    "on a dotted line": each(FIELD, r"\1 : .....\2....."),
    "on a line": each(FIELD, r"\1 : ____\2____"),
    "in a table": each(FIELD, r"| \1 | \2 |"),
    "a path before a tag": put("ฝ่ายโยธา / ฝ่ายโยธา", "ฝ่ายโยธา / ฝ่ายโยธา</td>"),
    "a path with full-width slashes": put(" / ", " ／ "),
    "a name over lines": put("นายปุณณวิช สุวรรณบรรพต", "นายปุณณวิช\nสุวรรณบรรพต"),
    "a surname over lines": put("นายปุณณวิช สุวรรณบรรพต", "นายปุณณวิช สุวรรณ\nบรรพต"),
    **{f"blank lines as {b}": put("\n\n", f"\n{b}\n") for b in ("<br>", "&nbsp;", "<hr>", "<!-- x -->")},
    **{
        f"list mark {m!r}": mark(m)
        for m in (
            "\uf0b7 ", "\uf0a7", "■ ", "◆ ", "► ", "➢ ", "✓ ", "☑ ", "+ ", "— ", "‐ ", "− ", "o ", "1.4.1 ", "ก) ", "ข้อ 1 ", "[1] ",
            "1\\. ", "\\- ", "**1.** ", "- 1. ", "(1). ", "&bull; ", "1) ", "๑) ", "(๑) ", "● ", "▪ ", "○ ",
        )
    },
    "lettered list": lambda text: text.replace("- เพื่อให้", "ก. เพื่อให้").replace("- เพื่อลด", "ข. เพื่อลด"),
    "unmarked list wrapped between blank lines": lambda text: text.replace("- เพื่อให้ทางเดิน", "เพื่อให้ทางเดิน\n").replace(
        "\n- เพื่อลดค่า", "\n\nเพื่อลดค่า\n"
    ),
}  # fmt: skip

ROWS: dict[str, Print] = {
    "full-width colons": put("9,568 บาท	: เป็นไปตามแผน	: เป็น", "9,568：เป็นไปตามแผน：เป็น"),
    "full-width colons after .-": put("9,568 บาท	: เป็นไปตามแผน	: เป็น", "9,568.-：เป็นไปตามแผน：เป็น"),
    "bold label": put("รายงานครั้งที่ 1	", "**รายงานครั้งที่ 1**	"),
    "dot after the number": put("รายงานครั้งที่ 1	", "รายงานครั้งที่ 1.	"),
    "number in parentheses": put("รายงานครั้งที่ 1	", "รายงานครั้งที่ (1)	"),
    "listed": put("รายงานครั้งที่", "- รายงานครั้งที่"),
    "bulleted": put("รายงานครั้งที่", "• รายงานครั้งที่"),
    "number with the year": each(r"รายงานครั้งที่ (\d)", r"รายงานครั้งที่ \1/2563"),
    "words before the date": each(r"(รายงานครั้งที่ \d)\t", r"\1 วันที่"),
    "words after the unit": put("9,568 บาท", "9,568 บาทถ้วน"),
    "full stop after the unit": put("9,568 บาท", "9,568 บาท."),
    "two separators before the amount": put("= 9,568 บาท", "= : 9,568 บาท"),
    "no-break spaces": put("\t:: ความ", "\u00a0::\u00a0ความ"),
    "wide spaces": put("\t:: ความ", "\u3000::ความ"),
    "bold progress": put("\t:: ความก้าวหน้าของงานฯ", "\t:: **ความก้าวหน้าของงานฯ**"),
    "listed progress": put("\t:: ความ", "- ความ"),
    "percent in words": put("งานฯ =", "งานฯ ร้อยละ ="),
    "no sign before the percent": put("งานฯ =", "งานฯ "),
    "no parentheses": each(r"\(ครั้งที่ (\d)\) =", r"ครั้งที่ \1 ="),
    "unit before the sign": each(r"(\(ครั้งที่ \d\)) =", r"\1 (บาท) ="),
    "last colon lost": put("เป็นไปตามแผน	: ", "เป็นไปตามแผน	"),
    "last letter on its own line": lambda text: f"{text.rstrip()[:-1]}\n{text.rstrip()[-1]}\n",
    "bold status": put(" : ลงพื้นที่นับจุดติดตั้งร่วมกับกรรมการชุมชน", " :\n**ลงพื้นที่นับจุดติดตั้งร่วมกับกรรมการชุมชน**"),
}

ODD_PRINTS: dict[str, Print] = {
    f"{group}, {name}": change
    for group, changes in (
        ("title", TITLES),
        ("heading", HEADINGS),
        ("label", LABELS),
        ("value", VALUES),
        ("row", ROWS),
    )
    for name, change in changes.items()
}
