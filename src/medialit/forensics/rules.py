"""What happens in a clip of the world, by rules on tracks: a second judge that has learnt nothing.

It tells colours, actions, the place and the camera's pan, but not kinds: for those, rules are no match for a network.
Each rule is a sentence that a person can check against the picture. Its accuracy on renders, where the truth is known,
and how often it agrees with the network are in docs/explanation/generator-measures.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medialit.forensics.motion import rebound
from medialit.forensics.tracker import Reading, Track, follow, reference_colours
from medialit.media import Clip
from medialit.world import COLOURS
from medialit.world.view import VIEW_M

Doubles = NDArray[np.float64]

_COLOURS = tuple(COLOURS)


@dataclass(frozen=True, kw_only=True)
class Observed:
    """One object by rules: what colour, doing what, and its track."""

    colour: str
    action: str
    track: Track


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A clip by rules: one or two objects, the place, the camera."""

    objects: tuple[Observed, ...]
    background: str
    pan: str


@dataclass(frozen=True, eq=False)
class _Path:
    """A track in metres of the world, the camera's travel taken out, without the instants in which nothing is seen."""

    t: Doubles
    x: Doubles
    y: Doubles  # upwards

    @property
    def span(self) -> tuple[float, float]:
        return _spread(self.x), _spread(self.y)


def observe(clip: Clip, *, n_objects: int | None = None, reading: Reading | None = None) -> Observation:
    """Say by rules what a clip of the world shows.

    Parameters
    ----------
    clip : Clip
        2 s of the world, rendered or generated.
    n_objects : int, optional
        1 or 2, where it is known.
    reading : Reading, optional
        From `medialit.forensics.tracker.follow`, where it is there already.

    Examples
    --------
    >>> from medialit.world import Scene, Thing, render
    >>> clip = render(Scene("desert", (Thing("cube", "blue", "roll_left"),), fps=12.0), size=(128, 128))
    >>> seen = observe(clip)
    >>> [(o.colour, o.action) for o in seen.objects], seen.background, seen.pan
    ([('blue', 'roll_left')], 'desert', 'still')
    """
    reading = reading or follow(clip, n_objects=n_objects)
    place = reading.place
    paths = [_path(track, place.camera_m) for track in reading.tracks]
    actions = [
        _action(path, track, wall=reading.wall) for path, track in zip(paths, reading.tracks, strict=True)
    ]
    if len(paths) == 2:
        actions = _meeting(paths, actions)
    references = reference_colours(place.background, place.look)
    return Observation(
        objects=tuple(
            Observed(colour=_colour(track, references), action=action, track=track)
            for track, action in zip(reading.tracks, actions, strict=True)
        ),
        background=place.background,
        pan=place.pan,
    )


def _path(track: Track, camera_m: Doubles) -> _Path:
    seen = track.seen
    x = (track.xy[:, 0] - 0.5) * VIEW_M + camera_m
    return _Path(track.times_s[seen], x[seen], (1 - track.xy[:, 1])[seen] * VIEW_M)


def _action(path: _Path, track: Track, *, wall: str | None) -> str:
    if len(path.t) < 4:
        return "stand"
    wide, high = path.span
    if wide > 0.75 and high > 0.75 and _on_a_circle(path):
        return "orbit"
    if high > 0.75:
        climbs = float(np.median(path.y[-3:]) - np.median(path.y[:3]))
        if climbs > 0.6 * high:
            return "rise"
        return "bounce" if _comes_back(path, track) else "fall"
    if wall is not None and wide > 0.4 and _turns_back(path, wall):
        return "wall"
    if wide > 0.8:
        return "roll_right" if path.x[-1] > path.x[0] else "roll_left"
    return "spin" if _turns(track) else "stand"


