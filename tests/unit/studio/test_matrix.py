"""Every address with every role: what `ACCESS` says is what happens, and nothing is reachable that it does not name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount
from studio_builders import Browser, World, open_world

from medialit.studio.codes import Rate
from medialit.studio.server import ACCESS, ENTRANCES

BODIES: dict[str, dict[str, Any]] = {
    "/api/me/language": {"lang": "en"},
    "/api/me/controls": {"controls": {}},
    "/api/me/beat": {"active": True},
    "/api/me/steering": {"text": "more cooking"},
    "/api/me/check-in": {"answer": "go_on"},
    "/api/posts/{id}/seen": {"dwell_s": 1},
    "/api/posts/{id}/comments": {"text": "hello"},
    "/api/posts/{id}/report": {"ground": "other"},
    "/api/clips": {"prompt": "a red ball"},
    "/api/drafts/{id}/answer": {"yes": True},
    "/api/likeness": {"cast": "salma"},
    "/api/asks": {"to": "salma", "actions": ["generate"]},
    "/api/asks/{id}/answer": {"yes": True},
    "/api/messages": {"to": "m-0", "text": "hello"},
    "/api/desk/pause": {"paused": False},
    "/api/desk/open": {"open": True},
    "/api/desk/preset": {"preset": "creation-first"},
    "/api/desk/quota": {"each_day": 8},
    "/api/desk/cases/{id}": {"act": "keep", "why": "fine"},
    "/api/desk/posts/{id}/remove": {"why": "not fine"},
    "/api/desk/wipe": {"name": "not the name"},
}
ROLES = ("visitor", "learner", "guardian", "teacher")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, dict[str, Browser]]]:
    world = open_world(tmp_path_factory.mktemp("matrix") / "class")
    ward = world.join("Nour", age="16_17")
    yield world, {
        "visitor": world.browser(), "learner": world.join("Aya"), "guardian": world.guardian(ward),
        "teacher": world.teacher(),
    }  # fmt: skip
    world.studio.__exit__(None, None, None)


def asked(one: Browser, method: str, path: str, *, csrf: bool = True) -> Any:
    given = path.replace("{id}", "m-none").replace("{lang}", "en")
    if path == "/api/desk/replay":
        given += "?at=2026-11-27T12:00:00Z"
    headers = {"x-medialit-csrf": "join" if path in ENTRANCES else one.csrf} if csrf else {}
    return one.client.request(
        method, given, json=BODIES.get(path, {}) if method != "GET" else None, headers=headers
    )


def test_each_address_of_the_application_is_in_the_table_and_each_of_the_table_in_the_application(
    people: tuple[World, dict[str, Browser]],
) -> None:
    routes = people[0].app.routes
    there = {(method, one.path) for one in routes if isinstance(one, APIRoute) for method in one.methods}
    assert there == set(ACCESS)
    assert [one.path for one in routes if not isinstance(one, APIRoute)] == ["/web"]
    assert all(isinstance(one, APIRoute | Mount) for one in routes)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), sorted(ACCESS))
def test_an_address_answers_the_roles_of_the_table_and_no_other(
    people: tuple[World, dict[str, Browser]], method: str, path: str, role: str
) -> None:
    one = people[1][role]
    if path == "/api/leave" and role != "visitor":  # it ends a session: one of its own
        one = people[0].teacher() if role == "teacher" else people[0].join(f"Leaving {role}")
    answer = asked(one, method, path)
    code = answer.json()["error"]["code"] if answer.status_code >= 400 else ""
    if role in ACCESS[method, path]:
        assert code not in ("come-in", "not-for-you", "csrf"), answer.text
        assert answer.status_code < 500
    elif role == "visitor":
        assert (answer.status_code, code) == (401, "come-in")
    else:
        assert code in ("not-for-you", "not-found")
        assert answer.status_code in (403, 404)


@pytest.mark.parametrize(("method", "path"), sorted(key for key in ACCESS if key[0] != "GET"))
def test_nothing_is_changed_by_a_page_that_does_not_know_the_secret_of_the_session(
    people: tuple[World, dict[str, Browser]], method: str, path: str
) -> None:
    role = "visitor" if path in ENTRANCES else sorted(ACCESS[method, path])[0]
    assert asked(people[1][role], method, path, csrf=False).json()["error"]["code"] == "csrf"


@pytest.mark.parametrize(("method", "path"), sorted(key for key in ACCESS if key[0] != "GET"))
def test_nothing_is_changed_by_a_page_from_elsewhere(
    people: tuple[World, dict[str, Browser]], method: str, path: str
) -> None:
    role = "visitor" if path in ENTRANCES else sorted(ACCESS[method, path])[0]
    one = people[1][role]
    given = path.replace("{id}", "m-none")
    marks = ({"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"})
    right = "join" if path in ENTRANCES else one.csrf
    headers = {"x-medialit-csrf": right} | marks[len(path) % 3]  # each mark for a third of the addresses
    answer = one.client.request(method, given, json=BODIES.get(path, {}), headers=headers)
    assert answer.json()["error"]["code"] == "csrf"


def test_ids_of_others_say_nothing(people: tuple[World, dict[str, Browser]]) -> None:
    """Whatever is there and not for somebody is answered like what is not there."""
    world, known = people
    idir, aya = world.join("Idir"), known["learner"]
    draft = world.draft(idir)
    job = idir.post("/api/clips", {"prompt": "a red ball"}).json()["id"]
    for method, real, unreal in (
        ("GET", f"/media/draft/{draft}", "/media/draft/d-0"),
        ("GET", f"/media/draft-poster/{draft}", "/media/draft-poster/d-0"),
        ("DELETE", f"/api/drafts/{draft}", "/api/drafts/d-0"),
        ("POST", f"/api/drafts/{draft}/publish", "/api/drafts/d-0/publish"),
        ("GET", f"/api/jobs/{job}", "/api/jobs/j-0"),
        ("DELETE", f"/api/jobs/{job}", "/api/jobs/j-0"),
    ):
        one, two = (
            aya.client.request(
                method, path, json={} if method != "GET" else None, headers={"x-medialit-csrf": aya.csrf}
            )
            for path in (real, unreal)
        )
        assert (one.status_code, one.json()) == (two.status_code, two.json()) and one.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/web/../words.py", "/web/%2e%2e/words.py", "/web/..%2fwords.py", "/media/clip/..%2f..%2fstudio.db", "/studio.db",
        "/media/draft/../../studio.db", "/media/face/..%2fseal.key", "/feed/media", "/words/..%2f..%2fen.json", "/docs",
        "/media/clip/" + "a" * 64,
    ],
)  # fmt: skip
def test_no_path_leads_out_of_what_is_served(people: tuple[World, dict[str, Browser]], path: str) -> None:
    for one in people[1].values():
        answer = one.get(path)
        assert answer.status_code in (401, 404), path
        assert b"SQLite" not in answer.content and b"def " not in answer.content


def test_every_answer_carries_the_headers(people: tuple[World, dict[str, Browser]]) -> None:
    known = people[1]
    for path in ("/", "/health", "/api/me", "/nothing", "/web/nothing.js"):
        headers = known["learner"].get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"]


def test_the_page_s_own_files_are_kept_and_nothing_else_is(people: tuple[World, dict[str, Browser]]) -> None:
    one = people[1]["learner"]
    style = one.get("/web/style.css")
    assert style.headers["cache-control"] == "no-cache"
    assert one.get("/web/style.css", headers={"if-none-match": style.headers["etag"]}).status_code == 304
    for path in ("/", "/api/me", "/api/feed", "/web-not-ours"):
        assert "no-store" in one.get(path).headers["cache-control"]


Opens = Callable[..., World]


def test_too_many_codes_from_one_address_are_refused_for_a_while(new_world: Opens, tmp_path: Path) -> None:
    from medialit.studio.server import ENTERING

    world = new_world(entering=ENTERING)
    one = world.browser()
    body = {"code": "WRONG-CODE", "pseudonym": "Aya", "age": "adult"}
    codes = [one.post("/api/join", body).json()["error"]["code"] for _ in range(ENTERING.n + 1)]
    assert codes == ["wrong-code"] * ENTERING.n + ["too-often"]
    assert 1 <= int(one.post("/api/teacher", {"key": "x"}).headers["retry-after"]) <= 60


def test_a_class_behind_one_address_comes_in_at_once_and_wrong_codes_count_all_the_same(
    new_world: Opens,
) -> None:
    from medialit.studio.server import COMING, ENTERING

    world = new_world(entering=ENTERING, coming=COMING)
    for n in range(3 * ENTERING.n):
        world.join(f"Aya {n}")
    guesser = world.browser()
    body = {"code": "WRONG-CODE", "pseudonym": "Ghost", "age": "adult"}
    codes = [guesser.post("/api/join", body).json()["error"]["code"] for _ in range(ENTERING.n + 1)]
    assert codes == ["wrong-code"] * ENTERING.n + ["too-often"]


def test_nobody_comes_in_more_than_sixty_times_a_minute_from_one_address(new_world: Opens) -> None:
    world = new_world(coming=Rate(n=3))
    for n in range(3):
        world.join(f"Aya {n}")
    body = {"code": world.studio.settings["code"], "pseudonym": "Aya 4", "age": "adult"}
    assert world.browser().post("/api/join", body).status_code == 429


def test_too_many_changes_of_one_session_are_refused_and_others_go_on(new_world: Opens) -> None:
    from medialit.studio.server import WRITING

    world = new_world(writing=WRITING)
    one, other = world.join("Aya"), world.join("Idir")
    codes = [one.put("/api/me/language", {"lang": "en"}).status_code for _ in range(WRITING.n + 1)]
    assert codes == [200] * WRITING.n + [429]
    assert other.put("/api/me/language", {"lang": "en"}).status_code == 200


def test_more_than_64_kib_is_refused_said_or_not(people: tuple[World, dict[str, Browser]]) -> None:
    one = people[1]["learner"]
    headers = {"x-medialit-csrf": one.csrf, "content-type": "application/json"}
    large = b'{"text": "' + b"a" * 70_000 + b'"}'
    assert one.client.put("/api/me/steering", content=large, headers=headers).status_code == 413
    pieces = (large[k : k + 8000] for k in range(0, len(large), 8000))
    assert one.client.put("/api/me/steering", content=pieces, headers=headers).status_code == 413


def test_a_name_that_is_not_ours_is_refused(people: tuple[World, dict[str, Browser]]) -> None:
    answer = people[1]["learner"].get("/api/me", headers={"host": "evil.example"})
    assert answer.json()["error"]["code"] == "host"
