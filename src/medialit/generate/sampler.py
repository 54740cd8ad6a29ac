"""From a prompt to a clip, in onnxruntime, on one or two processor cores.

`sample` is the whole way: the prompt is judged, read and settled by the seed (`order` ends here), dreamt and painted.
`sample_shots` starts from shots, `paint` from tokens. Both models are the same network: in **v1** a frame sees only
itself, in **v2** all.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from medialit.errors import GenerateError, ModelError, RefusedPromptError
from medialit.generate import safety, text
from medialit.generate.data import FPS, LOW, encode_shot
from medialit.generate.flow import Floats, attention_mask, integrate, noise_for
from medialit.generate.layers import (
    GLOW,
    N_FRAMES,
    N_THINGS,
    N_TOKEN,
    SPRITE,
    STRIP,
    STRIP_TOP,
    bearings,
    camera_m,
    camera_steps,
    compose,
    has_wall,
    lanes,
    n_things,
    place_number,
    surroundings,
    unpack,
)
from medialit.generate.shot import Shot
from medialit.language import translator
from medialit.media import Clip

Model = Literal["v1", "v2"]
MODELS: tuple[Model, ...] = get_args(Model)
WINDOW: dict[Model, int | None] = {"v1": 0, "v2": None}
DEFAULT_STEPS = 12
DEFAULT_GUIDANCE = (
    1.0  # as learnt: the words are followed as often as with more, and things move and flicker less
)
MAX_STEPS = 100
MAX_GUIDANCE = 10.0
THREADS = "MEDIALIT_THREADS"
"""Environment variable: on how many cores one clip is made; 2 when not set. Side by side, one each is quicker."""
_BATCH = 4  # clips at once: more needs more memory and saves no time
_N_OPEN, _N_OF_THINGS = 11, 8
_PREVIEW_FRAMES = 4


@dataclass(frozen=True, kw_only=True)
class Step:
    """How far a clip has come.

    Parameters
    ----------
    done, of : int
        Steps.
    frames : ndarray of uint8, shape (4, 256, 256, 3)
        Four frames, spread over the clip, as the network predicts them at this point; RGB.
    """

    done: int
    of: int
    frames: NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Take:
    """A clip and all that is needed to make it again.

    Parameters
    ----------
    clip : Clip
        24 frames of 256 x 256 pixels, 12 a second.
    prompt : str
        As it was generated from: where a prompt was redirected, the new wording.
    reading : Reading
        What was understood, and which words were not used.
    shot : Shot
        With every open slot settled by the seed.
    seed, model, steps, guidance
        The settings.
    verdict : Verdict
        What the safety check said.
    """

    clip: Clip
    prompt: str
    reading: text.Reading
    shot: Shot
    seed: int
    model: Model
    steps: int
    guidance: float
    verdict: safety.Verdict


@dataclass(frozen=True, kw_only=True)
class Order:
    """A prompt that may be made, read and settled: all that a clip hangs on. Its parameters are those of `Take`.

    Whoever makes its clip, here or on another machine, needs the shot, the seed and the settings, not the prompt.
    """

    prompt: str
    reading: text.Reading
    shot: Shot
    seed: int
    model: Model
    steps: int
    guidance: float
    verdict: safety.Verdict

    def take(self, clip: Clip) -> Take:
        """Return the clip that was made of it, with the order."""
        return Take(clip=clip, **{one.name: getattr(self, one.name) for one in fields(self)})


def order(
    prompt: str,
    *,
    seed: int,
    model: Model = "v2",
    steps: int | None = None,
    guidance: float | None = None,
    lang: str | None = None,
) -> Order:
    """Judge a prompt, read it and settle what it leaves open; nothing is made yet.

    Parameters and errors are those of `sample`.
    """
    _check(seed=seed, model=model, steps=steps, guidance=guidance)
    verdict = safety.judge(prompt, lang=lang)
    reading = text.read(prompt)
    if verdict.decision != "allow":
        raise RefusedPromptError(refusal(verdict, lang=lang or reading.language))
    return Order(
        prompt=prompt,
        reading=reading,
        shot=reading.shot.settled(seed=seed),
        seed=seed,
        model=model,
        steps=DEFAULT_STEPS if steps is None else steps,
        guidance=DEFAULT_GUIDANCE if guidance is None else guidance,
        verdict=verdict,
    )


def sample(
    prompt: str,
    *,
    seed: int,
    model: Model = "v2",
    steps: int | None = None,
    guidance: float | None = None,
    lang: str | None = None,
    on_step: Callable[[Step], None] | None = None,
) -> Take:
    """Make a clip from a prompt; the same arguments make the same clip on the same machine.

    Parameters
    ----------
    prompt : str
        In English, French, Arabic, Darija or Tamazight.
    seed : int
        0 or more. Draws the noise, and what the prompt leaves open.
    model : {"v1", "v2"}
    steps : int, optional
        1 to 100; more are slower and, beyond a few, hardly better.
    guidance : float, optional
        0 to 10: how strongly the words pull; 1 is as learnt.
    lang : str, optional
        Of the reason where the prompt is refused; by default the prompt's own.
    on_step : callable, optional
        Told after each step, with a preview.

    Returns
    -------
    Take

    Raises
    ------
    RefusedPromptError
        If the prompt is not for this place; nothing was generated, and the message says why.
    GenerateError
        If a setting is out of range, or the prompt cannot be read.
    ModelError
        If the weights are missing or damaged.
    """
    asked = order(prompt, seed=seed, model=model, steps=steps, guidance=guidance, lang=lang)
    [clip] = sample_shots(
        [asked.shot], seed=seed, model=model, steps=steps, guidance=guidance, on_step=on_step
    )
    return asked.take(clip)


def refusal(verdict: safety.Verdict, *, lang: str) -> str:
    """Return what a person is told of a prompt that is not made: why, what would be, and how to disagree."""
    _ = translator(lang)
    parts = [verdict.reason(lang)]
    if verdict.suggestion:
        parts.append(_("You could ask for this instead: {prompt}").format(prompt=f"“{verdict.suggestion}”."))
    return " ".join([*parts, _(safety.DISAGREE)])


def sample_shots(
    shots: Sequence[Shot],
    *,
    seed: int,
    model: Model = "v2",
    steps: int | None = None,
    guidance: float | None = None,
    on_step: Callable[[Step], None] | None = None,
) -> list[Clip]:
    """Make a clip of each shot; shot number i has the seed ``seed + i``.

    Parameters and errors are those of `sample`; what a shot leaves open is settled by its seed.
    """
    _check(seed=seed, model=model, steps=steps, guidance=guidance)
    clips: list[Clip] = []
    for first in range(0, len(shots), _BATCH):
        part = shots[first : first + _BATCH]
        seeds = [seed + first + i for i in range(len(part))]
        settled = [shot.settled(seed=s) for shot, s in zip(part, seeds, strict=True)]
        slots = np.stack([encode_shot(shot) for shot in settled])
        dreamt = _dream(
            slots,
            seeds=seeds,
            window=WINDOW[model],
            steps=DEFAULT_STEPS if steps is None else steps,
            guidance=DEFAULT_GUIDANCE if guidance is None else guidance,
            on_step=on_step,
        )
        clips += [Clip(frames=paint(*one), fps=FPS) for one in zip(dreamt, slots, strict=True)]
    return clips


def reconstruct(clip: Clip) -> Clip:
    """Return a clip as the codec gives it back: the best that the generator could do.

    Parameters
    ----------
    clip : Clip
        Square; made 64 x 64 first, as the encoder sees it.

    Raises
    ------
    GenerateError
        If the picture is not square.
    """
    width, height = clip.size
    if width != height:
        raise GenerateError(
            f"The codec works on square pictures, not {width} x {height}; crop the clip first."
        )
    low = np.stack([cv2.resize(f, (LOW, LOW), interpolation=cv2.INTER_AREA) for f in clip.frames])
    latents = _session("encoder.onnx").run(None, {"pictures": low.astype(np.uint8)})[0]
    return Clip(frames=_decode(np.asarray(latents, np.float32)), fps=clip.fps)


def paint(tokens: Floats, slots: Floats, *, frames: Sequence[int] = range(N_FRAMES)) -> NDArray[np.uint8]:
    """Return pictures, shape (len(frames), 256, 256, 3), of a clip's tokens and its shot.

    Parameters
    ----------
    tokens : ndarray, shape (1 + 24 * 2, 40)
        The wall, then frame by frame both things; see `medialit.generate.layers`.
    slots : ndarray, shape (15,)
        As `medialit.generate.data.encode_shot` gives them.
    frames : sequence of int
        Which, from 0 to 23.
    """
    picks = list(frames)
    n, lane, camera = n_things(slots), lanes(slots), camera_m(slots)[picks]
    shown = tokens[1:].reshape(N_FRAMES, N_THINGS, N_TOKEN)[picks, :n].reshape(-1, N_TOKEN)
    poses, rgb, codes = unpack(shown)
    place = np.full(len(shown), place_number(slots), np.int64)
    around = bearings(poses, rgb, np.tile(lane[:n], len(picks)), np.repeat(camera, n))
    things = _painted(codes, rgb).reshape(len(picks), n, SPRITE, SPRITE, 4)
    shade, _ = _light(surroundings(STRIP, top=STRIP_TOP), codes, around, place)
    _, glow = _light(surroundings(GLOW, top=0), codes, around, place)
    wall = None
    if has_wall(slots):
        pose, colour, code = unpack(tokens[:1])
        wall = _painted(code, colour)[0], pose.at(0)
    steps, which = np.unique(camera_steps(slots)[picks], return_inverse=True)
    places = _places(place_number(slots), steps)
    grid = poses.shaped(len(picks), n)
    return np.stack(
        [
            compose(
                places[which[t]],
                things[t],
                poses=grid.at(t),
                lane=lane[:n],
                camera=float(camera[t]),
                shade=shade.reshape(len(picks), n, *STRIP)[t],
                glow=glow.reshape(len(picks), n, *GLOW, 3)[t],
                wall=wall,
            )
            for t in range(len(picks))
        ]
    )


def encode_things(portraits: NDArray[np.uint8]) -> Floats:
    """Return the codes, shape (K, 32), of portraits of things, shape (K, 48, 48, 4); see `data_layers.portrait`."""
    session = _session("portrait.onnx")
    parts = [session.run(None, {"pictures": portraits[i : i + 64]})[0] for i in range(0, len(portraits), 64)]
    return np.concatenate([np.asarray(part, np.float32) for part in parts])


@cache
def facts() -> dict[str, Any]:
    """Return what ``generator.json`` says of the weights: files, hashes, how they were trained.

    Raises
    ------
    ModelError
        If the list is missing.
    """
    place = resources.files("medialit.generate").joinpath("weights", "generator.json")
    try:
        found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The generator's list of weights, {place}, cannot be read; install medialit again."
        ) from error
    return found


@cache
def card(model: Model) -> str:
    """Return a model's card, in Markdown: data, steps, seeds, licence, hashes, and what was measured."""
    _check(seed=0, model=model, steps=None, guidance=None)
    place = resources.files("medialit.generate").joinpath("cards", f"{model}.md")
    return place.read_text(encoding="utf-8")


