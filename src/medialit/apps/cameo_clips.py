"""What can be done with clips at the consent desk: make, publish, export, withdraw, and watch."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from medialit.apps.cameo_visit import Told, Visit, out_of_reach, refusal, whole_world
from medialit.apps.cameo_words import ltr
from medialit.cameo import Desk, Setting, Use
from medialit.cameo.trouble import trouble
from medialit.consent.ledger_events import LoggedDecision
from medialit.consent.reasons import explain
from medialit.consent.records import Audience, Medium, Purpose
from medialit.errors import MedialitError
from medialit.generate import sampler
from medialit.home import medialit_home
from medialit.language import translator
from medialit.media import Clip, write
from medialit.provenance.label import burn_label


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to make, as the fields of the window give it."""

    prompt: str
    people: Sequence[str]
    doing: str
    purpose: str
    audience: str
    territories: Sequence[str]
    medium: str
    seed: int


def make(
    visit: Visit, wish: Wish, *, on_step: Callable[[sampler.Step], None] | None = None
) -> tuple[Told, str | None]:
    """Ask, and if everybody agreed, make a draft; return the id of the draft too."""
    _ = translator(visit.lang)
    asked = (
        (wish.prompt.strip(), _("Write what is to be seen.")),
        (wish.people, _("Choose whose likeness is to be in it.")),
        (wish.territories, _("Choose at least one place.")),
    )
    missing = tuple(sentence for value, sentence in asked if not value)
    if missing := missing + whole_world(wish.territories, visit.lang):
        return Told(kind="info", sentences=missing), None
    with visit.desk() as desk:
        names = visit.names(desk)
        try:
            use = desk.generate(
                wish.prompt.strip(), principals=tuple(wish.people), requester=visit.me, seed=int(wish.seed),
                doing=wish.doing, now=visit.now, lang=visit.lang, on_step=on_step,
                setting=Setting(
                    purpose=Purpose(wish.purpose), audience=Audience(wish.audience),
                    territories=frozenset(wish.territories), medium=Medium(wish.medium),
                ),
            )  # fmt: skip
        except MedialitError as error:
            return refusal(error, lang=visit.lang, names=names), None
        allowed = _reasons(desk, use, visit)
    return (
        Told(
            kind="yes",
            sentences=(
                _("It is allowed, and the clip is made."),
                *allowed,
                _("It is a draft: the people in it and you can see it, nobody else."),
            ),
        ),
        use.id,
    )


def publish(visit: Visit, use_id: str) -> Told:
    """Ask for the publication of a draft."""
    _ = translator(visit.lang)
    with visit.desk() as desk:
        names = visit.names(desk)
        try:
            use = _found(desk, use_id)
            desk.publish(use.id, requester=visit.me, title=use.prompt, now=visit.now, lang=visit.lang)
        except MedialitError as error:
            return refusal(error, lang=visit.lang, names=names)
    return Told(
        kind="yes",
        sentences=(
            _("It is published: labelled, watermarked, signed and registered as synthetic."),
            _("Its Content Credentials name the permission."),
        ),
    )


def export(visit: Visit, use_id: str) -> Told:
    """Ask for a copy of a published clip in the folder of exports."""
    _ = translator(visit.lang)
    folder = (visit.home or medialit_home()) / "exports"
    with visit.desk() as desk:
        names = visit.names(desk)
        try:
            use = _found(desk, use_id)
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            target = folder / f"{use.id}-{1 + len(use.exports)}.mp4"
            desk.export(use.id, target, requester=visit.me, now=visit.now, lang=visit.lang)
        except MedialitError as error:
            return refusal(error, lang=visit.lang, names=names)
    return Told(
        kind="yes",
        sentences=(
            _("A copy was written: {path}").format(path=ltr(str(target))),
            _("From now on nobody here can call this copy back."),
        ),
    )


def withdraw(visit: Visit, use_id: str) -> Told:
    """Say no to a draft or a clip."""
    _ = translator(visit.lang)
    with visit.desk() as desk:
        try:
            use = _found(desk, use_id)
            if use.stage == "withdrawn":
                return Told(kind="info", sentences=(_("It was withdrawn before. Its frames are gone."),))
            gone = desk.withdraw(use.id, by=visit.me, now=visit.now)
        except MedialitError as error:
            return refusal(error, lang=visit.lang, names=visit.names(desk))
    said = [_("It is withdrawn: its frames are gone from this computer.")]
    if gone.exports:
        said.append(out_of_reach(gone.exports, visit.lang))
    return Told(kind="yes", sentences=tuple(said))


def film(visit: Visit, use_id: str) -> tuple[Told | None, str | None]:
    """Return a use as the address of a film that holds it whole, labelled, so that no file of it stays anywhere.

    Returns
    -------
    Told or None
        Why it is not shown.
    str or None
        ``data:video/mp4;base64,…``
    """
    _ = translator(visit.lang)
    with visit.desk() as desk:
        try:
            use = _found(desk, use_id)
            if use.stage == "withdrawn":
                return Told(
                    kind="info", sentences=(_("It was withdrawn before. Its frames are gone."),)
                ), None
            clip = desk.preview(use.id, viewer=visit.me, now=visit.now, lang=visit.lang)
        except MedialitError as error:
            names = visit.names(desk)
            return refusal(error, lang=visit.lang, names=names), None
    return None, _inlined(burn_label(clip, lang=visit.lang))


def lent_film(visit: Visit) -> tuple[Told | None, str | None]:
    """Return the recording that the person lent as `film` does, without a label: it is no generated clip."""
    with visit.desk() as desk:
        try:
            clip = desk.recording(visit.principal, viewer=visit.me, now=visit.now)
        except MedialitError as error:
            return refusal(error, lang=visit.lang, names=visit.names(desk)), None
    return None, _inlined(clip)


def _reasons(desk: Desk, use: Use, visit: Visit) -> tuple[str, ...]:
    """Return why the latest step of a use was allowed."""
    for event in desk.ledger.events():
        if event.id == use.decision and isinstance(logged := desk.ledger.record(event), LoggedDecision):
            return explain(logged.decision, lang=visit.lang, names=visit.names(desk))
    return ()


def _found(desk: Desk, use_id: str) -> Use:
    for one in desk.uses():
        if one.id == use_id:
            return one
    raise trouble("use-not-listed", use=repr(use_id[:60]))


def _inlined(clip: Clip) -> str:
    with TemporaryDirectory(prefix="medialit-preview-") as folder:  # of this account alone, and gone at once
        data = write(clip, Path(folder) / "preview.mp4").read_bytes()
    return f"data:video/mp4;base64,{base64.b64encode(data).decode()}"
