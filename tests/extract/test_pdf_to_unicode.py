"""The fast reader of ToUnicode tables says what pdfminer's parser says, or nothing."""

from io import BytesIO

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from extract.pdf.to_unicode import read_entries
from extract.pdf.unicode_map import LazyCMapParser, LazyUnicodeMap

HEAD = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
SPACE = b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
TAIL = b"endcmap CMapName currentdict /CMap defineresource pop end end"

codes = st.integers(0, 40).map(lambda code: b"<%04X>" % code)
letters = st.sampled_from([b"<0E01>", b"<0E33>", b"<0E190E49>", b"<>", b"<D83D>", b"<41>", b"<0E4D0E32>"])
gaps = st.sampled_from([b"", b" ", b"\n", b"\r\n\t"])


def block(kind, entries):
    return b"%d begin%s\n" % (len(entries), kind) + b"\n".join(entries) + b"\nend" + kind + b"\n"


chars = st.lists(st.tuples(codes, gaps, letters).map(b"".join), max_size=5).map(lambda e: block(b"bfchar", e))
arrays = st.lists(letters, max_size=6).map(lambda texts: b"[" + b" ".join(texts) + b"]")
ranges = st.lists(st.tuples(codes, gaps, codes, gaps, letters | arrays).map(b"".join), max_size=5).map(
    lambda e: block(b"bfrange", e)
)
oddities = st.sampled_from(
    [
        b"% a comment\n",
        b"1 beginbfchar <01> (text) endbfchar\n",
        b"1 beginbfchar <0001> <0E0> endbfchar\n",
        b"1 beginbfrange <00> <0009> <0E01> endbfrange\n",
        b"1 beginbfchar <0001> <0E01>\n",
        b"1 beginbfchar <0001> /name endbfchar\n",
        b"1 begincidchar <0E05> 7 endcidchar\n",
        b"/Other usecmap\n",
        b"endcmap begincmap\n",
    ]
)


def slowly(table):
    result = LazyUnicodeMap()
    try:
        LazyCMapParser(result, BytesIO(table)).run()
    except Exception:  # pdfminer's parser stumbles over some damage
        reject()
    return result


def fast(table):
    entries = read_entries(table)
    if entries is None:
        return None
    result = LazyUnicodeMap()
    for code, text in entries.chars:
        result.add_cid2unichr(code, text)
    result.ranges.extend(entries.ranges)
    return result


def said(table):
    answers = {}
    for code in range(60):
        try:
            answers[code] = table.get_unichr(code)
        except KeyError:
            continue
    return answers


@given(st.lists(chars | ranges, max_size=5))
def test_what_producers_write_is_read_as_pdfminer_reads_it(blocks):
    table = HEAD + SPACE + b"".join(blocks) + TAIL
    assert fast(table) is not None
    assert said(fast(table)) == said(slowly(table))


@given(st.lists(chars | ranges | oddities, max_size=6), st.booleans())
def test_odd_tables_are_read_the_same_or_left_alone(blocks, has_head):
    table = (HEAD if has_head else b"") + b"".join(blocks) + TAIL
    result = fast(table)
    assert result is None or said(result) == said(slowly(table))


@given(st.binary(max_size=80), st.integers(0, 300))
def test_a_damaged_table_is_read_the_same_or_left_alone(damage, place):
    table = HEAD + SPACE + block(b"bfchar", [b"<0001> <0E01>"]) + block(b"bfrange", [b"<0002> <0009> <0E02>"]) + TAIL
    table = table[:place] + damage + table[place + len(damage) :]
    result = fast(table)
    assert result is None or said(result) == said(slowly(table))


@pytest.mark.parametrize("last", [b"<FFFFFFFF>", b"<0000FFFF>"])
def test_a_range_of_billions_stays_a_range(last):
    assert read_entries(b"1 beginbfrange <00000000> " + last + b" <0E00> endbfrange").ranges[0][0] == 0
