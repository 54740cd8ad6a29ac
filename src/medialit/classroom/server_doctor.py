"""Ask a server that runs whether it lives and is ready (`medialit.health`), and say what to do where it is not."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from medialit.classroom.doctor import Finding
from medialit.errors import CourseError
from medialit.language import translator

PATIENCE_S: Final = 10.0
MANY: Final = 30
"""So many requests for clips that wait are half an hour of work for one computer."""


def ask(url: str, *, lang: str) -> Iterator[Finding]:
    """Yield what a server says of itself.

    Parameters
    ----------
    url : str
        Its address; what stands behind the host is not looked at.
    lang : str
        A code of `medialit.language.LANGUAGES`.

    Raises
    ------
    CourseError
        If it is no address of a web server.
    """
    _ = translator(lang)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CourseError(f"{url!r} is no address of a server, such as http://127.0.0.1:8765.")
    base = f"{parts.scheme}://{parts.netloc}"
    try:
        status, said = _get(f"{base}/ready")
    except (OSError, ValueError) as error:
        yield Finding(
            name="server",
            title=base,
            fine=False,
            detail=_("It does not answer: {reason}.").format(reason=_reason(error)),
            remedy=_("Start it, or look whether the address is right. A server that stands still is started again: "
                     "systemctl restart medialit-studio@CLASS. Nothing that was kept is lost by that."),
        )  # fmt: skip
        return
    yield Finding(
        name="server",
        title=base,
        fine=status == 200,
        detail=_("It lives, and is ready.") if status == 200 else _("It lives, and is not ready."),
        remedy=_("See below."),
    )
    for part, fine in said.get("parts", {}).items():
        if not fine:
            yield _broken(str(part), base, lang=lang)
    waiting = said.get("waiting")
    if isinstance(waiting, int):
        yield Finding(
            name="server-waiting",
            title=_("Clips that wait"),
            fine=waiting < MANY,
            detail=_("Requests that wait: {n}.").format(n=waiting),
            remedy=_("If the number does not go down within minutes, start the studio again: what waits goes on waiting. "
                     "Otherwise lower the quota at the teacher's desk."),
            needed=False,
        )  # fmt: skip


def _broken(part: str, base: str, *, lang: str) -> Finding:
    _ = translator(lang)
    known = {
        "disk": (
            _("Its disk is nearly full."),
            _("Free 200 MB or more where the class is kept. What cannot be kept until then is refused, not lost."),
        ),
        "database": (
            _("It cannot write to its database."),
            _("Look whether the disk is full, or another program holds the database: the log says which. It goes on by "
              "itself once it can write."),
        ),
        "maker": (
            _("Nobody makes the clips that wait."),
            _("Start the studio again: what waits goes on waiting."),
        ),
        "class": (
            _("Its class was deleted."),
            _("Start the studio again: an empty class begins."),
        ),
    }  # fmt: skip
    detail, remedy = known.get(
        part, (_("A part of it does not work: {part}.").format(part=part), _("Look into its log."))
    )
    return Finding(name=f"server-{part}", title=base, fine=False, detail=detail, remedy=remedy)


def _get(url: str) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(url, headers={"accept": "application/json"})  # noqa: S310 - http or https, above
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            status, body = answer.status, answer.read(100_000)
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read(100_000)
    said = json.loads(body)
    if not isinstance(said, dict) or "parts" not in said:
        raise ValueError("not medialit")
    return int(status), said


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    if isinstance(inner, OSError) and inner.strerror:
        return str(inner.strerror)
    return "not medialit" if isinstance(error, ValueError) else str(inner) or type(inner).__name__
