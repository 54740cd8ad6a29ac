"""A learning platform for tests: LTI 1.3 with its services for grades and names, over real HTTP on loopback.

::

    with Platform() as platform:                       # a thread; platform.url is http://127.0.0.1:PORT
        platform.register(jwks=key_set)                # or jwks_url=..., which it fetches
        # a tool that people sign in to:
        platform.register(login_url="http://127.0.0.1:8000/hub/lti13/oauth_login",
                          redirect_uris=["http://127.0.0.1:8000/hub/lti13/oauth_callback"],
                          target_link_uri="http://127.0.0.1:8000/hub")
        answer = walk(platform.launch_url(LEARNERS[0]), browser)   # browser: an httpx.Client with cookies
        with platform.forging("wrong_key"):            # the next launches are forged; see FORGERIES
            assert walk(platform.launch_url(LEARNERS[0]), browser).status_code >= 400
        form = launch_form(platform.launch_url(LEARNERS[0]), browser)    # stop before the last step,
        browser.post(form.action, data=form.fields)                      # to post it, and
        browser.post(form.action, data=form.fields)                      # post it again: a replay

What a tool must be configured with: `issuer`, `client_id`, `deployment_id`, `authorize_url`, `jwks_url`, `token_url`,
`lineitems_url`, `memberships_url`. It refuses what Moodle and Canvas refuse, as far as their published sources tell;
`manners="moodle"` or `"canvas"` picks whose where they differ. `requests` holds everything that was asked, `line_items`
and `results` what it keeps, `n_applied` how often a score changed something. `fault` may spoil any request to a service.
"""

from __future__ import annotations

import html
import json
import re
import secrets
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, TypeGuard
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from .jose import JoseError, new_key, public_jwk, sign, sign_as_nobody, sign_by_the_public_key, verify

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
SCOPES = tuple(f"{AGS}scope/{one}" for one in ("lineitem", "lineitem.readonly", "result.readonly", "score"))
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/"
MEMBERS_SCOPE = f"{NRPS}scope/contextmembership.readonly"
MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
LINE_ITEM, LINE_ITEMS = (f"application/vnd.ims.lis.v2.lineitem{one}+json" for one in ("", "container"))
SCORE, RESULTS = "application/vnd.ims.lis.v1.score+json", "application/vnd.ims.lis.v2.resultcontainer+json"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
FORGERIES = (
    "wrong_key",  # signed by a key that is not the platform's, under the platform's key id
    "expired",  # of two hours ago
    "replayed_nonce",  # a fresh token that carries the nonce of the launch before
    "wrong_nonce",
    "wrong_audience",
    "wrong_issuer",
    "wrong_deployment",
    "no_algorithm",  # "alg": "none", without a signature
    "public_key_as_secret",  # HS256 under the public key
    "altered",  # signed well, then the subject was changed
)
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d)")
_ACTIVITY = {"Initialized", "Started", "InProgress", "Submitted", "Completed"}
_GRADING = {"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"}


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member of the platform's course."""

    id: str
    given: str
    family: str
    email: str
    role: Literal["Learner", "Instructor"] = "Learner"
    locale: str = "ar"
    sourced_id: str = ""


