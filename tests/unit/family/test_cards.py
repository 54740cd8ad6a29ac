"""Consent cards: the library decides, each card for another reason, and every language says why."""

import pytest

from medialit.family.cards import ANSWERS, CARDS

REASONS = {
    "dance": (False, "minor_everyone"),
    "poem": (False, "voice_not_granted"),
    "school": (True, "granted"),
    "one": (False, "not_given_by_all"),
    "back": (False, "revoked"),
    "money": (False, "purpose_not_granted"),
    "own": (True, "own_likeness"),
}


def test_each_card_is_decided_as_its_situation_says():
    found = {one.id: (one.decision().allowed, one.decision().reason.code) for one in CARDS}
    assert found == REASONS


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_each_card_is_told_and_explained_in_every_language(lang):
    said = [
        text
        for one in CARDS
        for text in (one.situation(lang=lang), one.question(lang=lang), *one.reasons(lang=lang))
    ]
    assert len(set(said)) == len(said)
    assert not any("{" in one for one in said)


def test_there_is_an_answer_between_yes_and_no():
    assert list(ANSWERS) == ["yes", "ask", "no"]
