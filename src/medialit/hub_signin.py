"""Signing in to a department's hub from a learning platform, by LTI 1.3.

The protocol is `ltiauthenticator`'s: it checks the signature against the platform's keys, issuer, audience, times, state
and nonce. Added here is what a hub with accounts of an operating system needs: whom a launch stands for is looked up in
the rosters, by the id that the platform gives and never by a name or an address, which people can change themselves; a
launch counts once, whoever sends it again; and it must come from the deployment that was agreed on.

Nothing that a platform tells of a person is kept: no name, no address, no token.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from medialit.course import project
from medialit.errors import CourseError
from medialit.hub import Taught, refusal
from medialit.language import LANGUAGES, translator

_DEPLOYMENT: Final = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"
_KEPT_S: Final = 1200.0
"""How long a nonce is remembered: twice as long as `ltiauthenticator` takes a token for fresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A learning platform whose people may sign in; its administrator tells these."""

    issuer: str
    client_id: str
    deployment_id: str
    authorize_url: str
    jwks_url: str
    instructors: Mapping[str, str]
    """The account of an instructor, by what the platform calls them."""


@dataclass(slots=True)
class Spent:
    """The nonces that were used, each until it could not be used any more anyhow.

    Examples
    --------
    >>> spent = Spent()
    >>> spent.spend("a", now=0.0), spent.spend("a", now=5.0), spent.spend("b", now=5.0)
    (True, False, True)
    """

    _until: dict[str, float] = field(default_factory=dict)

    def spend(self, nonce: str, *, now: float) -> bool:
        """Use a nonce up, and say whether it was unused; `now` is in seconds of any clock that only goes forward."""
        self._until = {one: until for one, until in self._until.items() if until > now}
        if nonce in self._until:
            return False
        self._until[nonce] = now + _KEPT_S
        return True


def read_platform(path: Path) -> Platform | None:
    """Read the table ``[lti]`` of courses.toml; None where there is none.

    Raises
    ------
    CourseError
        If an entry is missing or of the wrong kind.
    """
    file = project.read_toml(path)
    if "lti" not in file:
        return None
    table = project.entry(file, "lti", dict, path=path)
    texts = {
        key: project.entry(table, key, str, path=path)
        for key in ("issuer", "client_id", "deployment_id", "authorize_url", "jwks_url")
    }
    instructors = project.entry(table, "instructors", dict, path=path)
    if not all(isinstance(one, str) for one in instructors.values()):
        raise CourseError(f"{path}: [lti.instructors] is {instructors!r}. Each must be an account's name.")
    return Platform(**texts, instructors=instructors)


def accounts(platform: Platform, courses: tuple[Taught, ...]) -> Mapping[str, str]:
    """Return the account of each person, by what the platform calls them.

    Raises
    ------
    CourseError
        If one id stands for two accounts, or an instructor's account teaches nothing.
    """
    teaching = frozenset[str]().union(*(one.instructors for one in courses))
    if lost := set(platform.instructors.values()) - teaching:
        raise CourseError(f"[lti.instructors] names {', '.join(sorted(lost))}, who teach no course.")
    found: dict[str, str] = {}
    for known in (platform.instructors, *(one.lms for one in courses)):
        for person, account in known.items():
            if found.setdefault(person, account) != account:
                raise CourseError(
                    f"The learning platform's id {person} stands for {found[person]} and for {account}. "
                    "Correct `lms_user_id` in the rosters, or [lti.instructors]."
                )
    return found


def configure(config: Any, platform: Platform, courses: tuple[Taught, ...]) -> None:
    """Let people sign in from the platform, and by nothing else.

    Parameters
    ----------
    config : traitlets Config
        After `medialit.hub.configure`.
    platform : Platform
    courses : tuple of Taught
    """
    config.JupyterHub.authenticator_class = _authenticator(platform, accounts(platform, courses))
    # The platform's page posts to the hub from another site: browsers then send only cookies that say so, over HTTPS.
    cookies = {"cookie_options": {"samesite": "None", "secure": True}}
    config.JupyterHub.tornado_settings = {**(config.JupyterHub.get("tornado_settings") or {}), **cookies}
    chosen = config.LTI13Authenticator
    chosen.issuer, chosen.client_id = platform.issuer, {platform.client_id}
    chosen.authorize_url, chosen.jwks_endpoint = platform.authorize_url, platform.jwks_url
    chosen.username_key = "sub"


def _authenticator(platform: Platform, known: Mapping[str, str]) -> type[Any]:
    from ltiauthenticator.lti13.auth import LTI13Authenticator

    spent = Spent()

    class Authenticator(LTI13Authenticator):  # type: ignore[misc, unused-ignore]
        """Takes a launch that `ltiauthenticator` has found sound for the account that the rosters name."""

        async def authenticate(self, handler: Any, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
            """Return the account, and nothing else of what the platform told."""
            return {"name": admit(data or {}, platform, known=known, spent=spent, now=time.monotonic())}

    return Authenticator


def admit(
    claims: Mapping[str, Any], platform: Platform, *, known: Mapping[str, str], spent: Spent, now: float
) -> str:
    """Return the account for which a launch stands whose signature, audience and times are sound.

    Parameters
    ----------
    claims : mapping
        Of the id_token.
    platform : Platform
    known : mapping
        As `accounts` returns it.
    spent : Spent
    now : float
        In seconds, as `Spent.spend` takes it.

    Raises
    ------
    tornado.web.HTTPError
        403, with what to do in the language that the platform gives, if the launch comes from elsewhere, was used
        before, or stands for nobody.
    """
    _ = translator(_spoken(claims.get("locale")))
    if claims.get(_DEPLOYMENT) != platform.deployment_id:
        raise refusal(
            _("This launch comes from a place that was not agreed on. Tell whoever looks after this hub.")
        )
    if not spent.spend(str(claims.get("nonce")), now=now):
        raise refusal(_("This launch was used before. Go back to your course, and open the activity again."))
    person = claims.get("sub")
    if not isinstance(person, str) or person not in known:
        raise refusal(_("You are in no roster of this hub. Tell your teacher, who can add you."))
    return known[person]


def _spoken(locale: Any) -> str:
    code = str(locale).replace("_", "-").partition("-")[0].lower()
    return code if code in LANGUAGES else "en"
