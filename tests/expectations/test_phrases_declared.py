"""expectations/phrases.toml is refused where it is incomplete, and says nothing twice."""

from typing import get_args

import pytest

from expectations.phrases import PHRASES, Kind, load_phrases, load_rejections

WORDS = '[rejections.other]\ntitle = "ก"\nother = "ข"\ntodo = "ค"\n'


@pytest.mark.parametrize(
    ("declared", "complaint"),
    [
        (WORDS.replace('todo = "ค"\n', ""), "expected title, other, todo"),
        (WORDS.replace('"ข"', '"in English"'), "is no Thai"),
        (WORDS + 'cases = [{ en = "{n} pages", th = "{limit} หน้า" }]\n', "takes .'limit'., which"),
        (WORDS + 'cases = [{ en = "{n}…", th = "{n} หน้า" }]\n', "does not say where its last value ends"),
        (WORDS + 'cases = [{ en = "{n} pages" }]\n', "see the comment"),
        (WORDS.replace("rejections.other", "rejections.x"), "rejections.other is missing"),
    ],
    ids=["incomplete", "no Thai", "a value that is not there", "no end", "half a case", "no words for the unknown"],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path, declared, complaint):
    path = tmp_path / "phrases.toml"
    path.write_text(declared, encoding="utf-8")
    with pytest.raises(ValueError, match=complaint) as raised:
        load_rejections(path)
    assert "phrases.toml: rejections." in str(raised.value)


def test_the_declaration_names_nothing_twice():
    cases = [c.en for w in load_rejections().values() for c in w.phrases.cases]
    for listed in (cases, *([c.en for c in load_phrases(kind).cases] for kind in get_args(Kind))):
        assert len(set(listed)) == len(listed)
    assert PHRASES.is_file()
