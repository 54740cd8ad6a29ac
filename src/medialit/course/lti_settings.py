"""What a course must know of a learning platform: `lti.toml` in the course's folder.

::

    client_id = "Q2xpZW50"
    token_url = "https://moodle.example.org/mod/lti/token.php"
    lineitems_url = "https://moodle.example.org/mod/lti/services.php/42/lineitems?type_id=3"
    # Where the platform wants them:
    # audience = "https://..."         of the statement that asks for a token; the token's address where it is left out
    # memberships_url = "https://..."  the list of the course's members, for `medialit lti people`
    # key = "/srv/medialit/lti/key.pem"
"""

from __future__ import annotations

import ipaddress
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from medialit.course.lti_keys import key_path
from medialit.errors import LtiError

FILE = "lti.toml"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A course's place on a platform."""

    client_id: str
    """The id that the platform has given to this tool."""
    token_url: str
    lineitems_url: str
    """The course's list of line items."""
    audience: str = ""
    memberships_url: str = ""
    key: str = ""
    """The file of the private key; `$MEDIALIT_HOME/lti/key.pem` where it is left out."""

    @property
    def key_path(self) -> Path:
        """Return the file of the private key."""
        return Path(self.key).expanduser() if self.key else key_path()


def read_settings(course: Path) -> Settings:
    """Read a course's `lti.toml`.

    Raises
    ------
    LtiError
        If it is not there, lacks something, or names an address that is neither https nor this computer's own.
    """
    path = course / FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LtiError(
            f"{path} is not there. Write it as docs/how-to/marks-to-the-lms.md shows: client_id, token_url and "
            "lineitems_url, as the platform gives them."
        ) from None
    except (OSError, ValueError) as error:
        raise LtiError(f"{path} cannot be read: {error}.") from None
    known = [one.name for one in fields(Settings)]
    if strange := sorted(values.keys() - set(known)):
        raise LtiError(
            f"{path} has {strange[0]!r}, which means nothing here. It may have: {', '.join(known)}."
        )
    for name in ("client_id", "token_url", "lineitems_url"):
        if not values.get(name):
            raise LtiError(f"{path} lacks {name}. The platform shows it.")
    if wrong := sorted(name for name, value in values.items() if not isinstance(value, str)):
        raise LtiError(f"{path}: {wrong[0]} is no text. Put it between quotation marks.")
    for name in ("token_url", "lineitems_url", "memberships_url"):
        if values.get(name):
            checked_url(values[name], name=f"{path}: {name}")
    return Settings(**values)


def checked_url(address: str, *, name: str) -> str:
    """Return an address by which marks and tokens may go: https, or on this computer.

    Raises
    ------
    LtiError
        If it is neither.

    Examples
    --------
    >>> checked_url("https://moodle.example.org/token", name="token_url")
    'https://moodle.example.org/token'
    >>> checked_url("http://127.0.0.1:8000/token", name="token_url")
    'http://127.0.0.1:8000/token'
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if not parts.hostname or parts.username or parts.password or parts.fragment:
        raise LtiError(f"{name}: {address} is no address of a platform. Copy it from there.")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname)):
        return address
    raise LtiError(f"{name}: {address} does not begin with https://. Marks go nowhere in the clear.")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
