"""A learning platform's gradebook over LTI 1.3: line items, scores and results (Assignment and Grade Services 2.0).

The platform is asked for an access token with a statement that the course's key signs, and shown that token with each
request; it goes to the platform's own address and nowhere else. A request that was turned away for now (429, 5xx) is
sent again when the platform says; one whose answer never came may have been done, so it is not sent again before the
platform was asked what it holds.

References
----------
1EdTech, LTI Core 1.3; Security Framework 1.0, section 4 (the token); LTI Assignment and Grade Services 2.0, sections 3.2
(line items), 3.3 (results), 3.4 (scores); Names and Role Provisioning Services 2.0. RFC 7523; RFC 8288 (Link).
"""

from __future__ import annotations

import json
import math
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx
import jwt

from medialit.course.lti_keys import ToolKey
from medialit.course.lti_settings import Settings, checked_url
from medialit.errors import LtiError

_AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
_NRPS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
_NEEDED = ("lineitem", "lineitem.readonly", "result.readonly", "score")
_LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_SCORE = "application/vnd.ims.lis.v1.score+json"
_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
_MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout)
_TIMEOUT_S: Final = 30.0
_TRIES: Final = 5
_LONGEST_WAIT_S: Final = 120.0
_MOST_PAGES: Final = 1000
_NEXT = re.compile(r"<([^>]*)>((?:\s*;\s*[^,;]*)*)")


class ScoreRefusedError(LtiError):
    """The platform does not take one learner's score; the others are not concerned."""


class _UnsureError(Exception):
    """No answer came: what was asked may have been done."""

    def __init__(self, why: str, *, wait_s: float) -> None:
        super().__init__(why)
        self.wait_s = wait_s


@dataclass(frozen=True, kw_only=True)
class Column:
    """One line item: a column of the platform's gradebook."""

    url: str
    resource_id: str


@dataclass(frozen=True, kw_only=True)
class Held:
    """What the platform's gradebook has for one learner in one column.

    Parameters
    ----------
    share : float or None
        Of the column's points, from 0; None where it has no points yet.
    """

    share: float | None

    def is_share(self, share: float | None) -> bool:
        """Whether it is this share, as exactly as platforms keep it (Moodle: five decimals of points)."""
        if share is None or self.share is None:
            return share is self.share
        return math.isclose(share, self.share, abs_tol=2e-5)


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody in the platform's course."""

    user_id: str
    given: str
    family: str
    email: str
    sourced_id: str
    learner: bool


