"""Rules of a class: who decides for a minor, what a quota is, how a clip comes down, who writes to whom, what is kept."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from studio_builders import Browser, World

from medialit.errors import StudioError
from medialit.feed.rank import PRESETS
from medialit.pipeline import recover
from medialit.studio.persons import Person

Opens = Callable[..., World]


def mutual(one: Browser, other: Browser) -> None:
    one.post(f"/api/people/{other.id}/follow")
    other.post(f"/api/people/{one.id}/follow")


def allowed(world: World, asker: Browser, person: str, answering: Browser) -> str:
    """Have somebody ask for a likeness and somebody allow it; return the grant."""
    ask = asker.post("/api/asks", {"to": person, "actions": ["generate", "publish", "remix"]}).json()["id"]
    assert answering.post(f"/api/asks/{ask}/answer", {"yes": True}).json()["state"] == "yes"
    card = world.studio.cards.get("ask", ask)
    assert card is not None
    return str(card["grant"])


def finished(world: World, who: Browser, job: str) -> str:
    """Wait until a request is done, and return its draft."""
    while (found := who.get(f"/api/jobs/{job}").json())["state"] in ("waiting", "making"):
        world.studio._thread.join(timeout=0.02)
    assert found["state"] == "done", found
    return str(found["draft"])


def test_nobody_under_13_comes_in_and_nothing_is_kept_of_them(world: World) -> None:
    body = {"code": world.studio.settings["code"], "pseudonym": "Petit", "age": "under_13", "lang": "fr"}
    answer = world.browser().post("/api/join", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "under-13")
    assert not world.studio.store.state().members and list(world.studio.cards.all("account")) == ["teacher"]


def test_somebody_comes_back_with_the_code_and_nobody_with_another(world: World) -> None:
    aya = world.join("آية")
    body = {
        "code": world.studio.settings["code"],
        "pseudonym": "آية",
        "return_code": aya.codes["return_code"],
    }
    again = world.browser()
    assert again.came_in(again.post("/api/return", body)).id == aya.id
    assert world.browser().post("/api/return", body | {"return_code": "CCCCC-CCCCC"}).status_code == 403
    assert world.browser().post("/api/return", body | {"code": "CCCC-CCCC"}).status_code == 403
    kept = json.dumps(world.studio.cards.all("account")) + json.dumps(world.studio.cards.all("session"))
    assert aya.codes["return_code"] not in kept
    assert aya.client.cookies["medialit_session"] not in kept


def test_a_session_ends_when_it_is_left_and_after_a_week(world: World) -> None:
    aya, idir = world.join("Aya"), world.join("Idir")
    aya.post("/api/leave")
    assert aya.get("/api/me").status_code == 401
    world.clock.pass_(days=6)
    assert idir.get("/api/me").status_code == 200
    world.clock.pass_(days=2)
    assert idir.get("/api/me").status_code == 401


def test_a_new_return_code_ends_every_session_of_the_old_one(world: World) -> None:
    aya, teacher = world.join("Aya"), world.teacher()
    fresh = teacher.post(f"/api/desk/members/{aya.id}/return-code").json()["return_code"]
    assert aya.get("/api/me").status_code == 401
    body = {"code": world.studio.settings["code"], "pseudonym": "aya", "return_code": fresh}
    assert world.browser().post("/api/return", body).status_code == 200


def test_a_minor_can_narrow_what_holds_and_the_guardian_alone_can_widen_it(world: World) -> None:
    nour = world.join("Nour", age="16_17")
    parent = world.guardian(nour)
    wide = {
        "controls": {
            "personalised": True,
            "daily_minutes": 200,
            "messages": "everyone",
            "hide_unlabelled": False,
        }
    }
    assert nour.put("/api/me/controls", wide).json()["controls"]["effective"]["daily_minutes"] == 60
    by_parent = parent.put("/api/me/controls", wide).json()["controls"]["effective"]
    assert (by_parent["daily_minutes"], by_parent["personalised"]) == (200, True)
    assert (by_parent["messages"], by_parent["hide_unlabelled"]) == (
        "known",
        True,
    )  # nobody can give these away
    narrow = nour.put("/api/me/controls", {"controls": {"daily_minutes": 20}}).json()["controls"]["effective"]
    assert narrow["daily_minutes"] == 20
    assert nour.put("/api/me/controls", {"controls": {"daily_minutes": "many"}}).status_code == 422


def test_a_minor_says_no_alone_and_only_the_guardian_says_yes(world: World) -> None:
    nour, idir = world.join("Nour", age="16_17"), world.join("Idir")
    parent = world.guardian(nour)
    assert nour.post("/api/likeness", {"cast": "tiziri"}).status_code == 201
    ask = idir.post(
        "/api/asks", {"to": "tiziri", "actions": ["generate", "publish"], "words": "meet me"}
    ).json()["id"]
    mine = next(one for one in nour.get("/api/likeness").json()["asks_to_me"] if one["id"] == ask)
    theirs = next(one for one in parent.get("/api/likeness").json()["asks_to_me"] if one["id"] == ask)
    assert (mine["words"], theirs["words"]) == (
        "",
        "meet me",
    )  # an adult opens no contact with a minor this way
    assert nour.post(f"/api/asks/{ask}/answer", {"yes": True}).json()["error"]["code"] == "guardian-decides"
    assert parent.post(f"/api/asks/{ask}/answer", {"yes": True}).json()["state"] == "yes"

    draft = world.draft(idir, people=("tiziri",))
    assert parent.get(f"/media/draft/{draft}").status_code == 200
    assert nour.post(f"/api/drafts/{draft}/answer", {"yes": True}).status_code == 403
    assert parent.post(f"/api/drafts/{draft}/answer", {"yes": True}).status_code == 200
    id = idir.post(f"/api/drafts/{draft}/publish", {}).json()["id"]

    friend, stranger = world.join("Friend"), world.join("Stranger")
    mutual(friend, nour)
    assert friend.get(f"/api/posts/{id}").status_code == 200
    assert parent.get(f"/media/clip/{id}").status_code == 200
    assert stranger.get(f"/api/posts/{id}").status_code == 404
    assert stranger.get(f"/media/clip/{id}").status_code == 404
    assert stranger.get("/api/feed").json()["posts"] == []

    given = nour.get("/api/likeness").json()["grants_given"]
    grant = next(one for one in given if one["to"][0]["id"] == idir.id)["id"]
    assert nour.post(f"/api/grants/{grant}/revoke", {}).json()["unpublished"] == [id]
    assert friend.get(f"/api/posts/{id}").status_code == 404


def test_from_13_to_15_the_likeness_is_off_and_a_guardian_who_switches_it_off_takes_clips_down(
    world: World,
) -> None:
    nour = world.join("Nour", age="13_15")
    assert nour.post("/api/likeness", {"cast": "ines"}).json()["error"]["code"] == "likeness-off"
    parent = world.guardian(nour)
    parent.put("/api/me/controls", {"controls": {"likeness": "ask_guardian", "quiet": []}})
    assert nour.post("/api/likeness", {"cast": "ines"}).status_code == 201
    own = parent.get("/api/likeness").json()["asks_to_me"][0]
    assert parent.post(f"/api/asks/{own['id']}/answer", {"yes": True}).status_code == 200
    draft = world.draft(nour, people=("ines",))
    assert nour.get("/api/drafts").json()["mine"][0]["can_publish"] is False
    parent.post(f"/api/drafts/{draft}/answer", {"yes": True})
    id = nour.post(f"/api/drafts/{draft}/publish", {}).json()["id"]
    assert nour.get(f"/media/clip/{id}").status_code == 200
    parent.put("/api/me/controls", {"controls": {"likeness": "off"}})
    assert nour.get(f"/media/clip/{id}").status_code == 404


def test_no_adult_plays_a_child_and_no_part_is_played_twice(world: World) -> None:
    aya, idir = world.join("Aya"), world.join("Idir")
    assert aya.post("/api/likeness", {"cast": "anir"}).json()["error"]["code"] == "minor"
    assert aya.post("/api/likeness", {"cast": "salma"}).status_code == 201
    assert idir.post("/api/likeness", {"cast": "salma"}).json()["error"]["code"] == "taken"
    assert aya.post("/api/likeness", {"cast": "nadia"}).json()["error"]["code"] == "plays-already"
    assert idir.post("/api/likeness", {"cast": "nobody"}).status_code == 404


def test_a_part_that_is_given_back_takes_its_clips_along_and_can_be_played_by_somebody_else(
    world: World,
) -> None:
    aya, nour = world.join("Aya"), world.join("Nour", age="16_17")
    aya.post("/api/likeness", {"cast": "salma"})
    id = world.post(aya, people=("salma",))["id"]
    waiting = world.draft(aya, people=("salma",))
    assert aya.delete("/api/likeness").json() == {"withdrawn": 1}
    assert aya.get(f"/media/clip/{id}").status_code == 404
    assert aya.get(f"/media/draft/{waiting}").status_code == 404
    assert (
        nour.post("/api/likeness", {"cast": "salma"}).status_code == 201
    )  # and the guardian decides from now on
    assert aya.post("/api/clips", {"prompt": "a red ball", "people": ["salma"]}).status_code == 403
    assert world.studio.desk.ledger.verify().ok


def test_a_remix_goes_with_what_it_was_made_from(world: World) -> None:
    aya, idir = world.join("Aya"), world.join("Idir")
    aya.post("/api/likeness", {"cast": "salma"})
    grant = allowed(world, idir, "salma", aya)
    first = world.post(aya, people=("salma",))
    job = idir.post(
        "/api/clips", {"prompt": "a blue ball rolls in the desert", "remix_of": first["id"], "seed": 4}
    )
    assert job.status_code == 202, job.text
    draft = finished(world, idir, job.json()["id"])
    aya.post(f"/api/drafts/{draft}/answer", {"yes": True})
    remix = idir.post(f"/api/drafts/{draft}/publish", {})
    assert remix.json()["remix_of"] == first["id"], remix.text
    assert idir.get(f"/api/posts/{first['id']}").json()["remixes"] == [remix.json()["id"]]
    assert aya.post(f"/api/grants/{grant}/revoke", {}).json()["unpublished"] == [remix.json()["id"]]
    assert idir.get(f"/api/posts/{first['id']}").status_code == 200
    aya.delete(f"/api/posts/{first['id']}")
    assert idir.get(f"/api/posts/{first['id']}").status_code == 404


def test_the_clips_of_a_day_are_counted_and_tomorrow_there_are_new_ones(world: World) -> None:
    aya, teacher = world.join("Aya"), world.teacher()
    teacher.post("/api/desk/quota", {"each_day": 0})
    none = aya.post("/api/clips", {"prompt": "a red ball"})
    assert (none.status_code, none.json()["error"]["code"]) == (429, "quota")
    teacher.post("/api/desk/quota", {"each_day": 1})
    assert aya.post("/api/clips", {"prompt": "a red ball"}).status_code == 202
    assert aya.get("/api/me").json()["quota"] == {"left": 0, "each_day": 1}
    assert aya.post("/api/clips", {"prompt": "a red ball"}).status_code == 429
    finished(world, aya, aya.get("/api/jobs").json()[0]["id"])
    world.clock.pass_(days=1)
    assert aya.get("/api/me").json()["quota"]["left"] == 1


def test_a_prompt_is_refused_with_the_reason_in_the_language_of_whoever_asks(world: World) -> None:
    aya = world.join("Aya", lang="fr")
    answer = aya.post("/api/clips", {"prompt": "the king of Morocco rides a car"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "prompt-refused")
    assert "filtre" in answer.json()["error"]["message"]
    assert not world.studio.cards.all("job")


def test_a_reported_likeness_is_gone_at_once_and_the_teacher_decides_with_a_trail(world: World) -> None:
    aya, idir, teacher = world.join("Aya"), world.join("Idir"), world.teacher()
    aya.post("/api/likeness", {"cast": "salma"})
    id = world.post(aya, people=("salma",))["id"]
    assert (
        idir.post(f"/api/posts/{id}/report", {"ground": "my_likeness"}).json()["error"]["code"] == "not-you"
    )
    case = aya.post(f"/api/posts/{id}/report", {"ground": "my_likeness", "why": "not like this"}).json()[
        "case"
    ]
    assert idir.get(f"/media/clip/{id}").status_code == 404
    assert teacher.get(f"/media/clip/{id}").status_code == 200
    assert teacher.post(f"/api/desk/cases/{case['id']}", {"act": "take_down", "why": ""}).status_code == 422
    done = teacher.post(f"/api/desk/cases/{case['id']}", {"act": "take_down", "why": "she is right"}).json()
    assert (done["state"], len(done["trail"])) == ("take_down", 2)
    assert idir.get(f"/media/clip/{id}").status_code == 404


def test_another_report_hides_from_its_deadline_on_and_an_author_can_appeal(world: World) -> None:
    aya, idir, teacher = world.join("Aya"), world.join("Idir"), world.teacher()
    id = world.film(aya)
    case = idir.post(f"/api/posts/{id}/report", {"ground": "harassment", "why": "it mocks me"}).json()[
        "case"
    ]["id"]
    assert idir.get(f"/api/posts/{id}").status_code == 200
    seen = aya.get("/api/cases").json()[0]
    assert "Idir" not in json.dumps(seen) and "mocks" not in json.dumps(
        seen
    )  # who reported stays with the teacher
    assert "Idir" in json.dumps(teacher.get("/api/cases").json())
    assert [one.get("/api/cases").json()[0]["why"] for one in (teacher, idir, aya)] == [
        "it mocks me",
        "it mocks me",
        "",
    ]
    world.clock.pass_(hours=25)
    assert idir.get(f"/api/posts/{id}").status_code == 404
    assert teacher.get("/api/desk").json()["overdue"] == 1
    teacher.post(f"/api/desk/cases/{case}", {"act": "take_down", "why": "yes"})
    assert (
        idir.post(f"/api/cases/{case}/appeal", {"why": "me too"}).status_code == 422
    )  # it is the author's to appeal
    assert aya.post(f"/api/cases/{case}/appeal", {"why": "it was a joke"}).json()["state"] == "appeal"
    teacher.post(f"/api/desk/cases/{case}", {"act": "restore", "why": "it was"})
    assert idir.get(f"/api/posts/{id}").status_code == 200


def test_no_adult_writes_first_to_a_minor_and_a_block_ends_everything(world: World) -> None:
    aya, nour, idir = world.join("Aya"), world.join("Nour", age="16_17"), world.join("Idir")
    mutual(aya, nour)
    refused = aya.post("/api/messages", {"to": nour.id, "text": "hello"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "no-contact")
    assert nour.post("/api/messages", {"to": aya.id, "text": "hello"}).status_code == 201
    assert aya.post("/api/messages", {"to": nour.id, "text": "hello!"}).status_code == 201
    assert [one["text"] for one in nour.get(f"/api/messages?with={aya.id}").json()] == ["hello", "hello!"]
    assert idir.get(f"/api/messages?with={aya.id}").json() == []
    id = world.film(aya)
    nour.post(f"/api/people/{aya.id}/block")
    assert aya.post("/api/messages", {"to": nour.id, "text": "why?"}).status_code == 403
    assert nour.get(f"/api/posts/{id}").status_code == 404
    assert aya.post(f"/api/people/{nour.id}/follow").status_code == 404


def test_a_sitting_ends_and_another_begins_after_a_pause(world: World) -> None:
    aya = world.join("Aya")
    ids = {world.film(aya, caption=f"{n}") for n in range(3)}
    aya.put("/api/me/controls", {"controls": {"posts_a_sitting": 2}})
    first = aya.get("/api/feed").json()
    assert (len(first["posts"]), first["ended"]) == (2, True)
    assert "2" in first["end_words"]
    for one in first["posts"]:
        aya.post(f"/api/posts/{one['id']}/seen", {"dwell_s": 3})
        aya.post(f"/api/posts/{one['id']}/seen", {"dwell_s": 3})  # twice is one place
    assert aya.get("/api/feed").json()["posts"] == []
    world.clock.pass_(minutes=11)
    assert len({one["id"] for one in aya.get("/api/feed").json()["posts"]} & ids) == 2


def test_pages_of_a_sitting_show_each_post_once(world: World) -> None:
    aya, idir = world.join("Aya"), world.join("Idir")
    ids = [world.film(aya, caption=f"{n}") for n in range(3)]
    seen, start = [], 0
    while start is not None:
        page = idir.get(f"/api/feed?start={start}&n=1").json()
        seen += [one["id"] for one in page["posts"]]
        start = page["next"]
    assert sorted(seen) == sorted(ids)


def test_the_minutes_of_a_day_close_the_feed(world: World) -> None:
    aya = world.join("Aya")
    world.film(aya)
    aya.put("/api/me/controls", {"controls": {"daily_minutes": 1}})
    for _ in range(5):
        aya.post("/api/me/beat", {"active": True})
        world.clock.pass_(seconds=15)
    closed = aya.get("/api/feed").json()
    assert (closed["posts"], closed["ended"]) == ([], True)
    assert aya.get("/api/me").json()["opening"]["open"] is False


def test_why_adds_up_and_names_authors_and_steering_is_answered_word_by_word(world: World) -> None:
    aya, idir = world.join("Aya"), world.join("Idir")
    id = world.film(aya)
    idir.post(f"/api/people/{aya.id}/follow")
    idir.put("/api/me/controls", {"controls": {"personalised": True}})
    told = idir.put("/api/me/steering", {"text": "more football surprisingly"}).json()
    assert (told["not_understood"], bool(told["said"])) == (["surprisingly"], True)
    why = idir.get(f"/api/posts/{id}/why").json()
    assert abs(sum(one["points"] for one in why["terms"]) - why["total"]) < 0.01
    assert any("Aya" in one["words"] for one in why["terms"])
    assert idir.delete("/api/me/steering").json()["text"] == ""


def test_a_paused_class_looks_and_does_nothing_and_can_still_take_things_back(world: World) -> None:
    aya, teacher = world.join("Aya"), world.teacher()
    aya.post("/api/likeness", {"cast": "salma"})
    id = world.post(aya, people=("salma",))["id"]
    teacher.post("/api/desk/pause", {"paused": True})
    assert aya.post(f"/api/posts/{id}/comments", {"text": "hi"}).json()["error"]["code"] == "paused"
    assert aya.post("/api/clips", {"prompt": "a red ball"}).status_code == 409
    assert aya.get("/api/feed").json()["posts"] == []
    assert aya.delete("/api/likeness").status_code == 200


def test_a_closed_class_and_an_old_code_take_nobody_in(world: World) -> None:
    teacher, old = world.teacher(), world.studio.settings["code"]
    teacher.post("/api/desk/open", {"open": False})
    body = {"code": old, "pseudonym": "Aya", "age": "adult"}
    assert world.browser().post("/api/join", body).json()["error"]["code"] == "closed"
    teacher.post("/api/desk/open", {"open": True})
    new = teacher.post("/api/desk/code").json()["code"]
    assert world.browser().post("/api/join", body).json()["error"]["code"] == "wrong-code"
    assert (
        world.browser().post("/api/join", body | {"code": new.lower().replace("-", " ")}).status_code == 201
    )


def test_a_published_clip_is_labelled_watermarked_and_signed_and_a_draft_is_not_found_by_anybody(
    world: World, tmp_path: Path
) -> None:
    aya, idir = world.join("Aya"), world.join("Idir")
    card = world.post(aya)
    assert card["label"] and card["synthetic"] and len(card["marks"]) == 2
    data = idir.get(f"/media/file/{card['id']}")
    assert "attachment" in data.headers["content-disposition"]
    file = tmp_path / "taken.mp4"
    file.write_bytes(data.content)
    found = recover(file, home=world.studio.folder)
    assert found.found[0].by == "watermark"
    assert found.report.credentials.state == "valid"  # and trusted by whoever takes the class's own list
    part = idir.get(card["video"], headers={"range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert "no-store" in part.headers["cache-control"]


def test_replay_shows_what_stood_then(world: World) -> None:
    aya, teacher = world.join("Aya"), world.teacher()
    first = world.film(aya, caption="first")
    world.clock.pass_(hours=1)
    then = world.clock.now
    world.clock.pass_(hours=1)
    second = world.film(aya, caption="second")
    aya.delete(f"/api/posts/{first}")
    seen = teacher.get("/api/desk/replay", params={"at": then.isoformat()}).json()
    assert [one["id"] for one in seen["posts"]] == [first]
    seen = teacher.get(
        "/api/desk/replay", params={"at": (world.clock.now + timedelta(days=1)).isoformat()}
    ).json()
    assert [one["id"] for one in seen["posts"]] == [second]


def test_evidence_holds_the_records_and_no_message(world: World) -> None:
    aya, idir, teacher = world.join("Aya"), world.join("Idir"), world.teacher()
    mutual(aya, idir)
    aya.post("/api/messages", {"to": idir.id, "text": "between-us"})
    id = world.film(aya, caption="for-all")
    idir.post(f"/api/posts/{id}/comments", {"text": "a-comment"})
    with zipfile.ZipFile(BytesIO(teacher.get("/api/desk/evidence").content)) as archive:
        everything = "".join(archive.read(name).decode() for name in archive.namelist())
        heads = json.loads(archive.read("heads.json"))
    assert "for-all" in everything and "a-comment" in everything and "between-us" not in everything
    assert heads["feed_verifies"] and heads["consent_verifies"]


def test_text_is_kept_as_one_line_without_signs_that_turn_others_around(world: World) -> None:
    aya = world.join("Aya")
    id = world.film(aya)
    said = aya.post(f"/api/posts/{id}/comments", {"text": "a\u202eb\n<b>c</b>"}).json()["text"]
    assert said == "ab <b>c</b>"
    assert aya.post(f"/api/posts/{id}/comments", {"text": " \u202e "}).status_code == 422


def test_presets_are_the_rankers_own(world: World) -> None:
    teacher = world.teacher()
    for preset in PRESETS:
        assert teacher.post("/api/desk/preset", {"preset": preset}).json()["preset"] == preset
    assert teacher.post("/api/desk/preset", {"preset": "magic"}).status_code == 422


@pytest.mark.parametrize("role", ["visitor", "guardian", "teacher"])
def test_the_studio_itself_refuses_other_roles_too(world: World, role: Any) -> None:
    with pytest.raises(StudioError):
        world.studio.feed(Person(id="x", role=role), start=0, n=1, now=world.clock.now)
    with pytest.raises(StudioError):
        world.studio.wipe(Person(id="x", role="learner"), name="3B")
