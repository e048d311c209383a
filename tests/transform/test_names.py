"""Letter statistics rank spellings of a name by a clear margin, or not at all."""

from __future__ import annotations

import pytest

from transform import names
from transform.names import CLEAR_MARGIN, NameModel, clear_winner, name_model


class Fixed:
    """A model that knows the score of each word."""

    names: frozenset[str] = frozenset()

    def __init__(self, scores: dict[str, float]):
        self.scores = scores

    def score(self, word: str) -> float:
        return self.scores[word]


@pytest.mark.parametrize(("margin", "winner"), [(CLEAR_MARGIN, "ก ดี"), (CLEAR_MARGIN - 0.01, None), (0.0, None)])
def test_the_margin_decides(margin, winner, monkeypatch):
    monkeypatch.setattr(names, "name_model", lambda: Fixed({"ดี": margin, "ดำ": 0.0}))
    assert clear_winner(("ก ดี", "ก ดำ")) == winner
    assert clear_winner(("ก ดำ", "ก ดี")) == winner


def test_the_margin_is_to_the_next_best(monkeypatch):
    monkeypatch.setattr(names, "name_model", lambda: Fixed({"ก": 10.0, "ข": 9.0, "ค": 0.0}))
    assert clear_winner(("ก", "ข", "ค")) is None
    assert clear_winner(("ก", "ค")) == "ก"


def test_only_the_words_in_which_spellings_differ_are_weighed(monkeypatch):
    monkeypatch.setattr(names, "name_model", lambda: Fixed({"ดี": CLEAR_MARGIN, "ดำ": 0.0}))  # ก is unknown to it
    assert clear_winner(("ก ดี", "ก ดำ")) == "ก ดี"


@pytest.mark.parametrize("spellings", [(), ("ก ดี",), ("ก ดี", "กดี"), ("ก ดี 1", "ก ดำ 2"), ("ก ๑", "ข ๑")])
def test_spellings_that_cannot_be_compared_are_not_ranked(spellings):
    assert clear_winner(spellings) is None


def test_real_names_with_a_confusable_letter():
    assert clear_winner(("อีระวุฒิมั่นคง", "ธีระวุฒิมั่นคง")) == "ธีระวุฒิมั่นคง"
    assert clear_winner(("ดวงแก้วมณี", "ตวงแก้วมณี")) is None


def test_the_only_listed_name_wins_and_neither_of_two_listed_ones_does():
    assert clear_winner(("วงศ์ตะวัน", "วงค์ตะวัน")) == "วงศ์ตะวัน"
    assert clear_winner(("สมชาย ก", "สมหญิง ก")) is None


@pytest.mark.parametrize(
    ("whole", "cut"),
    [("ปิ่นทองคำวัฒนากุล", "ปิ่นทองคำวัฒนา"), ("งามตาประเสริฐผล", "งามตาประเสริฐ"), ("สุขสำราญใจ", "สุขสำราญ"), ("ทองดีเลิศ", "ทองดี")],
)  # fmt: skip
def test_a_surname_cut_by_its_column_never_wins_for_being_shorter(whole, cut):
    assert clear_winner((f"ก้อง {whole}", f"ก้อง {cut}")) in (None, f"ก้อง {whole}")


@pytest.mark.parametrize(("margin", "winner"), [(0.0, "ดำดี"), (-1.0, None), (-11.0, None), (-12.0, "ดี")])
def test_every_letter_costs_a_spelling_so_lengths_are_evened_out(margin, winner, monkeypatch):
    monkeypatch.setattr(names, "name_model", lambda: Fixed({"ดี": 0.0, "ดำดี": margin}))
    assert clear_winner(("ดี", "ดำดี")) == winner


@pytest.mark.parametrize(
    "spellings", [("Kong Jaidee", "Kongg Jaidee"), ("ก้อง ใจดี", "ก้อง Jaidee"), ("ก้อง ใจดี", "ก้อง ใจ-ดี")]
)
def test_letters_that_no_thai_name_has_are_not_ranked(spellings):
    assert clear_winner(spellings) is None


def test_the_model_prefers_letters_it_has_seen_and_is_built_once():
    model = NameModel(frozenset({"สมชาย", "สมหญิง"}))
    assert model.score("สมชาย") > model.score("ฆฌญฎฏ")
    assert name_model() is name_model()