class Service:
    """A platform's gradebook, for as long as the block lasts.

    Parameters
    ----------
    settings : Settings
    key : ToolKey
    now : callable
        Returns the time, aware.
    sleep : callable
        Waits so many seconds.
    """

    def __init__(
        self,
        settings: Settings,
        key: ToolKey,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings, self._key, self._now, self._sleep = settings, key, now, sleep
        self._token: str | None = None
        self._scopes = [f"{_AGS}{one}" for one in _NEEDED]

    def __enter__(self) -> Service:
        self._http = httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    # What a gradebook does.

    def find_column(self, resource_id: str) -> Column | None:
        """Return the column of this resource; the first, where the platform has several."""
        address = _with_query(self._settings.lineitems_url, resource_id=resource_id)
        for item in self._pages(address, accept=_LINE_ITEMS):
            if item.get("resourceId") == resource_id:  # some platforms do not filter
                return _column(item)
        return None

    def column(self, *, label: str, most: float, resource_id: str) -> Column:
        """Return the column of this resource, made where there is none."""
        body = {"label": label, "scoreMaximum": most, "resourceId": resource_id, "tag": "medialit"}
        for tries in range(_TRIES):
            if (found := self.find_column(resource_id)) is not None:
                return found
            try:
                answer = self._ask(
                    "POST", self._settings.lineitems_url, accept=_LINE_ITEM, kind=_LINE_ITEM, body=body
                )
            except _UnsureError as unsure:
                self._pause(unsure, tries)
                continue
            if answer.status_code not in (200, 201):
                raise _refused(answer, f"does not make the column {label!r}")
            return _column(_read_object(answer))
        raise AssertionError  # the last try raises

    def results(self, column: Column) -> dict[str, Held]:
        """Return what the platform holds in a column, by its user id."""
        held = {}
        for one in self._pages(_beneath(column.url, "results"), accept=_RESULTS):
            score, most = one.get("resultScore"), one.get("resultMaximum") or 1
            share = None if score is None else float(score) / float(most)
            held[str(one.get("userId"))] = Held(share=share)
        return held

    def send_score(self, column: Column, user_id: str, body: Mapping[str, Any]) -> None:
        """Send one score, and return when the platform has it.

        Parameters
        ----------
        column : Column
        user_id : str
            The platform's id of the learner.
        body : mapping
            As the standard has it, without `userId` and `timestamp`.

        Raises
        ------
        ScoreRefusedError
            If the platform does not take this score, or holds a later one.
        LtiError
            If it cannot be reached, or takes none.
        """
        given = body.get("scoreGiven")
        share = None if given is None else float(given) / float(body["scoreMaximum"])
        later = False
        for tries in range(_TRIES):
            stamp = self._now().astimezone(UTC).isoformat(timespec="milliseconds")
            try:
                answer = self._ask(
                    "POST",
                    _beneath(column.url, "scores"),
                    accept="*/*",
                    kind=_SCORE,
                    body={"userId": user_id, "timestamp": stamp, **body},
                )
            except _UnsureError as unsure:
                self._pause(unsure, tries)
                if user_id in (held := self.results(column)) and held[user_id].is_share(share):
                    return
                continue
            if answer.is_success:
                return
            if answer.status_code not in (400, 404, 409, 412, 422):
                raise _refused(answer, "does not take scores")
            if user_id in (held := self.results(column)) and held[user_id].is_share(share):
                return
            if answer.status_code != 409 or later:
                raise ScoreRefusedError(_why(answer))
            later = True  # Moodle counts whole seconds, and wants a later one
            self._sleep(1.0)
        raise AssertionError  # the last try raises

    def members(self) -> Iterator[Member]:
        """Return who is in the platform's course, where the settings name its list of members."""
        if not self._settings.memberships_url:
            raise LtiError("The settings name no memberships_url. Add it to lti.toml.")
        self._scopes, self._token = [_NRPS], None
        for one in self._pages(self._settings.memberships_url, accept=_MEMBERS, inside="members"):
            if one.get("status", "Active") == "Active":
                yield Member(
                    user_id=str(one.get("user_id", "")),
                    given=str(one.get("given_name") or ""),
                    family=str(one.get("family_name") or ""),
                    email=str(one.get("email") or ""),
                    sourced_id=str(one.get("lis_person_sourcedid") or ""),
                    learner=any(str(role).endswith("Learner") for role in one.get("roles", ())),
                )

    # How it is asked.

    def _pages(self, address: str, *, accept: str, inside: str | None = None) -> Iterator[dict[str, Any]]:
        for _page in range(_MOST_PAGES):
            answer = self._ask("GET", address, accept=accept)
            if not answer.is_success:
                raise _refused(answer, f"does not show {urlsplit(address).path}")
            things = _read(answer)
            if inside is not None:
                things = things.get(inside) if isinstance(things, dict) else None
            if not isinstance(things, list) or not all(isinstance(one, dict) for one in things):
                raise LtiError(f"The platform's answer at {address} is no list. {_CHECK}")
            yield from things
            following = next_page(answer)
            if following is None:
                return
            address = following
        raise LtiError(f"The platform's list at {address} does not end. {_CHECK}")

    def _ask(
        self, method: str, address: str, *, accept: str, kind: str = "", body: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Return the platform's answer to a request that is sent with a valid token, again where that does no harm."""
        checked_url(address, name="an address that the platform gave")
        if _origin(address) != _origin(self._settings.lineitems_url):
            raise LtiError(
                f"The platform names {address}, which is not on {_origin(self._settings.lineitems_url)}. No token is "
                "sent there. Ask its administrator."
            )
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        fresh = False
        for tries in range(_TRIES):
            headers = {"Authorization": f"Bearer {self._access_token()}", "Accept": accept}
            if kind:
                headers["Content-Type"] = kind
            try:
                answer = self._once(method, address, headers=headers, content=content)
            except _UnsureError as unsure:
                if method != "GET" and not isinstance(unsure.__cause__, _NOT_SENT):
                    raise
                self._pause(unsure, tries)
                continue
            if answer.status_code == 401 and not fresh:
                self._token, fresh = None, True
                continue
            return answer
        raise AssertionError  # the last try raises

    def _once(self, method: str, address: str, **about: Any) -> httpx.Response:
        """Send one request; while the platform says "too many", wait and send it again."""
        for tries in range(_TRIES):
            try:
                answer = self._http.request(method, address, **about)
            except httpx.TransportError as error:
                if "CERTIFICATE_VERIFY_FAILED" in str(error):
                    raise LtiError(
                        f"This computer does not trust the certificate of {_origin(address)} ({error}). If your school "
                        "has a certificate authority of its own, name its list of certificates in the environment "
                        "variable SSL_CERT_FILE. Nothing was sent."
                    ) from error
                raise _UnsureError(
                    f"{_origin(address)} does not answer ({error or type(error).__name__})", wait_s=2.0**tries
                ) from error
            if answer.status_code == 429:
                self._pause(
                    _UnsureError("has too many requests (429)", wait_s=self._wait_s(answer, tries)), tries
                )
                continue
            if answer.status_code >= 500:
                raise _UnsureError(
                    f"{_origin(address)} answers {answer.status_code}", wait_s=self._wait_s(answer, tries)
                )
            return answer
        raise AssertionError  # the last try raises

    def _wait_s(self, answer: httpx.Response, tries: int) -> float:
        """Return how long to wait before the next try: what the platform says, else twice as long as before."""
        said = answer.headers.get("Retry-After", "").strip()
        if said.isdigit():
            return float(said)
        try:
            return max(0.0, (parsedate_to_datetime(said) - self._now()).total_seconds())
        except (ValueError, TypeError):
            return 2.0**tries

    def _pause(self, unsure: _UnsureError, tries: int) -> None:
        """Wait before another try, or give up."""
        if tries + 1 >= _TRIES or unsure.wait_s > _LONGEST_WAIT_S:
            later = (
                f" It asks to wait {unsure.wait_s:.0f} seconds." if unsure.wait_s > _LONGEST_WAIT_S else ""
            )
            raise LtiError(
                f"The platform is away: {unsure}.{later} Nothing is lost: run this again later."
            ) from unsure
        self._sleep(max(unsure.wait_s, 2.0**tries))

    def _access_token(self) -> str:
        if self._token is None:
            for tries in range(_TRIES):
                try:
                    self._token = self._new_token()
                    break
                except _UnsureError as unsure:  # a token more does no harm
                    self._pause(unsure, tries)
        assert self._token is not None
        return self._token

    def _new_token(self) -> str:
        issued = int(self._now().timestamp())
        claims = {
            "iss": self._settings.client_id,
            "sub": self._settings.client_id,
            "aud": self._settings.audience or self._settings.token_url,
            "iat": issued,
            "exp": issued + 300,
            "jti": secrets.token_urlsafe(24),
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode(
                claims, self._key.private, algorithm="RS256", headers={"kid": self._key.kid}
            ),
            "scope": " ".join(self._scopes),
        }
        answer = self._once(
            "POST", self._settings.token_url, data=form, headers={"Accept": "application/json"}
        )
        if not answer.is_success:
            raise LtiError(
                f"The platform gives no token ({_why(answer)}). Compare client_id and token_url in lti.toml with what "
                "it shows, whether it has this course's public key (`medialit lti key`), and this computer's clock."
            )
        token = _read_object(answer).get("access_token")
        if not isinstance(token, str) or not token:
            raise LtiError(f"The answer of {self._settings.token_url} holds no token. {_CHECK}")
        return token


_PERMIT = "In the tool's settings there, permit grade sync and column management, and compare client_id in lti.toml."
_CHECK = "Compare the addresses in lti.toml with what the platform shows."


def next_page(answer: httpx.Response) -> str | None:
    """Return the address of the list's next page.

    Moodle writes the relation between typographic quotation marks, and `&` as in HTML: both are understood.

    Examples
    --------
    >>> link = "<https://m.example/i?from=0>; rel=“first”, <https://m.example/i?type_id=1&amp;from=2>; rel=“next”"
    >>> next_page(httpx.Response(200, headers=[(b"Link", link.encode())]))
    'https://m.example/i?type_id=1&from=2'
    >>> next_page(httpx.Response(200, headers={"Link": '<https://c.example/i?page=2>; rel="next"'}))
    'https://c.example/i?page=2'
    >>> next_page(httpx.Response(200)) is None
    True
    """
    for name, value in answer.headers.raw:
        if name.lower() == b"link":
            for address, about in _NEXT.findall(value.decode("utf-8", errors="replace")):
                if re.search(r"rel\s*=\s*[\"'“”]?next\b", about):
                    return str(address).replace("&amp;", "&")
    return None


def _column(item: Mapping[str, Any]) -> Column:
    try:
        return Column(url=str(item["id"]), resource_id=str(item["resourceId"]))
    except KeyError:
        raise LtiError(f"The platform's line item {dict(item)} lacks what it must hold. {_CHECK}") from None


def _beneath(address: str, part: str) -> str:
    """Return the address of a line item's scores or results: before its query, which Moodle's has."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{part}"))


def _with_query(address: str, **more: str) -> str:
    return str(httpx.URL(address).copy_merge_params(more))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _read(answer: httpx.Response) -> Any:
    try:
        return json.loads(answer.content.decode("utf-8"))
    except ValueError:
        raise LtiError(f"The platform's answer at {answer.url} is no JSON. {_CHECK}") from None


def _read_object(answer: httpx.Response) -> dict[str, Any]:
    value = _read(answer)
    if not isinstance(value, dict):
        raise LtiError(f"The platform's answer at {answer.url} is no object. {_CHECK}")
    return value


def _why(answer: httpx.Response) -> str:
    """Return what a refusal says, short, on one line."""
    text = " ".join(answer.content.decode("utf-8", errors="replace").split())
    return f"{answer.status_code} {text or answer.reason_phrase}"[:200].rstrip()


def _refused(answer: httpx.Response, what: str) -> LtiError:
    hint = {
        401: f"It does not take the token. {_PERMIT}",
        403: _PERMIT,
        404: "There is no such course: compare lineitems_url in lti.toml.",
    }.get(answer.status_code, _CHECK)
    return LtiError(f"The platform {what} ({_why(answer)}). {hint}")
