"""A studio below a path of another server, and behind that server's sign-in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import pytest
from fastapi.testclient import TestClient
from studio_builders import Browser, World, open_world

from medialit.errors import StudioError
from medialit.studio.front import CALLER, Caller, checked, opened, sealed
from medialit.studio.server import Serving, build_app

BELOW = "https://hub.example.org/services/studio/"
WEB = sorted(one.name for one in files("medialit.studio").joinpath("web").iterdir())


@dataclass
class Front:
    """A sign-in in front, which says of every request what it is told to say."""

    app: Any
    who: Caller

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app({**scope, CALLER: self.who} if scope["type"] == "http" else scope, receive, send)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    one = open_world(tmp_path_factory.mktemp("front") / "class")
    yield one
    one.studio.__exit__(None, None, None)


@pytest.fixture(scope="module")
def app(world: World):
    """The same class, shown below a path of an HTTPS server."""
    return build_app(world.studio, Serving(join_url=BELOW))


def visit(app: Any, root: str = "https://hub.example.org/services/studio") -> Browser:
    client = TestClient(app, base_url=root, follow_redirects=False)
    client.headers["host"] = "hub.example.org"
    return Browser(client)


def came_in(app: Any, world: World, name: str, **more: Any) -> Browser:
    one = visit(app, **more)
    code = world.studio.settings["code"]
    return one.came_in(one.post("/api/join", {"code": code, "pseudonym": name, "age": "adult"}))


@pytest.mark.parametrize(
    "root", ["https://hub.example.org/services/studio", "https://hub.example.org"], ids=["whole", "stripped"]
)
def test_below_a_path_everything_is_there_whether_or_not_the_proxy_takes_it_off(
    app, root: str, world: World
) -> None:
    one = visit(app, root)
    page = one.get("/")
    assert page.headers["content-type"].startswith("text/html")
    wanted = set(re.findall(r'(?:src|href)="([^"]+)"', page.text))
    assert wanted
    for path in [f"web/{name}" for name in WEB] + sorted(wanted):
        answer = one.get(f"/{path}")
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "no-cache", path
    for path in ("/words/ar.json", "/api/class", "/health", "/ready"):
        assert one.get(path).status_code == 200, path
    me = came_in(app, world, f"rif-{len(root)}", root=root)
    assert me.client.cookies.jar._cookies["hub.example.org"].keys() == {"/services/studio/"}


def test_a_session_below_a_path_is_kept_for_that_path_over_tls_and_ends(app, world: World) -> None:
    one = visit(app)
    code = world.studio.settings["code"]
    answer = one.post("/api/join", {"code": code, "pseudonym": "souss", "age": "adult"})
    cookie = answer.headers["set-cookie"]
    assert "Path=/services/studio/;" in cookie
    assert "Secure" in cookie
    one.came_in(answer)
    assert one.get("/api/me").json()["id"] == one.id
    ended = one.post("/api/leave")
    assert ended.status_code == 204
    assert "Path=/services/studio/;" in ended.headers["set-cookie"]
    assert one.get("/api/me").status_code == 401


def test_the_path_without_its_last_slash_leads_to_the_page_and_keeps_the_code(app) -> None:
    answer = visit(app, "https://hub.example.org").get("/services/studio?code=abc")
    assert (answer.status_code, answer.headers["location"]) == (307, "/services/studio/?code=abc")


def test_the_teachers_invitation_names_the_path(app, world: World) -> None:
    one = visit(app)
    one.came_in(one.post("/api/teacher", {"key": world.studio.new_teacher_key()}))
    code = world.studio.settings["code"]
    assert one.get("/api/desk").json()["join_url"] == f"{BELOW}?code={code}"
    assert one.get("/qr.svg").headers["content-type"] == "image/svg+xml"


def test_only_the_servers_own_name_is_answered(app) -> None:
    one = visit(app)
    assert one.client.get("/", headers={"host": "elsewhere.example"}).status_code == 400


def test_without_a_path_nothing_of_it_is_there(world: World) -> None:
    one = Browser(TestClient(build_app(world.studio)))
    assert one.get("/web/app.js").status_code == 200
    assert one.get("/services/studio/web/app.js").status_code == 404
    assert "teaches" not in one.get("/api/class").json()
    one.post("/api/join", {"code": world.studio.settings["code"], "pseudonym": "atlas", "age": "adult"})
    [cookie] = one.client.cookies.jar
    assert (cookie.path, cookie.secure, "." in str(cookie.value)) == ("/", False, False)


def test_a_session_is_good_for_the_account_that_began_it_and_no_other(app, world: World) -> None:
    front = Front(app, Caller(name="salma", teaches=False))
    one = came_in(front, world, "gharb")
    assert one.get("/api/me").status_code == 200
    front.who = Caller(name="yassine", teaches=False)
    assert one.get("/api/me").status_code == 401
    assert visit_with(app, one).get("/api/me").status_code == 401  # and none without a sign-in
    front.who = Caller(name="salma", teaches=False)
    assert one.get("/api/me").status_code == 200


def visit_with(app: Any, one: Browser) -> Browser:
    other = visit(app)
    other.client.cookies = one.client.cookies
    return other


def test_nothing_that_is_kept_names_the_account_in_front(app, world: World) -> None:
    came_in(Front(app, Caller(name="account-of-the-hub", teaches=False)), world, "haouz")
    kept = b"".join(path.read_bytes() for path in world.studio.folder.rglob("*") if path.is_file())
    assert b"haouz" in kept
    assert b"account-of-the-hub" not in kept


def test_who_teaches_needs_no_key_and_who_does_not_cannot_use_one(app, world: World) -> None:
    front = Front(app, Caller(name="amina", teaches=True))
    one = visit(front)
    assert one.get("/api/class").json()["teaches"] is True
    one.came_in(one.post("/api/teacher", {}))
    assert one.get("/api/desk").status_code == 200
    front.who = Caller(name="amina", teaches=False)  # from now on
    assert one.get("/api/desk").status_code == 401
    assert one.get("/api/class").json()["teaches"] is False
    key = world.studio.new_teacher_key()
    one.client.cookies.clear()
    one.csrf = "join"
    assert one.post("/api/teacher", {"key": key}).status_code == 403


def test_tries_are_counted_by_account_behind_a_sign_in(app) -> None:
    front = Front(app, Caller(name="zineb", teaches=False))
    one = visit(front)
    wrong = {"code": "wrong", "pseudonym": "dades", "age": "adult"}
    tried = [one.post("/api/join", wrong).status_code for _ in range(12)]
    assert tried[0] != 429 == tried[-1]
    front.who = Caller(name="idris", teaches=False)
    assert one.post("/api/join", wrong).status_code == tried[0]


@pytest.mark.parametrize("cookie", ["", ".", "token.", "token.é", "token.0", "other.{seal}"])
def test_a_cookie_that_was_not_sealed_for_the_account_opens_nothing(cookie: str) -> None:
    who = Caller(name="salma", teaches=False)
    seal = sealed("token", who, secret="s").rpartition(".")[2]
    assert opened(cookie.format(seal=seal), who, secret="s") == ""
    assert opened(sealed("token", who, secret="another class"), who, secret="s") == ""


@pytest.mark.parametrize(
    "url", ["studio", "ftp://a.example/", "https://", "https://a.example/?x=1", "https://a//b"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(StudioError):
        checked(url)
