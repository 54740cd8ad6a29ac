"""For each cue a small example made by its own rule, and the honest twin: for lessons, for tests, for the benchmark.

Both twins are drawn in the miniature world, filmed by its camera model and, where nothing else is said, go through
the same encoder: nothing but the planted sign tells them apart. A planted example is the easiest case there is; that
a cue finds it says that the cue works, not that it works on what people make.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from PIL import Image

from medialit.errors import CueError
from medialit.forensics.cues.records import Face, FaceFinder, Floats, Picture
from medialit.media import Clip, degrade
from medialit.world import BACKGROUNDS, Scene, Sensor, Thing, film, plant, render, scene_for

SIZE: Final = (480, 270)
FPS: Final = 24.0
CRF: Final = 17


@dataclass(frozen=True, eq=False, kw_only=True)
class Example:
    """A clip with what else its cue needs.

    Parameters
    ----------
    clip : Clip
    faces : FaceFinder or None
    reference : Clip or None
    """

    clip: Clip
    faces: FaceFinder | None = None
    reference: Clip | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Pair:
    """An honest clip and its planted twin."""

    honest: Example
    planted: Example


def pair(cue: str, *, seed: int) -> Pair:
    """Return an example for a cue, and its honest twin.

    Raises
    ------
    CueError
        If there is no example for it: `error_level` has none, because nothing that people do to pictures is what it sees.
    """
    if cue not in _MAKERS:
        raise CueError(f"There is no planted example for {cue!r}. There are: {', '.join(_MAKERS)}.")
    return _MAKERS[cue](seed)


def _scene(seed: int, *, duration_s: float = 2.0, pan: str = "left") -> Scene:
    rng = np.random.default_rng([seed, 0xC0E5])
    things = (Thing("teapot", "orange", "roll_right"), Thing("tagine", "blue", "stand", "small"))
    background = BACKGROUNDS[int(rng.integers(len(BACKGROUNDS)))]
    return Scene(
        background, things, pan=pan, look=int(rng.integers(4)), seed=seed, duration_s=duration_s, fps=FPS
    )


def _raw(seed: int, *, duration_s: float = 2.0) -> Clip:
    return render(_scene(seed, duration_s=duration_s), size=SIZE)


def _coded(clip: Clip) -> Clip:
    return degrade.recompress(clip, crf=CRF)


def _window(seed: int, *, share: float = 0.36) -> tuple[slice, slice]:
    """Return rows and columns of a window on the grid of 8 pixels."""
    rng = np.random.default_rng([seed, 0x37D0])
    height, width = round(SIZE[1] * share) // 8 * 8, round(SIZE[0] * share) // 8 * 8
    y = int(rng.integers(2, (SIZE[1] - height) // 8 - 2)) * 8
    x = int(rng.integers(2, (SIZE[0] - width) // 8 - 2)) * 8
    return slice(y, y + height), slice(x, x + width)


def _jpeg_patch(quality: int) -> Callable[[int], Pair]:
    """Paste a window of another clip that was a JPEG; the honest twin gets the same window without the JPEG."""

    def make(seed: int) -> Pair:
        base, other = film(_raw(seed), seed=seed), film(_raw(seed + 1000), seed=seed + 1000)
        rows, columns = _window(seed)
        plain, saved = base.frames.copy(), base.frames.copy()
        for t, frame in enumerate(other.frames):
            plain[t, rows, columns] = frame[rows, columns]
            saved[t, rows, columns] = _through_jpeg(frame, quality)[rows, columns]
        # One frame of it, as whoever looks at a picture has it: a video codec at CRF 17 wipes out the comb.
        return Pair(
            honest=Example(clip=base.with_frames(plain[::12].copy())),
            planted=Example(clip=base.with_frames(saved[::12].copy())),
        )

    return make


def _through_jpeg(picture: Picture, quality: int) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling=0)
    return np.asarray(Image.open(buffer).convert("RGB"), np.uint8)


def _copy_move(seed: int) -> Pair:
    rng = np.random.default_rng([seed, 0xC0B1])
    scene = Scene(
        "studio", (Thing("car", "red", "roll_right"),), pan="still", look=seed % 4, seed=seed, fps=FPS
    )
    clip = render(scene, size=SIZE)
    mark = _detailed(rng, 72)
    frames, twice = clip.frames.copy(), clip.frames.copy()
    for picture in (*frames, *twice):
        picture[30:102, 30:102] = mark
    for picture in twice:
        picture[60:132, 330:402] = mark
    return Pair(
        honest=Example(clip=_coded(film(clip.with_frames(frames), seed=seed))),
        planted=Example(clip=_coded(film(clip.with_frames(twice), seed=seed))),
    )


def _detailed(rng: np.random.Generator, side: int) -> Picture:
    """Return a picture of blots, no two alike."""
    picture = np.full((side, side, 3), 200, np.uint8)
    for _ in range(40):
        x, y, r = (int(v) for v in (*rng.integers(0, side, 2), rng.integers(2, 9)))
        cv2.circle(picture, (x, y), r, tuple(int(c) for c in rng.integers(20, 255, 3)), -1)
    return picture


def _noise(seed: int) -> Pair:
    """Denoise a window, as pasting from another source or repairing does."""
    clip = film(_raw(seed), seed=seed, sensor=Sensor(shot=0.002))
    rows, columns = _window(seed)
    frames = clip.frames.copy()
    for picture in frames:
        picture[rows, columns] = cv2.GaussianBlur(picture, (0, 0), 1.5)[rows, columns]
    coded = _light_code(clip), _light_code(clip.with_frames(frames))
    return Pair(honest=Example(clip=coded[0]), planted=Example(clip=coded[1]))


def _light_code(clip: Clip) -> Clip:
    return degrade.recompress(clip, crf=10)


def _prnu(seed: int) -> Pair:
    """Film with the reference's camera, and with another of the same make; the reference shows walls out of focus."""
    sensor, other = Sensor(body=seed, prnu=0.02), Sensor(body=seed + 500, prnu=0.02)
    walls = [render(_scene(seed + 90 + k, duration_s=0.5), size=SIZE) for k in range(3)]
    known = Clip(
        np.concatenate(
            [film(_unfocused(one), seed=seed + k, sensor=sensor).frames for k, one in enumerate(walls)]
        ),
        FPS,
    )
    clip = _raw(seed)
    return Pair(
        honest=Example(clip=_light_code(film(clip, seed=seed, sensor=sensor)), reference=known),
        planted=Example(clip=_light_code(film(clip, seed=seed, sensor=other)), reference=known),
    )


