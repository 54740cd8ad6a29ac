"""Whether a recording shows a living person who did what was asked, and not a print, a screen or a patchwork.

Each check gives a number beside its limit. The limits were set on the puppets of `benchmarks/enrolment.py` and on
nothing else; the page `docs/explanation/enrolment.md` says what came out and what that is worth.

What no check here can see is a picture made while the challenge runs: a face swapped live, or a portrait animated by a
program and fed in place of a camera, does all that is asked. Whoever needs more must stand beside the person.

References
----------
ISO/IEC 30107-3:2023 (what is measured, and how errors are named). Kollreider et al. (2009), Image and Vision Computing
27:233 (a print moves as a plane). Soukupová and Čech (2016), Computer Vision Winter Workshop (eyes closed by
height over width).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from medialit.likeness.challenge import Action, Challenge
from medialit.likeness.models import FaceReader, Floats
from medialit.likeness.speech import Spoken
from medialit.likeness.track import Track, neutral
from medialit.media import Clip

TURN_DEG: Final[dict[Action, float]] = {"left": 7.5, "right": 7.5, "up": 6.5}
"""Least turn of the head, as the face mesh sees it: about three quarters of the true angle."""
BLINK: Final = 0.90
"""Greatest height of the closed eyes, in heights of the person's own open ones."""
BLINK_NOISE: Final = 5.0
"""Least fall of that height, in standard deviations of the open eyes' own unrest."""
PARALLAX: Final = 0.045
"""Least departure of a turned face from a plane, in sizes of the face."""
PRESENT: Final = 0.9
OTHERS: Final = 0.15
ANSWERED: Final = 0.8
CHATTER: Final = 0.25
JUMP: Final = 0.55
"""Greatest way of the face between two pictures a twelfth of a second apart, in its sizes."""
SPIN_DEG: Final = 17.0
"""Greatest turn in the same time."""
CUT_LEVELS: Final = 6.0
CUT_RATIO: Final = 10.0
IDENTITY: Final = 0.48
"""Greatest distance between two of the recording's faces that look ahead."""
SHORT_S: Final = 0.5

_AHEAD_DEG: Final = 6.0
_STILL: Final = 1.5  # turns, in least ones, that talking or blinking may look like


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question to a recording.

    Parameters
    ----------
    name : str
        Also the code of the refusal, such as ``blink``.
    value, limit : float
        What was measured, and from where on (or up to where) it passes.
    passed : bool
    step : int or None
        The step of the challenge that it is about.
    """

    name: str
    value: float
    limit: float
    passed: bool
    step: int | None = None


def at_least(name: str, value: float, limit: float, *, step: int | None = None) -> Check:
    """Return a check that passes from a limit on; a value that is not a number fails."""
    return Check(name=name, value=float(value), limit=limit, passed=bool(value >= limit), step=step)


def at_most(name: str, value: float, limit: float, *, step: int | None = None) -> Check:
    """Return a check that passes up to a limit; a value that is not a number fails."""
    return Check(name=name, value=float(value), limit=limit, passed=bool(value <= limit), step=step)


def face_checks(track: Track, *, challenge: Challenge) -> tuple[Check, ...]:
    """Ask whether there is one face all the time, for as long as was asked."""
    steps = range(len(challenge.steps))
    seen = [float(track.present[track.steps == k].mean()) if (track.steps == k).any() else 0.0 for k in steps]
    worst = int(np.argmin(seen))
    missing = challenge.duration_s - (track.frames[-1].time_s if track.frames else 0.0)
    return (
        at_most("short", missing, SHORT_S),
        at_least("no-face", float(track.present.mean()), PRESENT),
        at_least("no-face", seen[worst], PRESENT / 2, step=worst),
        at_most("two-faces", track.others, OTHERS),
    )


def movement_checks(track: Track, *, challenge: Challenge) -> tuple[Check, ...]:
    """Ask whether the head and the lids did what was asked in each step, and nothing else."""
    checks: list[Check] = []
    eyes = track.openness.mean(axis=1)
    ahead = np.abs(track.angles[:, :2]).max(axis=1) < _AHEAD_DEG
    usual = float(np.median(eyes[ahead])) if ahead.any() else np.nan
    for number, step in enumerate(challenge.steps):
        now = (track.steps == number) & track.present
        turned = _turned(track.angles[now])
        if step.action in TURN_DEG:
            strongest = max(turned, key=lambda action: turned[action])
            checks.append(at_least("order", turned[step.action], 1.0, step=number))
            if strongest != step.action:
                checks.append(at_most("order", turned[strongest], turned[step.action], step=number))
        else:
            checks.append(at_most("order", max(turned.values()), _STILL, step=number))
        if step.action == "blink":
            shut = np.sort(eyes[now & ahead])[:2]  # two pictures, so that one bad measurement is no blink
            least = float(shut.max()) / usual if len(shut) == 2 else np.nan
            unrest = 1.48 * float(np.median(np.abs(eyes[ahead] / usual - 1))) if ahead.any() else np.nan
            checks.append(at_most("blink", least, min(BLINK, 1 - BLINK_NOISE * unrest), step=number))
    return tuple(checks)


def speech_checks(speech: Spoken, *, challenge: Challenge) -> tuple[Check, ...]:
    """Ask whether a voice answered the digits."""
    number = next(k for k, step in enumerate(challenge.steps) if step.action == "speak")
    return (
        at_least("speech", speech.answered, ANSWERED, step=number),
        at_most("speech", speech.chatter, CHATTER, step=number),
    )


def depth_check(track: Track) -> Check:
    """Ask whether the face, when it is turned most, departs from a plane.

    A print, however it is tilted, maps to itself by a homography; a head does not.
    """
    rest = neutral(track.points, track.present, track.steps)
    if rest is None:
        return at_least("flat", np.nan, PARALLAX)
    away = [_off_plane(rest, track.points[k]) / track.scale[k] for k in np.flatnonzero(track.present)[::2]]
    return at_least("flat", float(np.quantile(away, 0.95)), PARALLAX)


def splice_checks(track: Track) -> tuple[Check, ...]:
    """Ask whether face and surroundings move on without a jump within each clip."""
    clip = np.array([frame.clip for frame in track.frames])
    next_to = (clip[1:] == clip[:-1]) & track.present[1:] & track.present[:-1]
    if not next_to.any():
        return (at_most("spliced", np.nan, JUMP),)
    scale = np.minimum(track.scale[1:], track.scale[:-1])
    middle = np.median(track.points[..., :2], axis=1)
    moved = (np.linalg.norm(np.diff(middle, axis=0), axis=1) / scale)[next_to]
    spun = np.abs(np.diff(track.angles, axis=0)).max(axis=1)[next_to]
    return (
        at_most("spliced", float(moved.max()), JUMP),
        at_most("spliced", float(spun.max()), SPIN_DEG),
        at_most("spliced", _cut(_scene_changes(track.scene)), CUT_RATIO),
    )


def identity_check(faces: Sequence[Floats]) -> Check:
    """Ask whether the faces that look ahead, one or two in each step, are one person's."""
    apart = [float(np.linalg.norm(a - b)) for k, a in enumerate(faces) for b in faces[:k]]
    return at_most("spliced", max(apart, default=np.nan), IDENTITY)


