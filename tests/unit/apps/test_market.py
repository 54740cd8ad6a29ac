"""The rights market's stage without a browser: what is told, to the centime, in whose language, and what is refused."""

import json
import re
from datetime import UTC, date, datetime

import pytest

from medialit.apps import market as window
from medialit.apps import market_acts as acts
from medialit.apps import market_stories as stories
from medialit.apps import market_view as view
from medialit.apps import market_words as words
from medialit.apps.market_draft import Draft
from medialit.apps.market_stage import Stage, ending
from medialit.consent.market import Currency
from medialit.consent.market_flags import CODES
from medialit.consent.market_licence import write_licence
from medialit.consent.reasons import CODES as REASONS
from medialit.consent.records import Medium

TODAY = date(2026, 11, 27)
LANGS = ("en", "fr", "ar")


@pytest.fixture
def on(tmp_path):
    return lambda lang="en": Stage(lang=lang, today=TODAY, home=tmp_path)


def told(said):
    return " ".join(said.sentences)


def balances(stage):
    return stage.market().books.balances(Currency.MAD)


def test_the_cooperative_is_settled_to_the_centime_and_everything_adds_up(on):
    stage = on()
    assert stories.tell(stage, "cooperative").kind == "yes"
    ahead = ending(stage.market(), "C1", at=stage.now())
    assert acts.take_back(stage, "C1").kind == "yes"
    done = ending(stage.market(), "C1", at=stage.now())
    assert done.final and not ahead.final
    assert (done.before, done.now, done.royalties) == (ahead.before, ahead.now, ahead.royalties)
    assert done.before == {"fatimazahra": 186_66, "agency": 46_67}
    assert done.now == {"fatimazahra": 160_00, "agency": 40_00}
    assert done.royalties == {"fatimazahra": 338_00, "agency": 84_50}
    assert (done.settlement.earned.centimes, done.settlement.refund.centimes) == (433_33, 566_67)
    assert sum(done.before.values()) + sum(done.now.values()) == done.settlement.earned.centimes
    assert balances(stage) == {
        "outside": -1600_00,
        "wallet:agency": 171_17,
        "wallet:cooperative": 744_17,
        "wallet:fatimazahra": 684_66,
    }
    assert [use.place for use in done.settlement.comes_down] == ["derb"]
    assert [use.place for use in done.settlement.remains] == ["canal-sept", "le-quai"]


def test_what_is_shown_after_a_licence_was_taken_back_is_refused_with_the_reason(on):
    stage = on()
    stories.tell(stage, "cooperative")
    assert acts.report_use(stage, "C1", "own-site", "advertising", "MA").kind == "yes"
    before = stage.market().uses
    for outlet, purpose, where, why in (
        ("cine-tafoukt", "advertising", "MA", "the cinema"),
        ("derb", "political", "MA", "politics"),
        ("derb", "advertising", "FR", "FR"),
    ):
        refused = acts.report_use(stage, "C1", outlet, purpose, where)
        assert refused.kind == "no" and why in told(refused)
    acts.take_back(stage, "C1")
    refused = acts.report_use(stage, "C1", "derb", "advertising", "MA")
    assert refused.kind == "no" and "was taken back" in told(refused)
    assert stage.market().uses == before


def test_the_riads_paper_has_five_warnings_and_hamids_answer_keeps_one(on):
    stage = on()
    stories.tell(stage, "riad")
    shown = {
        id: view.signing(
            stage.market(), id, "riad", now=stage.now(), called=words.names("en"), lang="en"
        ).count('class="ml-flag"')
        for id in ("O1", "O2", "O3")
    }
    assert shown == {"O1": 5, "O2": 1, "O3": 1}


def test_an_exclusive_licence_keeps_another_away_and_a_free_day_lets_it_in(on):
    stage = on()
    stories.tell(stage, "riad")
    assert acts.sign(stage, "O2", "riad", read=True)[0].kind == "yes"
    held = balances(stage)
    refused, none = acts.sign(stage, "O3", "teapot", read=True)
    assert refused.kind == "no" and none == "" and balances(stage) == held
    assert "Riad of the Seven Pomegranates" in told(refused) and "2027-03-31" in told(refused)
    later = Draft(principal="hamid", licensee="teapot", begins_in=30, days=30, fee="600")
    made, id = acts.put_up(stage, later)
    assert made.kind == "yes" and acts.sign(stage, id, "teapot", read=True)[0].kind == "yes"


def test_nothing_is_signed_unread_unpaid_or_by_somebody_else(on):
    stage = on()
    stories.tell(stage, "riad")
    assert acts.sign(stage, "O2", "riad", read=False)[0].kind == "info"
    assert "made to" in told(acts.sign(stage, "O2", "teapot", read=True)[0])
    acts.put_up(stage, Draft(principal="salma", fee="1600"))
    assert "lacks 100.00 dirhams" in re.sub(
        "[\u2066\u2069]", "", told(acts.sign(stage, "O4", "riad", read=True)[0])
    )
    assert stage.market().contracts == {}


def test_everything_twice_is_once(on):
    stage = on()
    draft = Draft(principal="salma", fee="900", royalty="10")
    for _ in range(2):
        acts.put_up(stage, draft)
        acts.bring_in(stage, "ladder", "1000")
        acts.sign(stage, "O1", "ladder", read=True)
        acts.report_use(stage, "C1", "derb", "advertising", "MA")
        acts.report_revenue(stage, "C1", "100")
        acts.pay_out(stage, "C1")
    kinds = [step.kind for step in stage.file.steps()]
    assert kinds == ["offer", "deposit", "accept", "show", "royalty", "release"]
    acts.take_back(stage, "C1")
    assert acts.take_back(stage, "C1").kind == "info"
    assert sum(held for name, held in balances(stage).items() if name != "outside") == 1000_00


