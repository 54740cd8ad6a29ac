"""The platform of the tests: it takes what a sound tool sends, and nothing else.

The tool here is PyJWT and a few lines; the platform signs and checks on its own.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest

from .jose import new_key, public_jwk
from .platform import (
    AGS,
    CLAIM,
    FORGERIES,
    INSTRUCTOR,
    LEARNERS,
    LINE_ITEM,
    LINE_ITEMS,
    RESULTS,
    SCOPES,
    SCORE,
    Fault,
    Platform,
    launch_form,
    walk,
)

KEY, OTHER = new_key(), new_key()
ALL = " ".join(SCOPES)
GOOD_SCORE = {
    "userId": "9001",
    "scoreGiven": 12.5,
    "scoreMaximum": 20,
    "comment": "أحسنتِ · ⴰⵢⵢⵓⵣ",
    "timestamp": "2026-11-27T10:00:00.250+00:00",
    "activityProgress": "Completed",
    "gradingProgress": "FullyGraded",
}


@pytest.fixture
def platform():
    with Platform() as one:
        one.register(jwks={"keys": [public_jwk(KEY, kid="tool")]})
        yield one


def assertion(platform, *, key=KEY, algorithm="RS256", **changes):
    now = int(time.time())
    claims = {
        "iss": platform.client_id,
        "sub": platform.client_id,
        "aud": platform.token_url,
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_hex(8),
        **changes,
    }
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None},
        key,
        algorithm=algorithm,
        headers={"kid": "tool"},
    )


def ask_token(platform, signed, *, scope=ALL, **changes):
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed,
        "scope": scope,
        **changes,
    }
    return httpx.post(platform.token_url, data=form, verify=False)


@pytest.fixture
def service(platform):
    token = ask_token(platform, assertion(platform)).json()["access_token"]
    with httpx.Client(verify=False, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def create(platform, service, *, kind=LINE_ITEM, **changes):
    item = {"label": "كشف التزييف", "scoreMaximum": 20, "resourceId": "07_spotting", **changes}
    return service.post(
        platform.lineitems_url, content=json.dumps(item).encode(), headers={"Content-Type": kind}
    )


def send(address, service, *, kind=SCORE, **changes):
    score = {name: value for name, value in {**GOOD_SCORE, **changes}.items() if value is not None}
    return service.post(
        address.replace("/lineitem?", "/lineitem/scores?"),
        content=json.dumps(score).encode(),
        headers={"Content-Type": kind},
    )


def test_a_sound_assertion_gets_a_token_for_the_scopes_that_were_granted(platform):
    platform.permitted = SCOPES[1:]
    given = ask_token(platform, assertion(platform)).json()
    assert set(given["scope"].split()) == set(SCOPES[1:])
    assert given["token_type"] == "Bearer"
    assert platform.requests[-1].status == 200


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "another"}, "iss and sub"),
        ({"sub": None}, "iss and sub"),
        ({"aud": "https://elsewhere.example.org/token"}, "aud"),
        ({"exp": int(time.time()) - 1}, "not valid now"),
        ({"exp": int(time.time()) + 90_000}, "longer than an hour"),
        ({"exp": None}, "missing"),
        ({"iat": int(time.time()) + 3000, "exp": int(time.time()) + 3060}, "not valid now"),
        ({"jti": None}, "no jti"),
        ({"key": OTHER}, "signature"),
        ({"key": "a secret of both, 32 letters long", "algorithm": "HS256"}, "algorithm"),
    ],
)
def test_an_assertion_that_is_not_sound_gets_none(platform, changes, why):
    given = ask_token(platform, assertion(platform, **changes))
    assert given.status_code == 400
    assert given.json()["error"].startswith("invalid_client")
    assert why in given.json()["error"]


def test_an_assertion_counts_once(platform):
    signed = assertion(platform)
    assert [ask_token(platform, signed).status_code for _again in range(2)] == [200, 400]
    assert "used before" in platform.requests[-1].error


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": "jwt"}, "unsupported_grant_type"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"client_assertion": "x.y"}, "invalid_client"),
    ],
)
def test_a_request_for_a_token_that_is_not_of_the_standard_is_refused(platform, form, error):
    given = ask_token(platform, assertion(platform), **form)
    assert (given.status_code, given.json()["error"].split(":")[0]) == (400, error)


def test_a_line_item_is_made_found_in_pages_and_read(platform, service):
    platform.page_size = 2
    made = [create(platform, service, resourceId=f"{n:02}").json() for n in range(5)]
    found, address = [], platform.lineitems_url
    while address:
        page = service.get(address, headers={"Accept": LINE_ITEMS})
        assert page.status_code == 200
        found += page.json()
        link = dict(page.headers.raw).get(b"Link", b"").decode("utf-8")
        following = [part for part in link.split(", ") if "rel=“next”" in part]
        address = following[0].partition("<")[2].partition(">")[0].replace("&amp;", "&") if following else ""
    assert found == made
    assert service.get(made[3]["id"], headers={"Accept": LINE_ITEM}).json() == made[3]
    chosen = service.get(
        platform.lineitems_url, params={"type_id": "1", "resource_id": "04"}, headers={"Accept": LINE_ITEMS}
    )
    assert chosen.json() == [made[4]]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "application/json"},
        {"kind": f"{LINE_ITEM}; charset=utf-8"},
        {"label": ""},
        {"scoreMaximum": 0},
        {"scoreMaximum": "20"},
        {"id": "mine"},
    ],
)
def test_a_line_item_that_is_not_of_the_standard_is_refused(platform, service, changes):
    assert create(platform, service, **changes).status_code == 400
    assert not platform.line_items


def test_a_score_is_kept_and_shown_in_the_line_items_own_measure(platform, service):
    address = create(platform, service, scoreMaximum=40).json()["id"]
    assert send(address, service).status_code == 200
    [result] = service.get(
        address.replace("/lineitem?", "/lineitem/results?"), headers={"Accept": RESULTS}
    ).json()
    assert (result["userId"], result["resultScore"], result["resultMaximum"]) == ("9001", 25, 40)
    assert result["comment"] == GOOD_SCORE["comment"]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "application/json"},
        {"userId": "1"},
        {"userId": INSTRUCTOR.id},
        {"timestamp": "2026-11-27T10:00:00+00:00"},
        {"timestamp": "2026-11-27T10:00:00.250"},
        {"timestamp": None},
        {"activityProgress": "Done"},
        {"gradingProgress": None},
        {"scoreGiven": "12"},
        {"scoreGiven": -1},
        {"scoreMaximum": None},
        {"scoreMaximum": 0},
        {"percent": 50},
    ],
)
def test_a_score_that_is_not_of_the_standard_is_refused(platform, service, changes):
    address = create(platform, service).json()["id"]
    assert send(address, service, **changes).status_code == 400
    assert not platform.results


def test_moodles_manners_refuse_the_same_second_and_canvass_only_what_is_earlier(platform, service):
    address = create(platform, service).json()["id"]
    later, earlier = "2026-11-27T10:00:01.000+00:00", "2026-11-27T09:59:59.000+00:00"
    stamps = (GOOD_SCORE["timestamp"], GOOD_SCORE["timestamp"], earlier, later)
    assert [send(address, service, timestamp=one).status_code for one in stamps] == [200, 409, 409, 200]
    platform.manners = "canvas"
    platform.results.clear()
    assert [send(address, service, timestamp=one).status_code for one in stamps] == [200, 200, 400, 200]


def test_a_score_that_waits_for_a_person_shows_no_points(platform, service):
    address = create(platform, service).json()["id"]
    assert send(address, service, gradingProgress="PendingManual").status_code == 200
    [result] = service.get(
        address.replace("/lineitem?", "/lineitem/results?"), headers={"Accept": RESULTS}
    ).json()
    assert "resultScore" not in result


def test_without_a_token_or_its_scope_nothing_is_answered(platform, service):
    assert httpx.get(platform.lineitems_url, headers={"Accept": LINE_ITEMS}).status_code == 401
    narrow = ask_token(platform, assertion(platform), scope=f"{AGS}scope/score").json()["access_token"]
    refused = httpx.get(
        platform.lineitems_url, headers={"Accept": LINE_ITEMS, "Authorization": f"Bearer {narrow}"}
    )
    assert refused.status_code == 403
    platform.revoke_tokens()
    assert create(platform, service).status_code == 401


def test_a_fault_before_loses_the_request_and_one_after_only_its_answer(platform, service):
    faults = {1: Fault(status=503), 2: Fault(), 3: Fault(after=True)}
    platform.fault = lambda number, method, path: faults.get(number)
    assert create(platform, service).status_code == 503
    with pytest.raises(httpx.RemoteProtocolError):
        create(platform, service)
    assert not platform.line_items
    with pytest.raises(httpx.RemoteProtocolError):
        create(platform, service)
    assert len(platform.line_items) == 1


# Signing in.


class Tool:
    """The smallest tool that people can sign in to."""

    def __init__(self, platform):
        self.platform, self.nonces, self.seen = platform, {}, []
        tool = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked = dict(one for one in map(tuple, _pairs(urlsplit(self.path).query)))
                state, nonce = secrets.token_hex(8), secrets.token_hex(8)
                tool.nonces[state] = nonce
                query = urlencode(
                    {
                        "scope": "openid",
                        "response_type": "id_token",
                        "response_mode": "form_post",
                        "prompt": "none",
                        "client_id": asked["client_id"],
                        "redirect_uri": tool.callback,
                        "login_hint": asked["login_hint"],
                        "lti_message_hint": asked["lti_message_hint"],
                        "state": state,
                        "nonce": nonce,
                    }
                )
                self.send_response(302)
                self.send_header("Location", f"{platform.authorize_url}?{query}")
                self.end_headers()

            def do_POST(self):
                form = dict(_pairs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                said = tool.check(form)
                self.send_response(403 if said else 200)
                self.end_headers()
                self.wfile.write(said.encode())

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.callback = f"{self.url}/callback"

    def check(self, form) -> str:
        nonce = self.nonces.pop(form.get("state"), None)
        if nonce is None or "id_token" not in form:
            return "no such state"
        try:
            key = jwt.PyJWKClient(self.platform.jwks_url).get_signing_key_from_jwt(form["id_token"])
            claims = jwt.decode(
                form["id_token"],
                key,
                algorithms=["RS256"],
                audience=self.platform.client_id,
                issuer=self.platform.issuer,
            )
        except jwt.PyJWTError as error:
            return repr(error)
        if claims["nonce"] != nonce or claims[f"{CLAIM}deployment_id"] != self.platform.deployment_id:
            return "another nonce or deployment"
        self.seen.append(claims)
        return ""


def _pairs(text):
    return [(name, values[0]) for name, values in parse_qs(text).items()]


@pytest.fixture
def tool(platform):
    one = Tool(platform)
    platform.register(login_url=f"{one.url}/login", redirect_uris=[one.callback], target_link_uri=one.url)
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.mark.parametrize("person", [*LEARNERS, INSTRUCTOR], ids=["ar", "zgh", "instructor"])
def test_who_launches_arrives_by_name_with_role_course_and_the_address_of_the_marks(platform, tool, person):
    with httpx.Client(verify=False) as browser:
        assert walk(platform.launch_url(person), browser).status_code == 200
    [claims] = tool.seen
    assert (claims["sub"], claims["name"]) == (person.id, f"{person.given} {person.family}")
    assert claims[f"{CLAIM}roles"][0].endswith(f"#{person.role}")
    assert claims[f"{CLAIM}context"]["id"] == platform.context_id
    assert claims[f"{AGS}claim/endpoint"]["lineitems"] == platform.lineitems_url


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_sound_tool_refuses_every_forgery(platform, tool, forgery):
    with httpx.Client(verify=False) as browser:
        walk(platform.launch_url(LEARNERS[0]), browser)
        with platform.forging(forgery):
            assert walk(platform.launch_url(LEARNERS[1]), browser).status_code == 403
        assert [claims["sub"] for claims in tool.seen] == [LEARNERS[0].id]
        assert walk(platform.launch_url(LEARNERS[1]), browser).status_code == 200


def test_a_launch_that_is_posted_twice_counts_once(platform, tool):
    with httpx.Client(verify=False) as browser:
        form = launch_form(platform.launch_url(LEARNERS[0]), browser)
        answers = [browser.post(form.action, data=form.fields).status_code for _again in range(2)]
    assert answers == [200, 403]


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "another"},
        {"redirect_uri": "https://elsewhere.example.org"},
        {"scope": "profile"},
        {"response_mode": "query"},
        {"response_type": "code"},
        {"login_hint": INSTRUCTOR.id},
        {"nonce": ""},
        {"lti_message_hint": "guessed"},
    ],
)
def test_the_platform_hands_no_token_to_who_asks_otherwise(platform, tool, change):
    with httpx.Client(verify=False) as browser:
        to_tool = browser.get(platform.launch_url(LEARNERS[0])).headers["Location"]
        back = browser.get(to_tool).headers["Location"]
        form = dict(_pairs(urlsplit(back).query)) | change
        answer = browser.get(platform.authorize_url, params=form)
    assert 'name="id_token"' not in answer.text
    assert answer.status_code == 400 or "error" in answer.text
