"""Enrolment: from a challenge and a recording to a template in the vault, or to reasons why not.

::

    vault = Vault()
    challenge = issue(vault, now=now)  # show what challenge.steps ask, and record
    outcome = enrol(
        recording, reference=picture, challenge=challenge, name="Tiziri", vault=vault, now=now, mirrored=False
    )
    outcome.enrolment or [refusal.sentence("fr") for refusal in outcome.refusals]

A fictional person of the cast is enrolled by `enrol_fictional`, without a camera and without any model.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from medialit.errors import EnrolmentError, MediaError, MediaTooLargeError
from medialit.likeness import light, lips, liveness, match, screen, seam, speech
from medialit.likeness.challenge import Challenge, draw_challenge, require_aware
from medialit.likeness.liveness import Check
from medialit.likeness.models import FaceReader, Floats, Picture
from medialit.likeness.recording import lacking, read_recording, same_movement, smaller, trace_of
from medialit.likeness.refusal import Refusal
from medialit.likeness.track import Recording, Track, as_clips, follow, sound
from medialit.likeness.vault import Enrolment, Template, Vault
from medialit.media import Clip, read_image

__all__ = ["Enrolment", "Outcome", "Refusal", "enrol", "enrol_fictional", "issue", "judge", "read_recording"]


_KEPT_SIDE: Final = 640
_SKEW: Final = timedelta(minutes=1)
_NAME: Final = 80
_WEIGHT: Final = (
    "no-face", "two-faces", "flat", "screen", "dim", "light", "spliced", "wrong-person", "order", "blink", "speech",
    "lips",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of an attempt.

    Parameters
    ----------
    enrolment : Enrolment or None
        Who was enrolled; None where the attempt was refused.
    refusals : tuple of Refusal
        Why, the weightiest first; empty where it was accepted.
    checks : tuple of Check
        What was measured; empty where nothing was, or where an earlier answer is given again.
    """

    enrolment: Enrolment | None = None
    refusals: tuple[Refusal, ...] = ()
    checks: tuple[Check, ...] = ()


def issue(
    vault: Vault, *, now: datetime, seed: int | None = None, pace: float = 1.0, light: bool = False
) -> Challenge:
    """Return a new challenge, which is good for one attempt on this computer.

    Parameters
    ----------
    vault : Vault
        Where it is noted.
    now : datetime
        Aware.
    seed : int, optional
        For tests and rehearsals only: who knows it knows the challenge. Default: 128 bits that nobody knows.
    pace : float
        From 0.6 to 3; 2 gives twice the time for each step.
    light : bool
        Whether the window shows colours that the face has to reflect: the one check that a recording filmed from a
        screen does not pass. It needs a room without daylight, and a window as large as the screen.

    Raises
    ------
    EnrolmentError
        If `now` is naive, the pace is out of range, or a challenge of this seed and moment is there already.
    """
    drawn = secrets.randbits(128) if seed is None else seed
    challenge = draw_challenge(seed=drawn, now=now, pace=pace, light=light)
    with vault.locked():
        if vault.noted(challenge.nonce) is not None:
            raise EnrolmentError(
                f"A challenge of the seed {seed} was issued at this moment already. Take another."
            )
        vault.note(challenge.nonce, {"challenge": challenge.to_json()})
    return challenge


def enrol(
    recording: Recording | Path | Sequence[Path],
    *,
    reference: Picture | Path,
    challenge: Challenge,
    name: str,
    vault: Vault,
    now: datetime,
    mirrored: bool,
    reader: FaceReader | None = None,
) -> Outcome:
    """Judge an attempt and keep the template if it passes.

    Parameters
    ----------
    recording : Clip, or path of a video file, or one of either for each step in order
        It begins when the challenge begins, and has sound.
    reference : ndarray of uint8, shape (H, W, 3), or path of a picture
        The person, RGB; what the recording's face is compared with, and what is kept for scenes.
    challenge : Challenge
        From `issue`.
    name : str
        In any script.
    vault : Vault
    now : datetime
        Aware; when the recording was handed in.
    mirrored : bool
        Whether the recording shows the person as a mirror does.
    reader : FaceReader, optional
        Loaded models; loaded anew when not given.

    Returns
    -------
    Outcome
        The same recording for the same challenge gets the same answer again, and is enrolled once.

    Raises
    ------
    LikenessModelError
        If a package of the extra is not installed.
    EnrolmentError
        If `now` is naive, or the recording's clips are neither one nor one for each step.
    VaultError
        If the vault cannot be used.
    """
    require_aware(now)
    called = _name(name)
    if called is None:
        return _refused("name")
    # One attempt at a challenge at a time; sixteen locks, so that their files do not pile up.
    with vault.locked(f"attempt-{hashlib.sha256(challenge.nonce.encode()).hexdigest()[0]}-"):
        entry = vault.noted(challenge.nonce)
        if entry is None or entry.get("challenge") != challenge.to_json():
            return _refused("unknown")
        if "recording" not in entry and (untimely := _untimely(challenge, now)):
            return untimely
        try:
            clips = as_clips(_read(recording), challenge=challenge)
        except MediaTooLargeError:
            return _refused("too-large")
        except MediaError:
            return _refused("unreadable")
        earlier = _earlier(entry, vault=vault, mark=_mark(clips, vault))
        if earlier is not None:
            return earlier
        attempt = _Attempt(clips=clips, challenge=challenge, name=called, mirrored=mirrored, now=now)
        return attempt.run(entry, reference=reference, vault=vault, reader=reader or FaceReader())


