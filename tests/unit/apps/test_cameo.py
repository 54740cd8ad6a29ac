"""The consent desk's acts and pages, without a browser: what is told, in whose language, and what is never shown."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest

from medialit.apps import cameo_acts as acts
from medialit.apps import cameo_clips as clips
from medialit.apps import cameo_view as view
from medialit.apps import cameo_words as words
from medialit.apps.cameo import _visit
from medialit.apps.cameo_visit import Visit
from medialit.consent.reasons import CODES
from medialit.consent.records import RelationKind
from medialit.likeness.cast_pose import ACTIONS
from medialit.likeness.challenge import Challenge
from medialit.likeness.page import challenge_page
from medialit.likeness.vault import Vault

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
TERMS = acts.Terms(
    grantee="idir",
    purposes=["education"],
    actions=["generate", "publish", "export"],
    audience="approved",
    territories=["MA"],
    media=["classroom"],
    lasts=timedelta(days=7),
)
WISH = clips.Wish(
    prompt="a red ball bounces on the beach",
    people=["tiziri"],
    doing="wave",
    purpose="education",
    audience="approved",
    territories=["MA"],
    medium="classroom",
    seed=1,
)


@pytest.fixture
def at(tmp_path):
    def visit(me, principal=None, lang="en", later=0):
        return Visit(
            me=me, principal=principal or me, lang=lang, now=NOW + timedelta(minutes=later), home=tmp_path
        )

    acts.enrol(visit("tiziri"))
    return visit


def told(said):
    return " ".join(said.sentences)


def test_a_clip_goes_from_yes_to_a_copy_and_a_revocation_says_what_it_reached(at, tmp_path):
    assert acts.allow(at("tiziri"), TERMS).kind == "yes"
    made, use = clips.make(at("idir"), WISH)
    assert made.kind == "yes" and "Tiziri Oumlil has agreed to this use." in made.sentences
    address = clips.film(at("tiziri"), use)[1]
    assert address.startswith("data:video/mp4;base64,")
    assert clips.publish(at("idir"), use).kind == "yes"
    exported = clips.export(at("idir"), use)
    assert exported.kind == "yes" and len(list((tmp_path / "exports").glob("*.mp4"))) == 1
    gone = acts.take_back(at("tiziri", later=1), "all")
    assert "Published clips that were taken down here: 1." in gone.sentences
    assert "Copies out of reach: 1." in told(gone)
    assert clips.film(at("tiziri", later=2), use)[1] is None
    assert not list((tmp_path / "cameo" / "published").glob("*"))


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_refusal_is_said_in_sentences_and_names_of_the_language_and_never_as_a_code(at, lang):
    refused, use = clips.make(at("idir", lang=lang), WISH)
    assert use is None and refused.kind == "no"
    page = view.page(at("tiziri", lang=lang, later=1))
    for said in (told(refused), page.log):
        assert not any(re.search(rf"\b{code}\b", said) for code in CODES if "_" in code)
        assert words.names_in(lang, {})["tiziri"] in said
    assert ("Tiziri" in told(refused)) == (lang != "ar")


def test_forbidding_a_word_reaches_what_was_made_before_and_other_languages(at):
    acts.allow(at("tiziri"), TERMS)
    _made, use = clips.make(at("idir"), WISH)
    said = acts.forbid(at("tiziri", later=1), "plage", [])
    assert "Drafts that were destroyed: 1." in said.sentences
    assert clips.film(at("idir", later=2), use)[1] is None
    again, nothing = clips.make(at("idir", later=3), WISH)
    assert nothing is None and "beach" in told(again)
    [[_words, no]] = [
        one for one in view.page(at("tiziri", later=3)).to_take_back if one[1].startswith("no-")
    ]
    assert acts.take_back(at("tiziri", later=4), no).kind == "yes"
    assert "no longer forbidden" in told(acts.take_back(at("tiziri", later=4), no))


def test_nobody_watches_a_draft_in_which_they_are_not_and_which_they_did_not_make(at):
    acts.allow(at("tiziri"), TERMS)
    _made, use = clips.make(at("idir"), WISH)
    said, address = clips.film(at("salma"), use)
    assert address is None and said.kind == "error"
    assert clips.withdraw(at("salma"), use).kind == "error"
    assert clips.withdraw(at("tiziri"), use).kind == "yes"
    assert clips.withdraw(at("tiziri"), use).kind == "info"


def test_what_is_not_filled_in_is_asked_for_and_nothing_is_written(at):
    empty = acts.Terms(
        grantee="", purposes=[], actions=[], audience="only_me", territories=[], media=[], lasts=None
    )
    assert len(acts.allow(at("tiziri"), empty).sentences) == 5
    assert acts.allow(at("salma"), TERMS).sentences[0].startswith("Salma Ouarghi is not enrolled yet")
    assert acts.forbid(at("tiziri"), " , ", []).kind == "info"
    assert acts.relate(at("tiziri"), RelationKind.FOLLOW, "tiziri", on=True).kind == "info"
    assert clips.publish(at("tiziri"), "use-0000000000000000").kind == "error"
    assert view.page(at("tiziri")).to_take_back == []


def test_approving_ends_and_what_rested_on_it_is_withdrawn(at):
    circle = acts.Terms(**{**vars(TERMS), "grantee": "circle:approved"})
    acts.allow(at("tiziri"), circle)
    acts.relate(at("tiziri"), RelationKind.APPROVE, "idir", on=True)
    made, _use = clips.make(at("idir"), WISH)
    assert made.kind == "yes"
    ended = acts.relate(at("tiziri", later=1), RelationKind.APPROVE, "idir", on=False)
    assert "Drafts that were destroyed: 1." in ended.sentences
    assert acts.relate(at("tiziri", later=2), RelationKind.APPROVE, "idir", on=False).kind == "info"


def test_a_visitor_speaks_for_nobody_but_themselves_and_their_wards(tmp_path):
    assert _visit(tmp_path, "salma", "tiziri", "en").principal == "salma"
    assert _visit(tmp_path, "idir", "anir", "en").principal == "anir"
    assert _visit(tmp_path, "anir", "anir", "xx").me == "tiziri"  # a child takes no role


def test_a_prompt_cannot_write_html_into_the_page(at):
    acts.allow(at("tiziri"), TERMS)
    clips.make(at("idir"), clips.Wish(**{**vars(WISH), "prompt": "a red ball <script>alert(1)</script>"}))
    page = view.page(at("tiziri"))
    assert "&lt;script&gt;" in page.uses and "<script" not in page.uses + page.log + page.statements


def test_the_page_says_when_a_grant_ended_as_the_engine_does(at):
    acts.allow(at("tiziri"), TERMS)
    assert "in force" in view.page(at("tiziri", later=1)).statements
    late = 8 * 24 * 60
    assert "over" in view.page(at("tiziri", later=late)).statements
    refused, _use = clips.make(at("idir", later=late), WISH)
    assert "has expired" in told(refused)
    assert "taken back" in view.page(at("tiziri", later=late)).statements or acts.take_back(
        at("tiziri", later=late), "all"
    )
    assert "taken back" in view.page(at("tiziri", later=late + 1)).statements


def test_every_doing_of_the_cast_has_words():
    assert {key for _words, key in words.doings("en")} == set(ACTIONS)


@pytest.mark.parametrize("light", [True, False])
def test_a_challenge_drawn_at_the_desk_is_issued_here_and_both_its_files_are_on_the_page(at, tmp_path, light):
    drawn = acts.draw(at("idir", lang="fr"), light)
    assert bool(drawn.lights) == light
    assert Vault(tmp_path).noted(drawn.nonce) == {"challenge": drawn.to_json()}
    shown = view.drawn(drawn, lang="fr")
    saved = {
        name: base64.b64decode(data).decode()
        for name, data in re.findall(r'download="([^"]+)" href="data:[^;]+;base64,([^"]+)"', shown)
    }
    assert Challenge.from_json(saved["challenge.json"]) == drawn
    assert saved["challenge.html"] == challenge_page(drawn, lang="fr")
    again = acts.draw(at("idir", later=1), light)
    assert again.nonce != drawn.nonce
