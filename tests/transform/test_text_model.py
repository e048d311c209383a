"""Letter statistics of the night's texts: they rank by a clear margin, say nothing when small, and never learn from a project itself."""

from __future__ import annotations

import math
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transform.forms import CODE, file_of, printed_copy, sha
from transform import text_model
from transform.language import scored, text_statistics
from transform.records import Evidence, Reading
from transform.registers import Registers
from transform.rules import Candidate, Question
from transform.text_model import CLEAR_MARGIN, CLEAR_MARGIN_UNEQUAL, LEAST_LETTERS, Scored, TextModel, to_learn_from

WORDS = (
    "เด็กในชุมชนอ่านหนังสือทุกวัน", "จัดซื้อหนังสือใหม่เข้าห้องสมุด", "ครูและผู้ปกครองร่วมกิจกรรม", "ปรับปรุงทางเท้าและไฟส่องสว่าง",
    "ประชาชนได้รับความสะดวก", "เพื่อพัฒนาคุณภาพชีวิต", "อบรมอาสาสมัครสาธารณสุข", "ดูแลสวนสาธารณะให้ร่มรื่น",
)  # fmt: skip
RIGHT, WRONG = "เด็กอ่านหนังสือในห้องสมุด", "เด็กอ่านหนังลือในห้องสมุด"


def printed(projects: int = 60, texts: int = 12) -> list[tuple[str, str]]:
    dice = Random(5)
    return [(f"{n:08}-0001", "".join(dice.sample(WORDS, 4))) for n in range(projects) for _ in range(texts)]


def model(*more: tuple[str, str]) -> TextModel:
    found = TextModel.of([*printed(), *more])
    assert found is not None
    return found


MODEL = model()


def whole(text: str) -> Candidate:
    return Candidate(text, text, (Reading("c-1", "x", None, Evidence(1, 1, 1, 0, 1, text), text),))


def parts(*texts: str) -> list[Scored]:
    return scored(tuple(map(whole, texts)))


def asked(*texts: str, policy: str = "text", language: TextModel | None = MODEL) -> str | None:
    question = Question(CODE, "project_name", policy, tuple(map(whole, texts)), Registers(), {}, language=language)
    found = text_statistics(question)
    return found.value if found else None


# ---------------------------------------------------------------- the margin


def test_the_text_that_reads_like_those_of_other_projects_wins_in_any_order():
    assert asked(RIGHT, WRONG) == asked(WRONG, RIGHT) == RIGHT
    assert asked(WRONG, "เด็กอ่านหนังดือในห้องสมุด", RIGHT) == RIGHT


def test_texts_that_are_equally_strange_are_not_ranked():
    assert asked("เด็กอ่านหนังฮือในห้องสมุด", "เด็กอ่านหนังฬือในห้องสมุด") is None


@pytest.mark.parametrize(
    ("texts", "margin", "winner"),
    [
        (("ก", "ข"), CLEAR_MARGIN, 0), (("ก", "ข"), CLEAR_MARGIN - 0.01, None),
        (("ก", "ขค"), CLEAR_MARGIN_UNEQUAL, 0), (("ก", "ขค"), CLEAR_MARGIN_UNEQUAL - 0.01, None), (("", "ข"), CLEAR_MARGIN, None),
    ],
)  # fmt: skip
def test_the_margin_is_wider_where_the_texts_are_of_different_length(texts, margin, winner, monkeypatch):
    even = text_model._PER_LETTER
    fake = {texts[0]: margin - even * len(texts[0]), texts[1]: -even * len(texts[1])}
    monkeypatch.setattr(TextModel, "_score", lambda self, text, own: fake[text.text])
    for order in (texts, texts[::-1]):
        found = MODEL.clear_winner(CODE, [Scored("", text, "") for text in order])
        assert (None if found is None else order[found]) == (None if winner is None else texts[winner])
        assert MODEL.margin(CODE, [Scored("", text, "") for text in order]) == pytest.approx(margin)


