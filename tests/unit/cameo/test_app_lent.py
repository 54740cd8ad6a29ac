"""The consent desk's window with somebody who enrolled before a camera, without a browser."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from medialit.apps import cameo_acts as acts
from medialit.apps import cameo_clips as clips
from medialit.apps import cameo_view as view
from medialit.apps import cameo_words as words
from medialit.apps.cameo import _discard, _visit
from medialit.apps.cameo_visit import Sweeping, Visit, lenders
from medialit.cameo import Desk
from medialit.cameo.desk import Desk as TheDesk

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)


def at(home, me, lang="en", later=0):
    return Visit(me=me, principal=me, lang=lang, now=NOW + timedelta(minutes=later), home=home)


def told(said):
    return " ".join(said.sentences)


@pytest.fixture
def unlinked(lent_once, tmp_path):
    """A home in which somebody is enrolled by camera, and nothing more."""
    home = tmp_path / "unlinked"
    for folder in ("likeness", "likeness-keys"):
        shutil.copytree(lent_once[0] / folder, home / folder)
    return home


def test_an_enrolment_takes_part_once_an_adult_is_said_and_then_lends_makes_and_takes_back(
    unlinked, lent_once, file_of
):
    home, id = unlinked, lent_once[1]
    [(words_, newcomer)] = view.page(at(home, "tiziri")).newcomers
    assert newcomer == id and "Amina Tazi" in words_
    assert acts.join(at(home, "tiziri"), "", True).kind == "info"
    assert acts.join(at(home, "tiziri"), id, False).kind == "info" and lenders(home) == {}
    assert acts.join(at(home, "tiziri"), id, True).kind == "yes"
    assert acts.join(at(home, "tiziri"), id, True).kind == "yes"  # a second click changes nothing
    assert lenders(home) == {id: "Amina Tazi"} and view.page(at(home, "tiziri")).newcomers == []
    assert _visit(home, id, id, "en").principal == id
    assert ("Amina Tazi", id) in words.people("fr", minors=True, others=lenders(home))

    page = view.page(at(home, id))
    assert page.lends and page.enrolled and "You have lent no recording" in page.lent
    assert "<img" not in page.person and "Amina Tazi" in page.person
    assert not view.page(at(home, "tiziri")).lends
    assert clips.lent_film(at(home, id))[1] is None
    refused = acts.lend(at(home, id, lang="fr"), file_of("both"))
    assert refused.kind == "error" and "plus d'un visage" in told(refused)
    assert acts.lend(at(home, id), file_of("hers")).kind == "yes"
    assert "3 seconds of you are kept" in view.page(at(home, id)).lent
    assert clips.lent_film(at(home, id))[1].startswith("data:video/mp4;base64,")

    terms = acts.Terms(
        grantee="idir", purposes=["education"], actions=["generate"], audience="approved", territories=["MA"],
        media=["classroom"], lasts=timedelta(days=7),
    )  # fmt: skip
    assert acts.allow(at(home, id, later=1), terms).kind == "yes"
    wish = clips.Wish(
        prompt="a red ball bounces on the beach", people=[id], doing="wave", purpose="education",
        audience="approved", territories=["MA"], medium="classroom", seed=1,
    )  # fmt: skip
    made, use = clips.make(at(home, "idir", later=2), wish)
    assert made.kind == "yes" and "Amina Tazi has agreed to this use." in made.sentences
    back = acts.unlend(at(home, id, later=3))
    assert {"Drafts that were destroyed: 1.", "Recordings that were erased: 1."} <= set(back.sentences)
    assert clips.film(at(home, id, later=4), use)[1] is None
    again, nothing = clips.make(at(home, "idir", later=5, lang="ar"), wish)
    assert nothing is None and "لم يُعِر" in told(again) and "Amina Tazi" in told(again)
    assert acts.unlend(at(home, id, later=6)).kind == "error"


def test_nobody_else_sees_what_was_lent(home):
    stranger = Visit(me="tiziri", principal="amina", lang="en", now=NOW, home=home)
    said, address = clips.lent_film(stranger)
    assert address is None and "does not speak for" in told(said)
    assert acts.unlend(stranger).kind == "error"
    assert _visit(home, "tiziri", "amina", "en").principal == "tiziri"


def test_what_has_run_out_goes_when_the_window_opens_and_then_at_most_once_a_minute(home, monkeypatch):
    swept = []
    sweep = TheDesk.sweep
    monkeypatch.setattr(TheDesk, "sweep", lambda desk, *, now: swept.append(now) or sweep(desk, now=now))
    end = NOW + timedelta(days=31)
    door = Sweeping(home)
    assert len(door.visit(end).recordings) == 1
    assert list((home / "cameo" / "lent").glob("lent-*")) == []
    assert door.visit(end + timedelta(seconds=59)) is None
    assert door.visit(end + timedelta(seconds=60)) is not None
    assert swept == [end, end + timedelta(seconds=60)]


def test_a_register_that_cannot_be_read_does_not_keep_the_window_from_opening(home):
    (home / "consent" / "ledger.db").write_bytes(b"no database" * 100)
    assert Sweeping(home).visit(NOW) is None


def test_what_the_browser_sent_is_deleted_with_its_folder(tmp_path):
    folder = tmp_path / "0123"
    folder.mkdir()
    file = folder / "webcam.webm"
    file.write_bytes(b"a face")
    _discard(file)
    _discard(file)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("lang", "words_"), [("fr", "ne peut pas décider pour"), ("ar", "لا يحق لـ")])
def test_what_the_desk_refuses_is_said_in_the_reader_s_language_with_names_not_ids(home, lang, words_):
    with Desk(home) as desk:
        desk.enrol_cast("tiziri", by="tiziri", now=NOW)
    said, _address = clips.lent_film(Visit(me="tiziri", principal="amina", lang=lang, now=NOW, home=home))
    assert words_ in told(said) and "Amina Tazi" in told(said) and "amina" not in told(said)