LEARNERS = (
    Person(id="9001", given="سلمى", family="العلوي", email="salma@example.org"),
    Person(id="9002", given="ⵢⴰⵙⵉⵏ", family="ⴰⵎⵖⵏⴰⵙ", email="yassine@example.org", locale="zgh"),
)
INSTRUCTOR = Person(
    id="9100", given="Amina", family="Zahiri", email="amina@example.org", role="Instructor", locale="fr"
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, and what it was answered."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    status: int
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to a request instead of its answer, or after its work was done."""

    status: int | None = None
    """None: the connection is closed without an answer."""
    headers: Mapping[str, str] = field(default_factory=dict)
    after: bool = False
    """The work is done, then the answer is lost."""


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


class _RefusedError(Exception):
    def __init__(self, status: int, why: str, **headers: str) -> None:
        super().__init__(why)
        self.status, self.headers = status, headers


@dataclass
class Platform:
    """The platform, a context manager; everything in it may be set before, between and after requests."""

    manners: Literal["moodle", "canvas"] = "moodle"
    people: Sequence[Person] = (*LEARNERS, INSTRUCTOR)
    page_size: int = 50
    """Line items and results come in pages of at most this many."""
    permitted: Sequence[str] = (*SCOPES, MEMBERS_SCOPE)
    """The scopes that the administrator has granted to the tool."""
    token_lifetime_s: int = 3600
    fault: Callable[[int, str, str], Fault | None] = lambda number, method, path: None
    """Asked with the number of the request to a service or for a token (from 0), its method and path."""
    tls: ssl.SSLContext | None = None
    """Of the server; without it, it speaks in the clear."""
    client_id: str = "tool-7f3a"
    deployment_id: str = "1"
    context_id: str = "42"
    context_title: str = "ⵜⴰⵖⵓⵔⵉ · التربية الإعلامية"

    requests: list[Asked] = field(default_factory=list)
    line_items: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By number, as the platform keeps them, without `id`."""
    results: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """The last score that was taken, by line item's number and user."""
    n_applied: Counter[tuple[str, str]] = field(default_factory=Counter)
    forgery: str | None = None

    def __post_init__(self) -> None:
        self._key, self._other_key = _keys()
        self._kid = "platform-key-1"
        self._lock = threading.RLock()
        self._tokens: dict[str, tuple[float, frozenset[str]]] = {}
        self._hints: dict[str, Person] = {}
        self._seen: set[str] = set()
        self._last_nonce = ""
        self._n_served = 0
        self._login_url = self._target_link_uri = ""
        self._redirect_uris: Sequence[str] = ()
        self._jwks: Mapping[str, Any] | str = {"keys": []}

    def __enter__(self) -> Platform:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self._server.server_address[1]}"

    @property
    def issuer(self) -> str:
        """`iss` of its tokens: as with Moodle, its own address."""
        return self.url

    @property
    def authorize_url(self) -> str:
        """Where the tool sends the browser after a login was initiated."""
        return f"{self.url}/mod/lti/auth.php"

    @property
    def jwks_url(self) -> str:
        """Where its public keys are."""
        return f"{self.url}/mod/lti/certs.php"

    @property
    def token_url(self) -> str:
        """Where the tool gets an access token."""
        return f"{self.url}/mod/lti/token.php"

    @property
    def lineitems_url(self) -> str:
        """Of the course; with a query, as Moodle's has."""
        return f"{self.url}/services/{self.context_id}/lineitems?type_id=1"

    @property
    def memberships_url(self) -> str:
        """Of the course's people."""
        return f"{self.url}/services/{self.context_id}/memberships?type_id=1"

    def register(
        self,
        *,
        login_url: str = "",
        redirect_uris: Sequence[str] = (),
        target_link_uri: str = "",
        jwks: Mapping[str, Any] | None = None,
        jwks_url: str = "",
    ) -> None:
        """Tell it of the tool, as an administrator does; what is left out stays."""
        self._login_url = login_url or self._login_url
        self._redirect_uris = tuple(redirect_uris) or self._redirect_uris
        self._target_link_uri = target_link_uri or self._target_link_uri
        self._jwks = jwks_url or jwks or self._jwks

    def launch_url(self, person: Person) -> str:
        """Return the address behind the activity that somebody clicks who is signed in to the platform."""
        return f"{self.url}/mod/lti/launch.php?{urlencode({'user': person.id})}"

    @contextmanager
    def forging(self, forgery: str) -> Iterator[None]:
        """Forge the launches in this block; one of `FORGERIES`."""
        assert forgery in FORGERIES
        self.forgery = forgery
        try:
            yield
        finally:
            self.forgery = None

    def revoke_tokens(self) -> None:
        """Let every access token expire now."""
        with self._lock:
            self._tokens.clear()

    def marks(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return what its gradebook shows, by the line item's resource id and the user, without the time."""
        return {
            (self.line_items[item]["resourceId"], user): {
                key: value for key, value in score.items() if key != "timestamp"
            }
            for (item, user), score in self.results.items()
        }

    # What the server does with a request.

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> _Answer | Literal["cut"]:
        """Answer one request, and remember it."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        with self._lock:
            fault = None
            if parts.path.startswith("/services/") or parts.path.endswith("/token.php"):
                fault = self.fault(self._n_served, method, parts.path)
                self._n_served += 1
            given = None
            if fault is None or fault.after:
                try:
                    given = self._route(method, parts.path, query, headers, body)
                except _RefusedError as refused:
                    given = _Answer(
                        refused.status,
                        json.dumps({"error": str(refused)}, ensure_ascii=False).encode(),
                        {"Content-Type": "application/json", **refused.headers},
                        str(refused),
                    )
            if fault is not None:
                given = None if fault.status is None else _Answer(fault.status, b"", fault.headers, "fault")
            self.requests.append(
                Asked(
                    method=method,
                    path=parts.path,
                    query=query,
                    headers=headers,
                    body=body,
                    status=given.status if given else 0,
                    error=given.error if given else "no answer",
                )
            )
        return given or "cut"

    def _route(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> _Answer:
        if path == "/mod/lti/launch.php":
            return self._initiate(query)
        if path == "/mod/lti/auth.php":
            form = dict(parse_qsl(body.decode())) if method == "POST" else query
            return self._authorize(form)
        if path == "/mod/lti/certs.php":
            return _json({"keys": [public_jwk(self._key, kid=self._kid)]})
        if path == "/mod/lti/token.php":
            return self._token(method, headers, body)
        if (method, path) == ("GET", f"/services/{self.context_id}/memberships"):
            return self._list_members(query, headers)
        if match := re.fullmatch(rf"/services/{self.context_id}/lineitems(?:/(\d+)/lineitem(/\w+)?)?", path):
            item, part = match.groups()
            if query.get("type_id") != "1":
                raise _RefusedError(404, "type_id is not the tool's")
            if item is not None and item not in self.line_items:
                raise _RefusedError(404, f"there is no line item {item}")
            service = {
                ("GET", False, None): self._list_items,
                ("POST", False, None): self._create_item,
                ("GET", True, None): self._get_item,
                ("GET", True, "/results"): self._list_results,
                ("POST", True, "/scores"): self._take_score,
            }.get((method, item is not None, part))
            if service is None:
                raise _RefusedError(405, f"{method} is not for {path}")
            return service(item or "", query, headers, body)
        raise _RefusedError(404, f"there is nothing at {path}")

    # Signing in.

    def _initiate(self, query: Mapping[str, str]) -> _Answer:
        """The browser of somebody who is signed in here is sent to the tool's login address."""
        [person] = [one for one in self.people if one.id == query.get("user")]
        hint = secrets.token_urlsafe(12)
        self._hints[hint] = person
        about = {
            "iss": self.issuer,
            "login_hint": person.id,
            "target_link_uri": self._target_link_uri,
            "lti_message_hint": hint,
            "client_id": self.client_id,
            "lti_deployment_id": self.deployment_id,
        }
        joint = "&" if urlsplit(self._login_url).query else "?"
        return _Answer(302, b"", {"Location": f"{self._login_url}{joint}{urlencode(about)}"})

    def _authorize(self, form: Mapping[str, str]) -> _Answer:
        """Hand over an id_token by a form that the browser posts to the tool."""
        if form.get("client_id") != self.client_id:
            raise _RefusedError(400, "unauthorized_client")
        if form.get("redirect_uri") not in self._redirect_uris:
            raise _RefusedError(400, f"redirect_uri {form.get('redirect_uri')!r} is not registered")
        wanted = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post"}
        for key, value in {**wanted, "prompt": "none"}.items():
            if form.get(key) != value:
                return _auto_form(
                    form["redirect_uri"],
                    {
                        "error": "invalid_request",
                        "error_description": f"{key} is not {value}",
                        "state": form.get("state", ""),
                    },
                )
        person = self._hints.pop(form.get("lti_message_hint", ""), None)
        if person is None or form.get("login_hint") != person.id or not form.get("nonce"):
            return _auto_form(
                form["redirect_uri"], {"error": "access_denied", "state": form.get("state", "")}
            )
        token = self._id_token(person, form["nonce"])
        self._last_nonce = form["nonce"]
        return _auto_form(form["redirect_uri"], {"id_token": token, "state": form.get("state", "")})

    def _id_token(self, person: Person, nonce: str) -> str:
        claims = self.claims(person, nonce=nonce)
        changes: dict[str, dict[str, Any]] = {
            "expired": {"iat": int(time.time()) - 7200, "exp": int(time.time()) - 7140},
            "replayed_nonce": {"nonce": self._last_nonce},
            "wrong_nonce": {"nonce": secrets.token_hex(8)},
            "wrong_audience": {"aud": "another-tool"},
            "wrong_issuer": {"iss": "https://elsewhere.example.org"},
            "wrong_deployment": {f"{CLAIM}deployment_id": "elsewhere"},
        }
        claims |= changes.get(self.forgery or "", {})
        if self.forgery == "no_algorithm":
            return sign_as_nobody(claims)
        if self.forgery == "public_key_as_secret":
            return sign_by_the_public_key(claims, key=self._key, kid=self._kid)
        key = self._other_key if self.forgery == "wrong_key" else self._key
        token = sign(claims, key=key, kid=self._kid)
        if self.forgery == "altered":
            head, _body, signature = token.split(".")
            changed = sign({**claims, "sub": INSTRUCTOR.id}, key=self._key, kid=self._kid).split(".")[1]
            return ".".join((head, changed, signature))
        return token

    def claims(self, person: Person, *, nonce: str) -> dict[str, Any]:
        """Return what an id_token says of a launch by this person."""
        now = int(time.time())
        endpoint = {
            "scope": [one for one in self.permitted if one in SCOPES],
            "lineitems": self.lineitems_url,
        }
        return {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": person.id,
            "iat": now,
            "exp": now + 60,
            "nonce": nonce,
            "name": f"{person.given} {person.family}",
            "given_name": person.given,
            "family_name": person.family,
            "email": person.email,
            "locale": person.locale,
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": self.deployment_id,
            f"{CLAIM}target_link_uri": self._target_link_uri,
            f"{CLAIM}roles": [f"{MEMBERSHIP}{person.role}"],
            f"{CLAIM}resource_link": {"id": "7", "title": self.context_title},
            f"{CLAIM}context": {
                "id": self.context_id,
                "label": "ML-42",
                "title": self.context_title,
                "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"],
            },
            f"{CLAIM}tool_platform": {
                "guid": "loopback",
                "name": "A platform for tests",
                "product_family_code": self.manners,
                "version": "1",
            },
            f"{CLAIM}launch_presentation": {"document_target": "window", "locale": person.locale},
            f"{CLAIM}lis": {"person_sourcedid": person.sourced_id},
            f"{CLAIM}custom": {},
            f"{AGS}claim/endpoint": endpoint,
            f"{NRPS}claim/namesroleservice": {
                "context_memberships_url": self.memberships_url,
                "service_versions": ["2.0"],
            },
        }

    # Access tokens.

    def _token(self, method: str, headers: Mapping[str, str], body: bytes) -> _Answer:
        if method != "POST" or headers.get("content-type") != "application/x-www-form-urlencoded":
            raise _RefusedError(400, "invalid_request")
        form = {key: values[0] for key, values in parse_qs(body.decode()).items() if len(values) == 1}
        if (
            form.get("grant_type") != "client_credentials"
            or form.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        ):
            raise _RefusedError(400, "unsupported_grant_type")
        if why := self._doubt(form.get("client_assertion", "")):
            raise _RefusedError(400, f"invalid_client: {why}")
        granted = frozenset(form.get("scope", "").split()) & frozenset(self.permitted)
        if not granted:
            raise _RefusedError(400, "invalid_scope")
        token = secrets.token_urlsafe(24)
        self._tokens[token] = (time.monotonic() + self.token_lifetime_s, granted)
        return _json(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": self.token_lifetime_s,
                "scope": " ".join(sorted(granted)),
            },
            headers={"Cache-Control": "no-store"},
        )

    def _doubt(self, assertion: str) -> str:
        """Return why a tool's assertion is not believed; empty where it is."""
        jwks = httpx.get(self._jwks).json() if isinstance(self._jwks, str) else self._jwks
        try:
            claims = verify(assertion, jwks=jwks)
        except JoseError as error:
            return str(error)
        now = time.time()
        audience = claims.get("aud")
        numbers = [claims.get(one) for one in ("iat", "exp")]
        if not claims.get("iss") == claims.get("sub") == self.client_id:
            return "iss and sub are not the client's id"
        if self.token_url not in (audience if isinstance(audience, list) else [audience]):
            return f"aud is {audience!r}"
        if not all(isinstance(one, int | float) for one in numbers):
            return "iat or exp is missing"
        issued, expires = (float(one) for one in numbers if one is not None)
        if expires <= now or issued > now + 60 or expires - issued > 3600:
            return "it is not valid now, or for longer than an hour"
        if not isinstance(claims.get("jti"), str) or not claims["jti"]:
            return "it has no jti"
        if claims["jti"] in self._seen:
            return "its jti was used before"
        self._seen.add(claims["jti"])
        return ""

    def _allow(self, headers: Mapping[str, str], *names: str) -> None:
        kind, _, token = headers.get("authorization", "").partition(" ")
        expires, scopes = self._tokens.get(token, (0.0, frozenset[str]()))
        if kind != "Bearer" or time.monotonic() >= expires:
            raise _RefusedError(401, "the token is unknown or expired", **{"WWW-Authenticate": "Bearer"})
        if not scopes & {name if "://" in name else f"{AGS}scope/{name}" for name in names}:
            raise _RefusedError(403, f"the token has not the scope {names[0]}")

    # Line items, scores and results.

    def _list_items(
        self, item: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> _Answer:
        self._allow(headers, "lineitem", "lineitem.readonly")
        _accepts(headers, LINE_ITEMS)
        chosen = [
            self._shown(number)
            for number, one in self.line_items.items()
            if query.get("resource_id", one.get("resourceId")) == one.get("resourceId")
            and query.get("tag", one.get("tag")) == one.get("tag")
            and query.get("resource_link_id", one.get("resourceLinkId")) == one.get("resourceLinkId")
        ]
        return self._page(chosen, self.lineitems_url, query, LINE_ITEMS)

    def _create_item(
        self, item: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> _Answer:
        self._allow(headers, "lineitem")
        asked = _read(headers, body, LINE_ITEM)
        label, most = asked.get("label"), asked.get("scoreMaximum")
        if not isinstance(label, str) or not label.strip() or not _is_number(most) or most <= 0:
            raise _RefusedError(400, "a line item needs a label and a scoreMaximum above 0")
        if "id" in asked or "resourceLinkId" in asked:
            raise _RefusedError(400, "the platform gives the id, and knows no such link")
        number = str(len(self.line_items) + 1)
        self.line_items[number] = asked
        return _json(self._shown(number), status=201, kind=LINE_ITEM)

    def _get_item(
        self, item: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> _Answer:
        self._allow(headers, "lineitem", "lineitem.readonly")
        _accepts(headers, LINE_ITEM)
        return _json(self._shown(item), kind=LINE_ITEM)

    def _take_score(
        self, item: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> _Answer:
        self._allow(headers, "score")
        score = _read(headers, body, SCORE)
        user = score.get("userId")
        unknown = 400 if self.manners == "moodle" else 422
        if not any(one.id == user and one.role == "Learner" for one in self.people):
            raise _RefusedError(unknown, f"{user!r} is no learner of this course")
        if not _TIMESTAMP.fullmatch(str(score.get("timestamp"))):
            raise _RefusedError(400, "timestamp is not of ISO 8601 with parts of a second and a zone")
        if score.get("activityProgress") not in _ACTIVITY or score.get("gradingProgress") not in _GRADING:
            raise _RefusedError(400, "activityProgress or gradingProgress is unknown")
        if "scoreGiven" in score and not (
            _is_number(score["scoreGiven"])
            and score["scoreGiven"] >= 0
            and _is_number(score.get("scoreMaximum"))
            and score["scoreMaximum"] > 0
        ):
            raise _RefusedError(400, "scoreGiven is not a number, or scoreMaximum is not one above 0")
        if any("://" not in key for key in score.keys() - _SCORE_KEYS):
            raise _RefusedError(400, "an extension needs a URL as its name")
        self._keep(item, str(user), score)
        return _Answer(200, b"", {"Content-Type": SCORE})

    def _keep(self, item: str, user: str, score: dict[str, Any]) -> None:
        """Take a score, unless it is of an earlier time than what stands there."""
        held = self.results.get((item, user))
        if held is not None:
            was, comes = (datetime.fromisoformat(one["timestamp"]) for one in (held, score))
            if self.manners == "moodle" and was.replace(microsecond=0) >= comes.replace(microsecond=0):
                raise _RefusedError(409, "Refusing score with an earlier timestamp")
            if was > comes:
                raise _RefusedError(400, "Provided timestamp is before the last one")
        if score["gradingProgress"] != "FullyGraded":
            score.pop("scoreGiven", None)
        self.results[item, user] = score
        self.n_applied[item, user] += 1

    def _list_results(
        self, item: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> _Answer:
        self._allow(headers, "result.readonly")
        _accepts(headers, RESULTS)
        address = self._shown(item)["id"].replace("?", "/results?")
        most = self.line_items[item]["scoreMaximum"]
        shown = []
        for (one, user), score in self.results.items():
            if one == item and query.get("user_id", user) == user:
                result = {
                    "id": f"{address}&user_id={user}",
                    "scoreOf": self._shown(item)["id"],
                    "userId": user,
                    "resultMaximum": most,
                }
                if "scoreGiven" in score:
                    result["resultScore"] = score["scoreGiven"] * most / score["scoreMaximum"]
                if self.manners == "moodle":  # Canvas keeps comments elsewhere
                    result["comment"] = score.get("comment", "")
                shown.append(result)
        return self._page(shown, address, query, RESULTS)

    def _list_members(self, query: Mapping[str, str], headers: Mapping[str, str]) -> _Answer:
        self._allow(headers, MEMBERS_SCOPE)
        _accepts(headers, MEMBERS)
        members = [
            {
                "status": "Active",
                "user_id": one.id,
                "name": f"{one.given} {one.family}",
                "given_name": one.given,
                "family_name": one.family,
                "email": one.email,
                "lis_person_sourcedid": one.sourced_id,
                "roles": [f"{MEMBERSHIP}{one.role}"],
            }
            for one in self.people
        ]
        about = {"id": self.memberships_url, "context": {"id": self.context_id, "title": self.context_title}}
        return self._page(
            members,
            self.memberships_url,
            query,
            MEMBERS,
            wrap=lambda page: {**about, "members": page},
        )

    def edit(self, resource_id: str, user: str, points: float) -> None:
        """Change a mark by hand, as a teacher does in the platform's own gradebook, now."""
        [item] = [number for number, one in self.line_items.items() if one["resourceId"] == resource_id]
        self.results[item, user] = {
            "userId": user,
            "scoreGiven": points,
            "scoreMaximum": self.line_items[item]["scoreMaximum"],
            "gradingProgress": "FullyGraded",
            "activityProgress": "Completed",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }

    def _shown(self, number: str) -> dict[str, Any]:
        return {
            "id": f"{self.url}/services/{self.context_id}/lineitems/{number}/lineitem?type_id=1",
            **self.line_items[number],
        }

    def _page(
        self,
        things: Sequence[Any],
        address: str,
        query: Mapping[str, str],
        kind: str,
        *,
        wrap: Callable[[Sequence[Any]], Any] = list,
    ) -> _Answer:
        first = int(query.get("from", 0))
        size = min(int(query.get("limit", self.page_size)), self.page_size)
        headers = {}
        if first + size < len(things):
            kept = {key: value for key, value in query.items() if key not in ("from", "limit")}
            following = (
                f"{address.partition('?')[0]}?{urlencode({**kept, 'limit': size, 'from': first + size})}"
            )
            # Moodle's own sources write these typographic quotation marks, and & as in HTML.
            left, right = ("“", "”") if self.manners == "moodle" else ('"', '"')
            following = html.escape(following) if self.manners == "moodle" else following
            headers["Link"] = (
                f"<{address}>; rel={left}first{right}, <{following}>; rel={left}next{right}".encode().decode(
                    "latin-1"
                )
            )
        return _json(wrap(things[first : first + size]), kind=kind, headers=headers)


_SCORE_KEYS = {
    *("userId", "scoreGiven", "scoreMaximum", "comment", "timestamp", "activityProgress", "gradingProgress"),
    *("submission", "scoringUserId"),
}


@cache
def _keys() -> tuple[RSAPrivateKey, RSAPrivateKey]:
    """Return the platforms' key, and one that is not theirs; made once, because that takes a while."""
    return new_key(), new_key()


# The browser's part.


@dataclass(frozen=True)
class Form:
    """A form that a page posts by itself."""

    action: str
    fields: dict[str, str]


def read_form(page: str) -> Form:
    """Return the form of a page."""

    class Reader(HTMLParser):
        action = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            about = {key: value or "" for key, value in attrs}
            if tag == "form":
                self.action = about["action"]
            elif tag == "input":
                fields[about["name"]] = about.get("value", "")

    fields: dict[str, str] = {}
    reader = Reader()
    reader.feed(page)
    assert reader.action, page
    return Form(reader.action, fields)


def launch_form(launch_url: str, browser: httpx.Client) -> Form:
    """Follow a launch through the tool's login to the form that carries the id_token, and stop there."""
    answer = browser.get(launch_url, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return read_form(answer.text)


def walk(launch_url: str, browser: httpx.Client) -> httpx.Response:
    """Follow a launch to where the tool takes the browser."""
    form = launch_form(launch_url, browser)
    return browser.post(form.action, data=form.fields, follow_redirects=True)


# HTTP.


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def do_PUT(self) -> None:
            self._serve()

        def do_DELETE(self) -> None:
            self._serve()

        def _serve(self) -> None:
            with suppress(ConnectionError):  # the other side may have been killed
                self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {key.lower(): value for key, value in self.headers.items()}
            given = platform.answer(self.command, self.path, headers, body)
            if given == "cut":
                self.close_connection = True
                return
            self.send_response(given.status)
            for key, value in given.headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            self.wfile.write(given.body)

        def log_message(self, format: str, *args: object) -> None:
            """The platform keeps its own list."""

    return Handler


def _json(
    value: Any, *, status: int = 200, kind: str = "application/json", headers: Mapping[str, str] | None = None
) -> _Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return _Answer(status, body, {"Content-Type": kind, **(headers or {})})


def _auto_form(action: str, fields: Mapping[str, str]) -> _Answer:
    inputs = "".join(
        f'<input type="hidden" name="{html.escape(key)}" value="{html.escape(value)}"/>'
        for key, value in fields.items()
    )
    page = (
        '<!DOCTYPE html><meta charset="utf-8"><title>LTI</title>'
        f'<form id="go" action="{html.escape(action)}" method="post">{inputs}</form>'
        "<script>document.getElementById('go').submit()</script>"
    )
    return _Answer(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


def _accepts(headers: Mapping[str, str], kind: str) -> None:
    if headers.get("accept") != kind:  # Moodle compares the whole header
        raise _RefusedError(400, f"Accept is not {kind}")


def _read(headers: Mapping[str, str], body: bytes, kind: str) -> dict[str, Any]:
    if headers.get("content-type") != kind:  # a charset after it is refused too, as Moodle does
        raise _RefusedError(400, f"Content-Type is not {kind}")
    try:
        value = json.loads(body.decode("utf-8"))
    except ValueError as error:
        raise _RefusedError(400, f"the body is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise _RefusedError(400, "the body is no object")
    return value


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