def _on_a_circle(path: _Path) -> bool:
    """Say whether the path is round: a circle fits it to a tenth of its radius, and it goes most of the way round."""
    a = np.stack([2 * path.x, 2 * path.y, np.ones_like(path.x)], axis=1)
    (cx, cy, c), *_ = np.linalg.lstsq(a, path.x**2 + path.y**2, rcond=None)
    radius = float(np.sqrt(max(0.0, c + cx * cx + cy * cy)))
    off = np.abs(np.hypot(path.x - cx, path.y - cy) - radius)
    swept = np.abs(np.diff(np.unwrap(np.arctan2(path.y - cy, path.x - cx)))).sum()
    return bool(np.median(off) < 0.12 * radius and radius < 1.2 and swept > 3.8)


def _comes_back(path: _Path, track: Track) -> bool:
    """Say whether it goes up again, by a quarter of the way, after it was lowest."""
    low = int(path.y[: max(3, len(path.y) * 3 // 4)].argmin())
    again = float(path.y[low:].max() - path.y[low])
    drop = float(path.y[: low + 1].max() - path.y[low])
    ratio = rebound(track) or 0.0
    return again > 0.25 * drop or ratio > 0.3


def _turns_back(path: _Path, wall: str) -> bool:
    """Say whether it goes towards the wall and then away from it."""
    x = path.x if wall == "right" else -path.x
    nearest = int(x.argmax())
    return bool(x[nearest] - x[0] > 0.25 and x[nearest] - x[-1] > 0.25)


def _turns(track: Track) -> bool:
    """Say whether the cut-out object looks otherwise from frame to frame, more than noise does."""
    patches = track.patches[track.seen]
    if len(patches) < 4:
        return False
    size = np.maximum(patches[..., 3].mean(), 1e-3)
    near = np.abs(np.diff(patches, axis=0)).mean(axis=(1, 2, 3)) / size
    return bool(np.percentile(near, 35) > _TURNING)


_TURNING = 0.05


def _meeting(paths: list[_Path], actions: list[str]) -> list[str]:
    """Turn "one stops, the other starts" into "the one hits the other, which stood"."""
    for i, j in ((0, 1), (1, 0)):
        mover, other = paths[i], paths[j]
        if len(mover.t) < 6 or len(other.t) < 6 or max(mover.span[1], other.span[1]) > 0.5:
            continue
        third = max(3, len(other.t) // 4)
        rested = _spread(other.x[:third]) < 0.12
        moved = abs(float(np.median(other.x[-3:]) - np.median(other.x[:3]))) > 0.15
        came = abs(float(mover.x[third - 1] - mover.x[0])) > 0.15
        if rested and moved and came:
            out = list(actions)
            out[i], out[j] = "hit", "stand"
            return out
    return actions


def _spread(values: Doubles) -> float:
    return float(np.percentile(values, 97) - np.percentile(values, 3))


def _colour(track: Track, references: NDArray[np.float32]) -> str:
    """Return the named colour that most of the object's pixels are nearest to, brightness aside."""
    pixels = track.patches[track.seen].reshape(-1, 4)
    pixels = pixels[pixels[:, 3] > 0.9][:, :3]
    if not len(pixels):
        return _COLOURS[0]
    saturated = (pixels.max(1) - pixels.min(1)) / np.maximum(pixels.max(1), 1e-3)
    votes = np.zeros(len(_COLOURS))
    wanted = references / np.linalg.norm(references, axis=1, keepdims=True)
    bright = pixels.max(1) > 0.18
    given = pixels[bright] / np.maximum(np.linalg.norm(pixels[bright], axis=1, keepdims=True), 1e-6)
    nearest = (given @ wanted.T).argmax(axis=1)
    np.add.at(votes, nearest, 0.3 + saturated[bright])
    white = _COLOURS.index("white")
    painted = np.delete(votes, white)
    if painted.max() > 0.4 * votes.sum():  # sails and trimmings are white on things of any colour
        votes[white] = 0
    return _COLOURS[int(votes.argmax())]