def _dream(
    slots: Floats,
    *,
    seeds: list[int],
    window: int | None,
    steps: int,
    guidance: float,
    on_step: Callable[[Step], None] | None,
) -> Floats:
    """Return tokens, shape (B, 1 + T*N, 40), for slots (B, 15)."""
    session, n = _session("flow.onnx"), len(slots)
    mask = attention_mask(window)
    times = 1 if guidance == 1 else 2  # with guidance 1 what it would dream without the words doesn't matter
    asked = np.concatenate([slots] * times)
    open_slots = np.zeros((times * n, _N_OPEN), np.float32)
    open_slots[n:, :_N_OF_THINGS] = 1  # guidance exaggerates what the words say of the things, not the place

    def predict(x: Floats, t: float) -> tuple[Floats, Floats]:
        given = {
            "x_t": np.concatenate([x] * times),
            "t": np.full(times * n, t, np.float32),
            "slots": asked,
            "open_slots": open_slots,
            "mask": mask,
        }
        dreamt = np.asarray(session.run(None, given)[0], np.float32)
        return dreamt[:n], dreamt[-n:]

    def told(done: int, of: int, predicted: Floats) -> None:
        assert on_step is not None
        picks = np.linspace(0, N_FRAMES - 1, _PREVIEW_FRAMES).round().astype(int).tolist()
        on_step(Step(done=done, of=of, frames=paint(predicted[0], slots[0], frames=picks)))

    noise = noise_for(seeds, (1 + N_FRAMES * N_THINGS, N_TOKEN))
    return integrate(
        predict, noise, steps=steps, guidance=guidance, on_step=None if on_step is None else told
    )