def looking_ahead(track: Track, *, challenge: Challenge) -> tuple[int, ...]:
    """Return, of each step, the picture in which the head is turned least and the lids are open."""
    chosen: list[int] = []
    eyes = track.openness.mean(axis=1)
    usual = np.nanmedian(eyes) if track.present.any() else np.nan
    for number in range(len(challenge.steps)):
        now = np.flatnonzero((track.steps == number) & track.present)
        if len(now):
            turn = np.abs(track.angles[now]).sum(axis=1) + 100 * np.maximum(0, 0.9 - eyes[now] / usual)
            chosen.append(int(now[np.argmin(turn)]))
    return tuple(chosen)


def describe(
    track: Track, clips: Sequence[Clip], *, challenge: Challenge, reader: FaceReader
) -> tuple[Floats, ...]:
    """Return the recogniser's numbers of the faces that look ahead."""
    faces: list[Floats] = []
    for k in looking_ahead(track, challenge=challenge):
        frame = track.frames[k]
        faces.append(reader.descriptor(clips[frame.clip].frames[frame.index], track.mesh(k)))
    return tuple(faces)


def _turned(angles: Floats) -> dict[Action, float]:
    """Return how far the head was turned in each direction, in least turns; a quantile, so that one picture is none."""
    if not len(angles):
        return dict.fromkeys(TURN_DEG, 0.0)
    last = max(0, len(angles) - 3)
    yaw, pitch = np.sort(angles[:, 0]), np.sort(angles[:, 1])
    third = min(2, len(angles) - 1)
    return {
        "left": float(yaw[last]) / TURN_DEG["left"],
        "right": float(-yaw[third]) / TURN_DEG["right"],
        "up": float(pitch[last]) / TURN_DEG["up"],
    }


def _off_plane(rest: Floats, turned: Floats) -> float:
    """Return the root mean square distance, in pixels, that the best homography leaves between two meshes."""
    change: Any = cv2.findHomography(rest[:, :2], turned[:, :2])[0]
    if change is None:  # all points on a line
        return 0.0
    mapped = cv2.perspectiveTransform(rest[np.newaxis, :, :2], change)[0]
    return float(np.sqrt(((mapped - turned[:, :2]) ** 2).sum(axis=1).mean()))


def _scene_changes(scene: Floats) -> Floats:
    """Return how much the surroundings change from each picture to the next, in levels, apart from a change of light."""
    change = np.diff(scene, axis=0)
    flat = change.reshape(len(change), -1)
    both = np.isfinite(flat)
    light = np.where(
        both.any(axis=1), np.nanmedian(np.where(both, flat, np.nan), axis=1, keepdims=True)[:, 0], 0
    )
    away = np.where(both, np.abs(flat - light[:, np.newaxis]), 0)
    return np.asarray(away.sum(axis=1) / np.maximum(1, both.sum(axis=1)), np.float32)


def _cut(changed: Floats) -> float:
    """Return the sharpest change over those just before and after it: a cut is sudden, a moving camera is not."""
    sharpest = 0.0
    for k in np.flatnonzero(changed > CUT_LEVELS):
        near = np.concatenate([changed[max(0, k - 4) : k], changed[k + 1 : k + 5]])
        if len(near):
            usual = max(0.2, float(np.quantile(near, 0.75)))
            sharpest = max(sharpest, float(changed[k]) / usual)
    return sharpest