def _unfocused(clip: Clip) -> Clip:
    return clip.with_frames(np.stack([cv2.GaussianBlur(picture, (0, 0), 12) for picture in clip.frames]))


def _spectrum(seed: int) -> Pair:
    """Enlarge a small clip by transposed convolution's zeros and a short filter, as a generator's last layer does."""
    clip = film(_raw(seed), seed=seed)
    frames = np.empty_like(clip.frames)
    kernel = np.outer([0.55, 1.0, 0.45], [0.45, 1.0, 0.55]).astype(np.float32)
    for t, picture in enumerate(clip.frames):
        small = cv2.resize(picture, (SIZE[0] // 2, SIZE[1] // 2), interpolation=cv2.INTER_AREA)
        sparse = np.zeros((SIZE[1] // 2 * 2, SIZE[0] // 2 * 2, 3), np.float32)
        sparse[::2, ::2] = small
        large = cv2.filter2D(sparse, -1, kernel, borderType=cv2.BORDER_REFLECT)
        frames[t] = np.clip(cv2.resize(large, SIZE, interpolation=cv2.INTER_NEAREST), 0, 255)
    return Pair(honest=Example(clip=_coded(clip)), planted=Example(clip=_coded(clip.with_frames(frames))))


def _second_order(seed: int) -> Pair:
    """Let the camera tremble as a hand does; the planted twin glides."""
    rng = np.random.default_rng([seed, 0x2D])
    clip = _raw(seed)
    steps = np.cumsum(rng.normal(0, 1.6, (clip.n_frames, 2)), axis=0)
    shaken = np.stack([_shifted(f, xy) for f, xy in zip(clip.frames, steps, strict=True)])
    glide = np.linspace(0, 1, clip.n_frames)[:, None] * np.array([[40.0, 6.0]])
    even = np.stack([_shifted(f, xy) for f, xy in zip(clip.frames, glide, strict=True)])
    return Pair(
        honest=Example(clip=_coded(film(clip.with_frames(shaken), seed=seed))),
        planted=Example(clip=_coded(film(clip.with_frames(even), seed=seed))),
    )


def _shifted(picture: Picture, xy: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Picture:
    matrix = np.array([[1, 0, xy[0]], [0, 1, xy[1]]])
    return np.asarray(cv2.warpAffine(picture, matrix, SIZE, borderMode=cv2.BORDER_REFLECT), np.uint8)


def _violation(name: str, strength: float) -> Callable[[int], Pair]:
    def make(seed: int) -> Pair:
        scene = scene_for(name, seed=seed)
        size = SIZE[1], SIZE[1]
        honest = film(render(scene, size=size, fps=FPS), seed=seed)
        wrong = film(
            plant(scene, violation=name, strength=strength, seed=seed, size=size, fps=FPS).clip, seed=seed
        )
        return Pair(honest=Example(clip=_coded(honest)), planted=Example(clip=_coded(wrong)))

    return make


def _warp(seed: int) -> Pair:
    """Let a texture swim over the whole picture."""
    clip = _raw(seed)
    rng = np.random.default_rng([seed, 0x3A])
    frames = np.empty_like(clip.frames)
    for t, picture in enumerate(clip.frames):
        field = cv2.resize(rng.normal(0, 14, (9, 16)).astype(np.float32), SIZE, interpolation=cv2.INTER_CUBIC)
        frames[t] = np.clip(picture + field[..., None], 0, 255)
    return Pair(
        honest=Example(clip=_coded(film(clip, seed=seed))),
        planted=Example(clip=_coded(film(clip.with_frames(frames), seed=seed))),
    )


def _duplication(seed: int) -> Pair:
    clip = film(_raw(seed, duration_s=3.0), seed=seed)
    order = np.arange(clip.n_frames)
    first = 8 + seed % 5
    order[first + 30 : first + 46] = order[first : first + 16]  # two thirds of a second come back
    return Pair(
        honest=Example(clip=_coded(clip)),
        planted=Example(clip=_coded(clip.with_frames(clip.frames[order]))),
    )


def _interpolation(seed: int) -> Pair:
    """Film at twice the rate; the planted twin has every second frame made of its neighbours."""
    clip = film(render(_scene(seed), size=SIZE, fps=FPS), seed=seed)
    frames = clip.frames.copy()
    for t in range(1, len(frames) - 1, 2):
        frames[t] = cv2.addWeighted(frames[t - 1], 0.5, frames[t + 1], 0.5, 0)
    return Pair(honest=Example(clip=_coded(clip)), planted=Example(clip=_coded(clip.with_frames(frames))))


def _perspective(seed: int) -> Pair:
    """Draw a wall of bricks in perspective; the planted twin has a pasted poster whose lines lead elsewhere."""
    rng = np.random.default_rng([seed, 0x9E])
    picture = np.full((SIZE[1], SIZE[0], 3), (186, 160, 132), np.uint8)
    far = np.array([rng.uniform(560, 760), rng.uniform(100, 170)])
    for y in range(-60, 340, 26):
        cv2.line(picture, (0, y), tuple(int(v) for v in far), (90, 70, 60), 2, cv2.LINE_AA)
    for x in range(20, 480, 46):
        cv2.line(picture, (x, 0), (x, 270), (90, 70, 60), 2, cv2.LINE_AA)
    wrong = picture.copy()
    cv2.rectangle(wrong, (110, 50), (370, 220), (214, 206, 190), -1)
    for _ in range(26):
        angle, left, top = rng.uniform(0.2, 1.3), rng.uniform(120, 300), rng.uniform(60, 180)
        end = int(left + 60 * np.cos(angle)), int(top + 60 * np.sin(angle) * rng.choice([-1, 1]))
        cv2.line(wrong, (int(left), int(top)), end, (40, 50, 90), 2, cv2.LINE_AA)

    def filmed(one: Picture) -> Clip:
        return _coded(film(Clip(np.repeat(one[None], 16, axis=0), FPS), seed=seed))

    return Pair(honest=Example(clip=filmed(picture)), planted=Example(clip=filmed(wrong)))


def _talking(seed: int, *, seconds: float = 4.0) -> tuple[Clip, Floats]:
    """Return a drawn head that says syllables, with its voice, and how far the lips are apart in each frame."""
    rng = np.random.default_rng([seed, 0x11F5])
    rate, n = 16_000, round(seconds * FPS)
    time = np.arange(round(seconds * rate)) / rate
    starts = np.cumsum(rng.uniform(0.22, 0.5, 40))
    voice = sum(np.exp(-(((time - s) / 0.07) ** 2)) for s in starts[starts < seconds])
    tone = (voice * np.sin(2 * np.pi * 180 * time) * 0.4).astype(np.float32)
    moments = (np.arange(n) + 0.5) / FPS
    lips = np.clip(np.interp(moments, time, voice), 0, 1).astype(np.float32)
    frames = _raw(seed, duration_s=seconds).frames.copy()
    for t, gap in enumerate(lips):
        cv2.ellipse(frames[t], _MIDDLE, (58, 78), 0, 0, 360, (205, 160, 128), -1, cv2.LINE_AA)
        for side in (-24, 24):
            cv2.circle(frames[t], (_MIDDLE[0] + side, _MIDDLE[1] - 20), 6, (60, 40, 34), -1, cv2.LINE_AA)
        high = max(1, round(14 * float(gap)))
        cv2.ellipse(frames[t], (_MIDDLE[0], _MIDDLE[1] + 34), (22, high), 0, 0, 360, _MOUTH, -1, cv2.LINE_AA)
    clip = Clip(frames, FPS, audio=tone[:, None], sample_rate=rate)
    return film(clip, seed=seed), lips


_MIDDLE: Final = (240, 130)
_MOUTH: Final = (96, 20, 30)


def drawn_face(picture: Picture) -> Face:
    """Find the drawn head of the examples, which is always at the same place: its mouth is read from the pixels."""
    size = np.array([picture.shape[1], picture.shape[0]], np.float32)
    scale = size / np.array(SIZE, np.float32)
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    outline = (np.array(_MIDDLE) + np.stack([58 * np.cos(angle), 78 * np.sin(angle)], axis=1)) / np.array(
        SIZE
    )
    x, y = round(_MIDDLE[0] * scale[0]), (_MIDDLE[1] + 34) * scale[1]
    column = picture[:, max(0, x - 2) : x + 3].astype(np.float32).mean(axis=1)  # (H, 3)
    rows = np.arange(len(column))
    near = np.abs(rows - y) < 18 * scale[1]
    wanted = (
        column[:, 1] - column[:, 0] * 0.5 < 0
    )  # the mouth has far less green than skin has, however bright
    open_rows = rows[near & wanted]
    top, bottom = (float(open_rows[0]), float(open_rows[-1])) if len(open_rows) else (y, y)
    lips = np.array(
        [
            [_MIDDLE[0] - 22, _MIDDLE[1] + 34],
            [_MIDDLE[0] + 22, _MIDDLE[1] + 34],
            [_MIDDLE[0], top / scale[1]],
            [_MIDDLE[0], bottom / scale[1]],
        ]
    ) / np.array(SIZE)
    return Face(outline=outline.astype(np.float32), lips=lips.astype(np.float32))


def _lip_sync(seed: int) -> Pair:
    clip, _ = _talking(seed)
    assert clip.audio is not None and clip.sample_rate is not None, "the head talks"
    coded = _coded(clip)
    late = np.roll(clip.audio, round(0.3 * clip.sample_rate), axis=0)
    moved = Clip(coded.frames, coded.fps, audio=np.ascontiguousarray(late), sample_rate=clip.sample_rate)
    own = Clip(coded.frames, coded.fps, audio=clip.audio, sample_rate=clip.sample_rate)
    return Pair(honest=Example(clip=own, faces=drawn_face), planted=Example(clip=moved, faces=drawn_face))


def _face_boundary(seed: int) -> Pair:
    """Soften the face alone, as one that was enlarged is."""
    clip, _ = _talking(seed, seconds=1.5)
    rng = np.random.default_rng([seed, 0xFACE])
    grain = cv2.GaussianBlur(rng.normal(0, 26, (SIZE[1], SIZE[0])).astype(np.float32), (0, 0), 0.9)
    frames = np.clip(clip.frames.astype(np.float32) + grain[None, ..., None], 0, 255).astype(np.uint8)
    mask = np.zeros((SIZE[1], SIZE[0], 1), np.float32)
    cv2.ellipse(mask, _MIDDLE, (58, 78), 0, 0, 360, (1.0,), -1)
    soft = np.stack([cv2.GaussianBlur(f, (0, 0), 2.2) for f in frames])
    swapped = (soft * mask + frames * (1 - mask)).astype(np.uint8)
    return Pair(
        honest=Example(clip=_coded(Clip(frames, FPS)), faces=drawn_face),
        planted=Example(clip=_coded(Clip(swapped, FPS)), faces=drawn_face),
    )


_MAKERS: Final[Mapping[str, Callable[[int], Pair]]] = MappingProxyType(
    {
        "double_jpeg": _jpeg_patch(75),
        "jpeg_ghost": _jpeg_patch(60),
        "copy_move": _copy_move,
        "noise": _noise,
        "prnu": _prnu,
        "spectrum": _spectrum,
        "flicker": _violation("flicker", 1.0),
        "second_order": _second_order,
        "warp_error": _warp,
        "duplication": _duplication,
        "interpolation": _interpolation,
        "perspective": _perspective,
        "ballistics": _violation("teleport", 0.8),
        "permanence": _violation("vanish", 0.8),
        "shadow": _violation("shadow_mismatch", 0.8),
        "lip_sync": _lip_sync,
        "face_boundary": _face_boundary,
    }
)
PLANTED: Final = tuple(_MAKERS)
"""The cues that have an example."""