def _painted(codes: Floats, rgb: Floats) -> Floats:
    """Return pictures of things, shape (K, 96, 96, 4), of codes (K, 32) in colours (K, 3)."""
    session = _session("painter.onnx")
    parts = [
        session.run(None, {"codes": codes[i : i + 8], "rgb": rgb[i : i + 8]})[0]
        for i in range(0, len(codes), 8)
    ]
    return np.concatenate([np.asarray(part, np.float32) for part in parts])


def _light(points: Floats, codes: Floats, around: Floats, place: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return what things leave of the light at points (P, 2), shape (K, P), and what they add, shape (K, P, 3)."""
    session = _session("light.onnx")
    left: list[Floats] = []
    given: list[Floats] = []
    for i in range(0, len(codes), 8):
        part = slice(i, i + 8)
        fed = {"points": points, "codes": codes[part], "bearings": around[part], "place": place[part]}
        for out, value in zip((left, given), session.run(None, fed), strict=True):
            out.append(np.asarray(value, np.float32))
    return np.concatenate(left), np.concatenate(given)


def _places(place: int, steps: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return an empty place from some positions of the camera, shape (S, 256, 256, 3)."""
    session, number = _session("places.onnx"), np.full(len(steps), place, np.int64)
    parts = [
        session.run(None, {"place": number[i : i + 8], "step": steps[i : i + 8]})[0]
        for i in range(0, len(steps), 8)
    ]
    return np.concatenate([np.asarray(part, np.uint8) for part in parts])


def _decode(latents: Floats) -> NDArray[np.uint8]:
    """Return pictures (N, 256, 256, 3) of latents (N, numbers), some at a time: memory stays small."""
    session = _session("decoder.onnx")
    parts = [session.run(None, {"latents": latents[i : i + 8]})[0] for i in range(0, len(latents), 8)]
    return np.concatenate([np.asarray(part, np.uint8) for part in parts])


@cache
def _session(name: str) -> ort.InferenceSession:
    """Return a network, checked against its hash, and kept."""
    place = resources.files("medialit.generate").joinpath("weights", name)
    try:
        data = place.read_bytes()
    except OSError as error:
        raise ModelError(f"The weights {place} are missing; install medialit again.") from error
    if hashlib.sha256(data).hexdigest() != facts()["files"][name]["sha256"]:
        raise ModelError(
            f"The weights {place} are damaged: their hash is not the listed one. Install medialit again."
        )
    options = ort.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get(THREADS, "2"))
    options.log_severity_level = 3
    return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def _check(*, seed: int, model: str, steps: int | None, guidance: float | None) -> None:
    if model not in MODELS:
        raise GenerateError(f"There is no model {model!r}; use one of: {', '.join(MODELS)}.")
    if not 0 <= seed < 2**63:
        raise GenerateError(f"A seed is a whole number from 0 to 2^63 - 1, not {seed}.")
    if steps is not None and not 1 <= steps <= MAX_STEPS:
        raise GenerateError(f"A clip takes 1 to {MAX_STEPS} steps, not {steps}.")
    if guidance is not None and not 0 <= guidance <= MAX_GUIDANCE:
        raise GenerateError(f"Guidance goes from 0 to {MAX_GUIDANCE:g}, not {guidance}.")