def test_the_margin_is_to_the_next_best_text(monkeypatch):
    fake = {"ก": 9.0, "ข": 8.0, "ค": 0.0}
    monkeypatch.setattr(TextModel, "_score", lambda self, text, own: fake[text.text])
    assert MODEL.margin(CODE, [Scored("", text, "") for text in "คขก"]) == pytest.approx(1.0)
    assert MODEL.clear_winner(CODE, [Scored("", text, "") for text in "คขก"]) is None


@pytest.mark.parametrize("longer", [RIGHT.replace("สือ", "สสือ"), RIGHT.replace("อ่าน", "อ่าาน")])
def test_a_letter_too_many_loses_and_a_shorter_text_does_not_win_for_being_short(longer):
    assert asked(RIGHT, longer) == RIGHT
    lost = RIGHT.replace("หนังสือ", "หนังสอ")
    assert asked(lost, RIGHT) == RIGHT


# ---------------------------------------------------------------- what it learns from


def test_a_night_with_too_few_letters_has_no_model_and_nothing_is_said():
    letters = sum(len(text) for _, text in set(printed()))
    assert letters >= LEAST_LETTERS
    few = printed(projects=60 * LEAST_LETTERS // letters // 2)
    assert TextModel.of(few) is None
    assert TextModel.of([]) is None
    assert asked(RIGHT, WRONG, language=None) is None


def test_a_text_repeated_in_the_copies_of_one_project_counts_once():
    assert TextModel.of(printed(projects=1, texts=1) * 10_000) is None
    again = TextModel.of(printed() * 2)
    assert again is not None
    assert again.texts == MODEL.texts
    assert again.margin(CODE, parts(RIGHT, WRONG)) == MODEL.margin(CODE, parts(RIGHT, WRONG))


@pytest.mark.parametrize("texts", [1, 3, 10, 100])
def test_what_a_project_prints_itself_does_not_count(texts):
    own = model(*[(CODE, f"{WRONG}{'กขคง'[n % 4] * n}") for n in range(texts)])
    assert own.clear_winner(CODE, parts(RIGHT, WRONG)) == 0
    assert own.margin(CODE, parts(RIGHT, WRONG)) == pytest.approx(MODEL.margin(CODE, parts(RIGHT, WRONG)), abs=1.0)
    assert own.clear_winner("00000000-9999", parts(RIGHT, WRONG)) == 1


@pytest.mark.parametrize("texts", [1, 10, 100])
def test_a_strange_text_is_not_preferred_because_the_project_itself_prints_it(texts):
    one, two = "เด็กอ่านหนังฮือในห้องสมุด", "เด็กอ่านหนังฬือในห้องสมุด"
    own = model(*[(CODE, f"{one}{'กขคง'[n % 4] * n}") for n in range(texts)])
    assert own.clear_winner(CODE, parts(one, two)) is None


def test_a_text_that_ends_early_is_not_preferred_for_ending():
    """Each text has one end: sequences that reach over it are none."""
    assert MODEL._counts["$"] == sum(len(texts) for texts in MODEL.texts.values())
    for letters in ("น$", "วัน$", "กวัน$"):
        assert MODEL._counts[letters] <= MODEL._counts[letters[:-1]]


def test_the_order_in_which_texts_are_learned_changes_nothing():
    rows = printed()
    shuffled = TextModel.of(Random(1).sample(rows, len(rows)))
    assert shuffled is not None
    assert shuffled.texts == MODEL.texts
    assert list(shuffled._counts.items()) == list(MODEL._counts.items())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([RIGHT, WRONG, *WORDS, "ก", "", RIGHT + "ดี"]), min_size=2, max_size=4, unique=True),
    st.randoms(),
)
def test_the_winner_is_one_of_the_texts_whatever_their_order(texts, random):
    def winner(order: list[str]) -> str | None:
        found = MODEL.clear_winner(CODE, parts(*order))
        return None if found is None else order[found]

    shuffled = random.sample(texts, len(texts))
    assert winner(shuffled) == winner(texts)
    assert MODEL.margin(CODE, parts(*texts)) >= 0
    assert math.isfinite(MODEL.margin(CODE, parts(*texts)))