def judge(
    recording: Recording, *, face: Floats, challenge: Challenge, reader: FaceReader, mirrored: bool
) -> tuple[tuple[Check, ...], Track]:
    """Measure a recording against a challenge and a face; nothing is kept, and nothing is asked of the vault.

    Parameters
    ----------
    recording : Clip or sequence of Clip
    face : ndarray of float32, shape (128,)
        From `medialit.likeness.match.read_reference`.
    challenge, reader, mirrored
        As for `enrol`.

    Returns
    -------
    (tuple of Check, Track)
        All checks, passed or not, and what they were taken from.
    """
    clips = as_clips(recording, challenge=challenge)
    track = follow(clips, challenge=challenge, reader=reader, mirrored=mirrored)
    faces = liveness.describe(track, clips, challenge=challenge, reader=reader)
    step = next(step for step in challenge.steps if step.action == "speak")
    heard = sound(clips, challenge=challenge)
    samples, rate = heard if heard is not None else (np.zeros((0, 1), np.float32), speech.RATE)
    spoken = speech.spoken(
        samples,
        sample_rate=rate,
        digits=challenge.digits,
        start_s=step.start_s,
        end_s=step.end_s,
        pace=challenge.pace,
    )
    checks = (
        *liveness.face_checks(track, challenge=challenge),
        liveness.depth_check(track),
        *screen.screen_checks(track, clips),
        *light.light_checks(track, clips, challenge=challenge),
        *liveness.splice_checks(track),
        *seam.seam_checks(track, clips, samples, sample_rate=rate),
        liveness.identity_check(faces),
        match.match_check(face, faces),
        *liveness.movement_checks(track, challenge=challenge),
        *liveness.speech_checks(spoken, challenge=challenge),
        *lips.lips_checks(track, clips, spoken.voice, challenge=challenge),
    )
    return checks, track


def enrol_fictional(cast_id: str, *, name: str, vault: Vault, now: datetime) -> Enrolment:
    """Enrol a person of the cast, without a camera and without any model; return who was enrolled.

    Parameters
    ----------
    cast_id : str
        From the cast, such as ``tiziri``. Whether it is an adult's is the caller's to ask.
    name : str
        In any script.
    vault : Vault
    now : datetime
        Aware.

    Returns
    -------
    Enrolment
        Somebody of the cast who is enrolled already, under this name, is not enrolled twice.

    Raises
    ------
    EnrolmentError
        If the id or the name is empty or holds invisible signs, or `now` is naive.
    """
    require_aware(now)
    called = _name(name)
    if called is None:
        raise EnrolmentError(f"A name has 1 to {_NAME} letters and no invisible signs, unlike {name[:90]!r}.")
    if not cast_id.isascii() or not cast_id.replace("-", "").isalnum():
        raise EnrolmentError(
            f"The id of a person of the cast has letters, digits and hyphens, unlike {cast_id!r}."
        )
    with vault.locked("fictional-"):
        for one in vault.list():
            if one.cast_id == cast_id and one.name == called:
                return one
        moment = now.astimezone(UTC)
        one = Enrolment(id=vault.new_id(), name=called, kind="fictional", enrolled_at=moment, cast_id=cast_id)
        return vault.store(Template(enrolment=one))


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    clips: tuple[Clip, ...]
    challenge: Challenge
    name: str
    mirrored: bool
    now: datetime

    def run(
        self, entry: dict[str, Any], *, reference: Picture | Path, vault: Vault, reader: FaceReader
    ) -> Outcome:
        """Judge the attempt, and note in the ledger what came of it."""
        missing = lacking(self.clips, self.challenge)
        if missing is not None:
            return _refused(missing)
        try:
            picture = read_image(reference) if isinstance(reference, Path) else reference
        except MediaError:
            return _refused("reference-unreadable")
        _require_picture(picture)
        known = match.read_reference(picture, reader=reader)
        if known.face is None:
            return _refused(known.problem or "reference-no-face")
        mark = _mark(self.clips, vault)
        id = entry.get("enrolment") or vault.new_id()  # chosen before it is needed: who resumes enrols once
        claimed = entry | {
            "recording": mark,
            "enrolment": id,
            "handed_in": self.now.astimezone(UTC).isoformat(),
        }
        vault.note(self.challenge.nonce, claimed)
        checks, track = judge(
            self.clips, face=known.face, challenge=self.challenge, reader=reader, mirrored=self.mirrored
        )
        trace = trace_of(track)
        refusals = _refusals(checks, self.challenge)
        if any(same_movement(trace, vault.load(one.id).trace) for one in vault.list() if one.id != id):
            refusals = (Refusal(code="seen"), *refusals)
        if refusals:
            said = [[refusal.code, refusal.action] for refusal in refusals]
            vault.note(self.challenge.nonce, claimed | {"enrolment": None, "refusals": said})
            return Outcome(refusals=refusals, checks=checks)
        one = Enrolment(
            id=id,
            name=self.name,
            kind="camera",
            enrolled_at=self.now.astimezone(UTC),
            distance=next(check.value for check in checks if check.name == "wrong-person"),
        )
        kept = smaller(picture, _KEPT_SIDE)
        vault.store(Template(enrolment=one, face=known.face, picture=kept, trace=trace))
        vault.note(self.challenge.nonce, claimed | {"refusals": []})
        return Outcome(enrolment=one, checks=checks)