@pytest.mark.parametrize(
    "draft",
    [
        Draft(principal="salma", purposes=[]),
        Draft(principal="salma", media=[]),
        Draft(principal="salma", actions=[]),
        Draft(principal="salma", parts=[]),
        Draft(principal="salma", places=[]),
        Draft(principal="salma", places=["worldwide", "MA"]),
        Draft(principal="salma", days=0),
        Draft(principal="salma", begins_in=-1),
        Draft(principal="salma", fee="1,200"),
        Draft(principal="salma", fee="-1"),
        Draft(principal="salma", fee="9" * 13),
        Draft(principal="salma", royalty="100,01"),
        Draft(principal="salma", run_on_days=91),
    ],
)
def test_an_offer_that_lacks_something_is_refused_in_each_language_and_changes_nothing(on, draft):
    said = {told(acts.put_up(on(lang), draft)[0]) for lang in LANGS}
    assert len(said) == 3 and on().file.steps() == ()


@pytest.mark.parametrize("lang", LANGS)
def test_a_page_is_in_one_language_and_shows_no_code_of_the_program(on, lang):
    stage = on(lang)
    for key in stories.STORIES:
        stories.tell(stage, key)
        acts.sign(stage, "O2", "riad", read=True)
        pieces = [
            one
            for one in window._shown(stage, window.Chosen(offer="O1", who="riad"))
            if str(one).startswith("<div")
        ]
        text = re.sub(r"<details>.*?</details>|<[^>]+>|&\w+;", " ", " ".join(pieces), flags=re.DOTALL)
        assert not any(re.search(rf"\b{code}\b", text) for code in (*REASONS, *CODES) if "_" in code)
        assert re.findall(r"[A-Za-z]{3,}", text) == [] or lang != "ar"
        assert f'lang="{lang}"' in pieces[0]


def test_the_clock_turns_forward_only_and_lasts(on):
    stage = on()
    assert stage.day() == TODAY
    acts.put_up(stage, Draft(principal="salma"))
    assert stage.turn(7) == date(2026, 12, 4) == on().day()
    assert stage.now() == datetime(2026, 12, 4, 9, 0, 1, tzinfo=UTC)
    stage.clear()
    assert stage.day() == TODAY and stage.market().offers == {}
    assert (stage.folder / "market.before.jsonl").is_file()


def test_a_stage_that_was_tampered_with_is_shown_as_such_and_can_be_emptied(on):
    stage = on()
    stories.tell(stage, "cooperative")
    path = stage.file.path
    path.write_bytes(path.read_bytes().replace(b"100000", b"900000"))
    (stage.folder / "stage.json").write_text("[", encoding="utf-8")
    assert stage.day() == TODAY
    page = window._shown(stage, window.Chosen())
    assert "damaged or was changed" in page[1]
    assert acts.take_back(stage, "C1").kind == "error"
    assert stories.tell(stage, "riad").kind == "yes" and len(stage.market().offers) == 3


def licence(stage):
    return json.loads(write_licence(stage.market().contracts["C1"]))


def read(stage, data, tmp_path):
    path = tmp_path / "brought.json"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    said = window._read(stage, str(path))
    assert not path.exists()
    return re.sub("[\u2066\u2069]", "", said)


def test_a_licence_that_is_read_back_is_compared_with_the_stage(on, tmp_path):
    stage = on()
    stories.tell(stage, "cooperative")
    good = licence(stage)
    assert "word for word" in read(stage, good, tmp_path)
    cheap = json.loads(json.dumps(good).replace("100000", "10000"))
    assert "do not fit each other" in read(stage, cheap, tmp_path)
    [duty] = cheap["terms"]["permission"][0]["duty"]
    duty["constraint"][0]["rightOperand"]["@value"] = "100.00"
    said = read(stage, cheap, tmp_path)
    assert "another licence of this name" in said
    assert "In the file: Fee for the whole period: 100.00 dirhams" in said
    assert "On this stage: Fee for the whole period: 1,000.00 dirhams" in said
    stage.clear()
    assert "knows no such licence" in read(stage, good, tmp_path)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "data",
    [b"", b"<script>alert(1)</script>", b"\x00" * 400_000, b"[" * 90_000, b'{"format":"medialit-licence/9"}'],
)
def test_a_hostile_file_is_a_sentence_in_the_readers_language(on, tmp_path, lang, data):
    said = read(on(lang), data, tmp_path)
    assert said.count('role="status"') == 1 and "<script" not in said
    assert (re.search("[\u0600-\u06ff]", said) is not None) == (lang == "ar")


def test_names_of_a_file_cannot_become_markup(on, tmp_path):
    stage = on()
    stories.tell(stage, "cooperative")
    plain = json.dumps(licence(stage)).replace('"lahcen"', '"<b>"')
    assert "<b>" not in read(stage, plain.replace("cooperative", "<img>").encode(), tmp_path)


def test_something_can_be_shown_in_every_medium_but_the_classroom():
    assert {one.medium for one in words.OUTLETS.values()} == set(Medium) - {Medium.CLASSROOM}
