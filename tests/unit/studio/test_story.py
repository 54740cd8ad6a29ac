"""The studio as a class uses it, over HTTP."""

from __future__ import annotations

from studio_builders import World


def test_two_people_enrol_ask_agree_publish_and_one_takes_it_back(world: World) -> None:
    aya, idir, third = world.join("Aya"), world.join("Idir"), world.join("Third")
    assert aya.post("/api/likeness", {"cast": "salma"}).json()["mine"]["id"] == "salma"

    refused = idir.post(
        "/api/clips", {"prompt": "a red ball rolls on the beach", "people": ["salma"], "seed": 3}
    )
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "no-permission"
    assert refused.json()["error"]["ask"] == "salma"

    ask = idir.post(
        "/api/asks", {"to": "salma", "actions": ["generate", "publish"], "words": "For our film?"}
    )
    assert ask.status_code == 201, ask.text
    assert aya.get("/api/me").json()["waiting"]["asks"] == 1
    assert idir.post(f"/api/asks/{ask.json()['id']}/answer", {"yes": True}).status_code == 404
    said = aya.post(f"/api/asks/{ask.json()['id']}/answer", {"yes": True, "until_days": 30})
    assert said.json()["state"] == "yes", said.text

    draft = world.draft(idir, people=("salma",))
    mine = idir.get("/api/drafts").json()["mine"][0]
    assert (mine["can_publish"], mine["shows"][0]["answer"]) == (False, "waiting")
    assert idir.post(f"/api/drafts/{draft}/publish", {}).status_code == 409
    assert third.get(f"/media/draft/{draft}").status_code == 404
    assert aya.get(f"/media/draft/{draft}").headers["content-type"] == "video/mp4"
    assert aya.get("/api/drafts").json()["showing_me"][0]["id"] == draft
    assert aya.post(f"/api/drafts/{draft}/answer", {"yes": True}).status_code == 200

    post = idir.post(f"/api/drafts/{draft}/publish", {"caption": "With Salma", "topics": ["football"]})
    assert post.status_code == 201, post.text
    id = post.json()["id"]
    assert [one["id"] for one in third.get("/api/feed").json()["posts"]] == [id]
    assert third.get(f"/media/clip/{id}").status_code == 200
    assert third.get(f"/media/file/{id}").status_code == 404  # nobody allowed copies

    grant = next(
        one for one in aya.get("/api/likeness").json()["grants_given"] if one["to"][0]["id"] == idir.id
    )
    assert "Salma Ouarghi" in grant["plain"][0] and "Idir" in grant["plain"][0]
    gone = aya.post(f"/api/grants/{grant['id']}/revoke", {"why": "I changed my mind"})
    assert gone.json()["unpublished"] == [id], gone.text
    assert third.get("/api/feed").json()["posts"] == []
    assert third.get(f"/media/clip/{id}").status_code == 404
    assert idir.get(f"/api/posts/{id}").status_code == 404
    assert idir.post(f"/api/drafts/{draft}/publish", {}).status_code == 404
    again = idir.post("/api/clips", {"prompt": "a red ball rolls on the beach", "people": ["salma"]})
    assert again.status_code == 403
