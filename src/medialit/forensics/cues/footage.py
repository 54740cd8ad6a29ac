"""What of a clip the cues look at, gathered in one pass and in memory that does not grow with its length.

A file is decoded once, in pieces. What is kept: some frames at full size, evenly spread, for what pixels tell; every
frame of the first half minute, small, for what time tells; the sound; the faces, where somebody finds them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from medialit.errors import MedialitError
from medialit.forensics.cues.records import Doubles, Face, FaceFinder, Picture, Reading
from medialit.forensics.grain import Gatherer, Grain
from medialit.forensics.motion import Steadiness, steadiness
from medialit.forensics.place import find_place
from medialit.forensics.tracker import Reading as WorldReading
from medialit.forensics.tracker import follow
from medialit.media import Clip, Limits, Samples, probe, read, stream
from medialit.media.limits import DEFAULT_LIMITS

SMALL: Final = 192
"""Longer side, in pixels, of the frames that are kept for what time tells."""
MAX_SMALL: Final = 900
"""How many of those are kept: half a minute at 30 a second."""
FACE_RATE: Final = 12.5
"""Times a second that a face is looked for."""

AFTER: Final = 1
"""How many frames after each still are kept, as brightness alone: what grain does from one frame to the next."""

_STILL_BYTES: Final = 48 * 2**20
_FACE_SIDE: Final = 640
_FLOW_SIDE: Final = 128
_WORLD_RATE: Final = 12.0
_LEAST_CONTRAST: Final = 8.0  # levels; a grey wall is near to every painting
_WORLD_DISTANCE: Final = 11.0  # filmed and coded renders lie below 9

Progress = Callable[[float, str], None]
"""Called with a share from 0 to 1 and the name of what is being done."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Footage:
    """What of a clip the cues look at.

    Parameters
    ----------
    stills : Clip
        4 to 16 frames at full size, evenly spread (fewer of a shorter clip).
    still_times_s : ndarray of float64, shape (K,)
    motion : Clip
        Every frame from the beginning, up to `MAX_SMALL`, at most `SMALL` pixels wide or high; with the sound.
    faces : tuple of (Face or None), or None
        What was found at `face_times_s`; None where nobody looked.
    face_times_s : ndarray of float64
    reference : Clip or None
        Frames that the same camera is known to have recorded, at full size.
    n_frames : int
        Of the whole clip.
    grain : Grain or None
        What the finest detail of the same frames as in `motion` does, measured at full size; None where frames are
        smaller than a block.
    after : tuple of ndarray of uint8, shape (n, H, W)
        Of each still, the brightness of the `AFTER` frames that follow it at once; fewer at the end of the clip.
    """

    stills: Clip
    still_times_s: Doubles
    motion: Clip
    n_frames: int
    faces: tuple[Face | None, ...] | None = None
    face_times_s: Doubles
    reference: Clip | None = None
    grain: Grain | None = None
    after: tuple[Picture, ...] = ()

    @property
    def fps(self) -> float:
        """Frames a second of the clip."""
        return self.motion.fps

    @cached_property
    def steadiness(self) -> Steadiness:
        """What `medialit.forensics.motion.steadiness` makes of it; two cues share it."""
        scale = _FLOW_SIDE / max(self.motion.size)
        return steadiness(_scaled(self.motion.frames, scale), fps=self.fps)

    @cached_property
    def world(self) -> WorldReading | None:
        """The tracked objects, where this is a clip of the miniature world; three cues share it."""
        step = max(1, round(self.fps / _WORLD_RATE))
        frames = self.motion.frames[::step]
        if len(frames) < 6:
            return None
        glance = Clip(np.ascontiguousarray(frames[:: max(1, len(frames) // 6)]), self.fps)
        if float(glance.frames.std()) < _LEAST_CONTRAST or find_place(glance).distance > _WORLD_DISTANCE:
            return None
        slow = Clip(np.ascontiguousarray(frames), self.fps / step)
        try:
            found = follow(slow)
        except (MedialitError, IndexError, ValueError):  # a track of nothing
            return None
        return found if found.tracks and found.place.distance <= _WORLD_DISTANCE else None

    @cached_property
    def readings(self) -> dict[str, Reading]:
        """What cues made of it, by name: whoever asks one again, as detectors do, is not kept waiting."""
        return {}

    def face_at(self, time_s: float) -> Face | None:
        """Return the face found nearest to a time, within a tenth of a second."""
        if not self.faces:
            return None
        nearest = int(np.abs(self.face_times_s - time_s).argmin())
        return self.faces[nearest] if abs(self.face_times_s[nearest] - time_s) <= 0.1 else None


def look(
    clip: Clip | str | os.PathLike[str],
    *,
    faces: FaceFinder | None = None,
    reference: Clip | None = None,
    sound: bool | None = None,
    limits: Limits = DEFAULT_LIMITS,
    on_progress: Progress | None = None,
    enough: Callable[[], bool] | None = None,
) -> Footage:
    """Gather what the cues look at.

    Parameters
    ----------
    clip : Clip or path-like
        A file is read in pieces; a damaged one as far as it goes.
    faces : FaceFinder, optional
        Looks for a face `FACE_RATE` times a second; without one, the cues of faces cannot tell.
    reference : Clip, optional
        Frames of the same camera, for `prnu`.
    sound : bool, optional
        Read the sound, which takes a second pass over a file. Default: where faces are looked for.
    limits : Limits
    on_progress : callable, optional
        Called with the share that is done.
    enough : callable, optional
        Asked after every few frames; once it says yes, what was gathered so far is the footage.

    Raises
    ------
    UnreadableMediaError, MediaTooLargeError
        As `medialit.media.stream`.

    Examples
    --------
    >>> seen = look(Clip(frames=np.full((30, 90, 160, 3), 90, np.uint8), fps=15.0))
    >>> seen.stills.n_frames, seen.motion.size, seen.n_frames
    (15, (160, 90), 30)
    """
    gathered = _Gathered(faces)
    if isinstance(clip, Clip):
        audio, rate = clip.audio, clip.sample_rate
        pieces: Iterable[Clip] = [clip]
        expected = clip.n_frames
    else:
        path = Path(clip)
        info = probe(path, limits=limits)
        expected = info.declared_frames or round((info.declared_duration_s or 0) * (info.fps or 25))
        wanted = faces is not None if sound is None else sound
        audio, rate = _sound(path, has_audio=info.has_audio and wanted, limits=limits)
        pieces = stream(path, chunk_frames=8, limits=limits, damaged="keep")
    for piece in pieces:
        for frame in piece.frames:
            gathered.add(frame, fps=piece.fps)
            if on_progress is not None and gathered.n % 8 == 0:
                on_progress(min(1.0, gathered.n / max(1, expected)), "decode")
        if enough is not None and enough():
            break
    return gathered.footage(audio, rate, reference)


class _Gathered:
    def __init__(self, finder: FaceFinder | None) -> None:
        self.n, self.fps = 0, 1.0
        self._finder = finder
        self._every, self._stills = 1, list[tuple[int, Picture]]()
        self._after: dict[int, list[Picture]] = {}
        self._small: list[Picture] = []
        self._grain = Gatherer()
        self._faces: list[Face | None] = []
        self._face_times: list[float] = []

    def add(self, frame: Picture, *, fps: float) -> None:
        self.fps = fps
        self._follow(frame)
        if self.n % self._every == 0:
            self._stills.append((self.n, frame.copy()))
            self._after[self.n] = []
            most = int(np.clip(_STILL_BYTES // frame.nbytes, 4, 16))
            if len(self._stills) > most:  # keep every other one, and from now on half as many
                self._stills, self._every = self._stills[::2], 2 * self._every
                self._after = {number: self._after[number] for number, _ in self._stills}
        if len(self._small) < MAX_SMALL:
            self._small.append(_shrunk(frame, SMALL))
            self._grain.add(frame)
        if self._finder is not None and self.n % max(1, round(fps / FACE_RATE)) == 0:
            self._faces.append(self._finder(_shrunk(frame, _FACE_SIDE)))
            self._face_times.append(self.n / fps)
        self.n += 1

    def _follow(self, frame: Picture) -> None:
        """Keep the brightness of a frame with each still that it follows closely."""
        followed = [kept for number, kept in self._after.items() if 0 < self.n - number <= AFTER]
        if followed:
            grey = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)
            for kept in followed:
                kept.append(grey)

    def footage(self, audio: Samples | None, rate: int | None, reference: Clip | None) -> Footage:
        stills = np.stack([picture for _, picture in self._stills])
        return Footage(
            stills=Clip(stills, self.fps / self._every),
            still_times_s=np.array([number for number, _ in self._stills]) / self.fps,
            motion=Clip(np.stack(self._small), self.fps, audio=audio, sample_rate=rate),
            n_frames=self.n,
            faces=tuple(self._faces) if self._finder is not None else None,
            face_times_s=np.array(self._face_times, np.float64),
            reference=reference,
            grain=self._grain.grain(),
            after=tuple(
                np.stack(self._after[number]) if self._after[number] else stills[:0, :, :, 0]
                for number, _ in self._stills
            ),
        )


def _sound(path: Path, *, has_audio: bool, limits: Limits) -> tuple[Samples | None, int | None]:
    """Return the sound of a file; its pictures are decoded once more, but hardly any is kept."""
    if not has_audio:
        return None, None
    try:
        heard = read(path, limits=limits, fps=0.5, damaged="keep")
    except MedialitError:
        return None, None
    return heard.audio, heard.sample_rate


def _shrunk(frame: Picture, side: int) -> Picture:
    scale = side / max(frame.shape[:2])
    if scale >= 1:
        return frame.copy()
    size = max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def _scaled(frames: Picture, scale: float) -> Picture:
    if scale >= 1:
        return frames
    return np.stack([_shrunk(frame, round(max(frame.shape[:2]) * scale)) for frame in frames])