def _require_picture(picture: Picture) -> None:
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8 or picture.ndim != 3:
        kind = getattr(picture, "shape", type(picture).__name__)
        raise EnrolmentError(
            f"A reference picture is a uint8 array of shape (H, W, 3) in RGB, or a path; not {kind}."
        )
    if picture.shape[2] != 3 or 0 in picture.shape:
        raise EnrolmentError(f"A reference picture has the shape (H, W, 3), not {picture.shape}.")


def _refused(code: str) -> Outcome:
    return Outcome(refusals=(Refusal(code=code),))


def _untimely(challenge: Challenge, now: datetime) -> Outcome | None:
    if now > challenge.deadline:
        return _refused("late")
    return _refused("early") if now < challenge.issued_at - _SKEW else None


def _earlier(entry: dict[str, Any], *, vault: Vault, mark: str) -> Outcome | None:
    """Return the answer that this recording or this challenge has had already."""
    if "recording" not in entry:
        return _refused("seen") if vault.used_by(mark) is not None else None
    if entry["recording"] != mark:
        return _refused("used")
    if "refusals" not in entry:
        return None  # it was being judged when the power went: judge it again
    if entry["refusals"]:
        return Outcome(
            refusals=tuple(Refusal(code=code, action=action) for code, action in entry["refusals"])
        )
    enrolled = [one for one in vault.list() if one.id == entry["enrolment"]]
    return Outcome(enrolment=enrolled[0]) if enrolled else _refused("used")


def _refusals(checks: Sequence[Check], challenge: Challenge) -> tuple[Refusal, ...]:
    """Return the reasons of the checks that failed, each once, the weightiest first."""
    found: list[Refusal] = []
    for check in checks:
        action = None if check.step is None or check.name != "order" else challenge.steps[check.step].action
        refusal = Refusal(code=check.name, action=action)
        if not check.passed and refusal not in found:
            found.append(refusal)
    if any(refusal.code == "no-face" for refusal in found):
        return (Refusal(code="no-face"),)  # without a face, everything else fails for that reason
    if any(refusal.code == "dim" for refusal in found):
        found = [
            refusal for refusal in found if refusal.code != "light"
        ]  # what was not seen cannot be compared
    return tuple(sorted(found, key=lambda one: _WEIGHT.index(one.code) if one.code in _WEIGHT else 0))


def _read(recording: Recording | Path | Sequence[Path]) -> Recording:
    if isinstance(recording, Clip):
        return recording
    if isinstance(recording, Path):
        return read_recording(recording)
    return [read_recording(one) if isinstance(one, Path) else one for one in recording]


def _mark(clips: Sequence[Clip], vault: Vault) -> str:
    return vault.mark("".join(clip.sha256 for clip in clips))


def _name(name: str) -> str | None:
    """Return a name in one form, or None where it is empty, too long, or hides signs that turn or join letters."""
    plain = " ".join(unicodedata.normalize("NFC", name).split())
    hidden = any(
        unicodedata.category(sign) in {"Cc", "Cf", "Co", "Cs"} and sign not in "\u200c\u200d"
        for sign in plain
    )
    return plain if 0 < len(plain) <= _NAME and not hidden and any(map(str.isalpha, plain)) else None