def test_enough_projects_are_learned_from_spread_evenly_and_the_same_in_any_order():
    codes = [f"{n:04}" for n in range(5000)]
    chosen = to_learn_from(codes)
    assert 1000 < len(chosen) <= text_model.ENOUGH_PROJECTS
    assert to_learn_from(reversed(codes * 2)) == chosen
    assert {int(code) // 1000 for code in chosen} == {0, 1, 2, 3, 4}
    assert to_learn_from(codes[:1500]) == frozenset(codes[:1500])
    assert to_learn_from([]) == frozenset()


# ---------------------------------------------------------------- the rule


@pytest.mark.parametrize("policy", ["typed", "identity", "name", "status"])
def test_no_letter_statistics_of_texts_decide_numbers_names_or_set_words(policy):
    assert asked(RIGHT, WRONG, policy=policy) is None


def test_no_letter_statistics_decide_digits_and_one_text_is_no_question():
    assert asked(f"{RIGHT} 40", f"{WRONG} 48") is None
    assert asked(f"{RIGHT} 40", f"{WRONG} 40") == f"{RIGHT} 40"
    assert asked(RIGHT) is None


def test_texts_are_weighed_at_the_place_where_they_differ():
    assert parts("กขค", "กงค") == [Scored("ก", "ข", "ค"), Scored("ก", "ง", "ค")]
    assert parts("กค", "กงค", "กงงค") == [Scored("ก", "", "ค"), Scored("ก", "ง", "ค"), Scored("ก", "งง", "ค")]
    assert parts("กกก", "กก") == [Scored("กก", "ก", ""), Scored("กก", "", "")]
    spans = [Candidate("ข", "ข ", (), None, None, ("ก ก", "ค ค")), Candidate("", "", (), None, None, ("ก ก", "ค ค"))]
    assert scored(tuple(spans)) == [Scored("กก", "ข", "คค"), Scored("กก", "", "คค")]


# ---------------------------------------------------------------- in a night


def test_the_texts_of_a_night_decide_between_two_spellings_of_another_project():
    from tests.transform.forms import PLAIN, by_address, night_of

    others = [
        file_of([printed_copy({"project_code": code, "rationale": text, "agency_path[1]": f"เขต{code}"}, sha=sha(n))])
        for n, (code, text) in enumerate({code: (code, "\n".join(t for c, t in printed() if c == code)) for code, _ in printed()}.values(), start=10)
    ]  # fmt: skip
    own = file_of([printed_copy({**PLAIN, "project_name": text}, n) for n, text in enumerate((WRONG, RIGHT), start=1)])

    def decision(*files):
        (found,) = [d for d in night_of(*files).deliveries if d.project_code == CODE]
        return by_address(found)["project_name"]

    found = decision(own, *others)
    assert (found.value, found.rule, found.confidence) == (RIGHT, "text_statistics", "resolved")
    assert found.grounds is not None
    assert found.grounds.startswith("margin ")
    assert float(found.grounds.removeprefix("margin ")) >= CLEAR_MARGIN
    assert decision(own, *others[:9]).rule == "first_complete_copy"


@settings(deadline=None)
@given(st.lists(st.lists(st.text("กขา^$x\n", max_size=12), max_size=4, unique=True), max_size=4))
def test_sequences_are_counted_as_letter_by_letter(printed_by):
    counted = TextModel({str(n): tuple(sorted(texts)) for n, texts in enumerate(printed_by)})._counts
    plain: Counter[str] = Counter()
    for padded in (f"^^^^{text}$" for texts in printed_by for text in texts):
        plain.update(padded[a : a + n] for a in range(len(padded)) for n in range(1, min(5, len(padded) - a) + 1))
    assert counted == plain
