"""How long the miniature world takes to render and to film a frame, on one core.

Run ``python benchmarks/world.py``. Painting a background and building a sprite happen once for each process and
size; they are reported apart.
"""

from __future__ import annotations

import json
import time

import cv2

from medialit.world import Scene, draw_scene, film, render
from medialit.world.backdrops import backdrop

SIZES = ((64, 64), (128, 128), (256, 256), (640, 360), (1280, 720))
N_SCENES = 16


def main() -> None:
    """Print a table, then one JSON object."""
    cv2.setNumThreads(1)
    result: dict[str, dict[str, float]] = {}
    print(f"{'size':>10} {'render ms/frame':>16} {'film ms/frame':>14} {'first use, s a background':>26}")
    for size in SIZES:
        small = size[0] * size[1] <= 256 * 256
        scenes = [
            draw_scene(seed, duration_s=2.0 if small else 0.5) for seed in range(N_SCENES if small else 6)
        ]
        row = _measure(scenes, size)
        result[f"{size[0]}x{size[1]}"] = row
        name = f"{size[0]}x{size[1]}"
        print(f"{name:>10} {row['render_ms']:16.2f} {row['film_ms']:14.2f} {row['background_s']:26.2f}")
    print(json.dumps({"world": result}))


def _measure(scenes: list[Scene], size: tuple[int, int]) -> dict[str, float]:
    places = sorted({(scene.background, scene.look) for scene in scenes})
    start = time.process_time()
    for name, look in places:
        backdrop(name, look, size)
    background_s = (time.process_time() - start) / len(places)
    clips = [render(scene, size=size) for scene in scenes]  # builds the sprites
    n_frames = sum(clip.n_frames for clip in clips)
    start = time.process_time()
    for scene in scenes:
        render(scene, size=size)
    render_ms = (time.process_time() - start) / n_frames * 1e3
    start = time.process_time()
    for clip in clips[:4]:
        film(clip, seed=1)
    film_ms = (time.process_time() - start) / sum(clip.n_frames for clip in clips[:4]) * 1e3
    return {
        "render_ms": round(render_ms, 2),
        "film_ms": round(film_ms, 2),
        "background_s": round(background_s, 3),
    }


if __name__ == "__main__":
    main()
