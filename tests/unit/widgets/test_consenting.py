"""The consent widget: each switch changes the answer as the rules say, in the reader's language."""

import pytest

from medialit.consent.records import Action, Audience, Modality, Purpose
from medialit.language import translator
from medialit.widgets.consenting import ConsentWidget


def turned(**switches):
    widget = ConsentWidget()
    for key, value in switches.items():
        widget._switches[key].value = value
    return widget


def test_what_it_begins_with_is_allowed_and_named():
    widget = turned()
    assert widget.decision.allowed and widget.decision.grant_ids == ("first",)
    assert "Yes, this may be done." in widget._answer.value


@pytest.mark.parametrize(
    ("switches", "code"),
    [
        ({"granted": False}, "no_grant"),
        ({"purpose": Purpose.ADVERTISING}, "purpose_not_granted"),
        ({"action": Action.PUBLISH}, "action_not_granted"),
        ({"audience": Audience.EVERYONE}, "audience_not_granted"),
        ({"parts": (Modality.VOICE,)}, "voice_not_granted"),
        ({"abroad": True}, "territory_not_granted"),
        ({"ended": True}, "expired"),
        ({"revoked": True}, "revoked"),
        ({"forbidden": True, "topic": True}, "prohibited_topic"),
        ({"minor": True, "audience": Audience.EVERYONE, "widest": Audience.EVERYONE}, "minor_everyone"),
    ],
)
def test_each_switch_alone_turns_the_answer_to_no_with_its_reason(switches, code):
    widget = turned(**switches)
    assert not widget.decision.allowed and widget.decision.reason.code == code
    assert "No, this may not be done." in widget._answer.value


def test_a_prohibition_beats_the_widest_permission():
    everything = {
        "purposes": tuple(Purpose),
        "actions": tuple(Action),
        "widest": Audience.EVERYONE,
        "modalities": tuple(Modality),
        "worldwide": True,
        "second": True,
        "topic": True,
    }
    assert turned(**everything).decision.allowed
    assert not turned(**everything, forbidden=True).decision.allowed


def test_a_permission_for_one_purpose_lends_nothing_to_another_one():
    assert not turned(second=True, action=Action.PUBLISH).decision.allowed
    assert turned(second=True, action=Action.PUBLISH, purpose=Purpose.SATIRE).decision.allowed


def test_a_guardian_s_yes_counts_for_a_child_within_the_limits():
    assert turned(minor=True).decision.allowed


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_answer_and_table_are_in_the_reader_s_language_and_direction(lang):
    widget = ConsentWidget(lang=lang)
    widget._switches["purpose"].value = Purpose.ADVERTISING
    shown = widget._answer.value
    assert translator(lang)("No, this may not be done.") in shown and "No, this" not in shown
    assert f'dir="{"rtl" if lang == "ar" else "ltr"}"' in shown
    assert translator(lang)("in force") in shown
