"""The examples in the docstrings are true."""

import doctest

import pytest

from expectations import districts, head_mail, items, late_projects, news, unread, words, years


@pytest.mark.parametrize(
    "module",
    [words, items, news, late_projects, head_mail, unread, districts, years],
    ids=lambda module: module.__name__,
)
def test_the_examples_in_the_docstrings_are_true(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("text", ["๐๘๑ ๕๖๖ ๑๑๕๑", "โทรศัพท์: 5636-5638", "โทร.5884,5885", "02 245 4743", "0815661151"])
def test_every_shape_of_telephone_number_is_hidden(text):
    assert not any(digit in words.hide_phones(text) for digit in "0123456789๐๑๒๓๔๕๖๗๘๙")


@pytest.mark.parametrize(
    "text", ["50390000-9001", "180,000 บาท", "1000000.00", "พ.ศ. 2563", "2019-10-25", "25/10/2562"]
)
def test_other_numbers_stay(text):
    assert words.hide_phones(text) == text
