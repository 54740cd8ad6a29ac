"""What a clip shows, said by a network that was trained on renders only: the yardstick of the generator.

It answers for each object: which kind, which colour, doing what; and for the whole: where, and how the camera travels.
`score` compares the answer with what was asked for. It never sees a generated clip in training
(`medialit.generate.judge_train`); how far it can be trusted is in its card, `weights/judge.json`, and in
docs/explanation/generator-measures.md, beside a second judge that follows rules (`medialit.forensics.tracker`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import permutations
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from medialit.errors import ModelError
from medialit.generate.shot import Actor, Shot
from medialit.media import Clip
from medialit.world import ACTIONS, BACKGROUNDS, COLOURS, KINDS, PANS

N_FRAMES = 12
SIDE = 64
WEIGHTS = Path(__file__).parent / "weights" / "judge.onnx"

Floats = NDArray[np.float32]

_COLOURS = tuple(COLOURS)
_MIRRORED_ACTION = [
    ACTIONS.index({"roll_left": "roll_right", "roll_right": "roll_left"}.get(a, a)) for a in ACTIONS
]
_MIRRORED_PAN = [PANS.index({"left": "right", "right": "left"}.get(p, p)) for p in PANS]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One object that the judge sees.

    Parameters
    ----------
    kind, colour, action : str
        Words of `medialit.world`; the likeliest.
    confidence : float
        The product of the three probabilities, 0 to 1. It is trained on renders and only as calibrated as they are.
    at : ndarray of float32, shape (12, 2)
        Where its middle is in each of the judge's frames; 0 to 1 from the upper left corner.
    """

    kind: str
    colour: str
    action: str
    confidence: float
    at: Floats = field(repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the judge sees in one clip: up to two objects, the surest first; the place; the camera."""

    objects: tuple[Seen, ...]
    background: str
    pan: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Which parts of a shot a clip shows; what the shot leaves open counts as right.

    With two objects a part is right only if it is right for both. An object too many is a wrong object.
    """

    colour: bool
    object: bool
    action: bool
    background: bool

    @property
    def joint(self) -> bool:
        """Whether all four are right."""
        return self.colour and self.object and self.action and self.background


def judge(clips: Sequence[Clip], *, batch: int = 32, weights: Path = WEIGHTS) -> list[Judgement]:
    """Say what each clip shows.

    Parameters
    ----------
    clips : sequence of Clip
        Of any size and rate; 12 frames, evenly spread, of the middle square are looked at, reduced to 64 x 64. Each is
        read twice, as it is and as a mirror shows it, and the answers are averaged.
    batch : int
        Clips that go through the network together.
    weights : Path
        The ONNX file.

    Returns
    -------
    list of Judgement
        One a clip, in order.

    Raises
    ------
    ModelError
        If the weights are missing or damaged.

    Examples
    --------
    >>> from medialit.world import Scene, Thing, render
    >>> clip = render(Scene("beach", (Thing("cat", "red", "rise"),), fps=12.0), size=(128, 128))
    >>> [(o.kind, o.colour, o.action) for o in judge([clip])[0].objects]
    [('cat', 'red', 'rise')]
    """
    out: list[Judgement] = []
    for first in range(0, len(clips), batch):
        pixels = np.stack([as_seen(clip) for clip in clips[first : first + batch]])
        out += _answers(pixels, weights)
    return out


def score(judgement: Judgement, shot: Shot) -> Marks:
    """Compare what was seen with what was asked.

    Objects are matched by kind first, so that a wrong kind costs the object and not also its colour. A colour that the
    world has no name for can't be judged and counts as open.

    Parameters
    ----------
    judgement : Judgement
    shot : Shot

    Returns
    -------
    Marks
    """
    pairs = _matched(shot.objects, judgement.objects)
    return Marks(
        object=len(judgement.objects) == len(shot.objects)
        and all(seen is not None and actor.kind in (None, seen.kind) for actor, seen in pairs),
        colour=all(seen is not None and _named(actor) in (None, seen.colour) for actor, seen in pairs),
        action=all(seen is not None and actor.action in (None, seen.action) for actor, seen in pairs),
        background=shot.background in (None, judgement.background),
    )


def _matched(asked: Sequence[Actor], seen: Sequence[Seen]) -> list[tuple[Actor, Seen | None]]:
    """Pair what was asked with what was seen: as many kinds right as can be, otherwise in order."""
    chances = [*seen, *([None] * (len(asked) - len(seen)))]
    orders = permutations(chances, len(asked))
    best = max(
        orders,
        key=lambda order: sum(s is not None and s.kind == a.kind for a, s in zip(asked, order, strict=True)),
    )
    return list(zip(asked, best, strict=True))


def _named(actor: Actor) -> str | None:
    return actor.colour if actor.colour in COLOURS else None


def as_seen(clip: Clip) -> NDArray[np.uint8]:
    """Return the 12 frames of 64 x 64 that the judge looks at, shape (12, 64, 64, 3)."""
    side = min(clip.size)
    top, left = (clip.height - side) // 2, (clip.width - side) // 2
    index = np.arange(N_FRAMES) * clip.n_frames // N_FRAMES
    square = clip.frames[index, top : top + side, left : left + side]
    if side == SIDE:
        return square
    how = cv2.INTER_AREA if side > SIDE else cv2.INTER_CUBIC
    return np.stack([cv2.resize(f, (SIDE, SIDE), interpolation=how) for f in square]).astype(np.uint8)


def _answers(pixels: NDArray[np.uint8], weights: Path) -> list[Judgement]:
    session = _session(weights)
    straight, turned = (_run(session, p) for p in (pixels, pixels[:, :, :, ::-1]))
    turned["action"] = turned["action"][..., _MIRRORED_ACTION]
    turned["pan"] = turned["pan"][..., _MIRRORED_PAN]
    turned["at"][..., 0] = 1 - turned["at"][..., 0]
    mean = {name: (straight[name] + turned[name]) / 2 for name in straight}
    return [_judgement({name: value[i] for name, value in mean.items()}) for i in range(len(pixels))]


def _run(session: onnxruntime.InferenceSession, pixels: NDArray[np.uint8]) -> dict[str, Floats]:
    """Return probabilities, and places, for clips of shape (B, 12, 64, 64, 3)."""
    clip = np.ascontiguousarray(pixels.transpose(0, 1, 4, 2, 3)).astype(np.float32) / 127.5 - 1
    names = [o.name for o in session.get_outputs()]
    raw = dict(zip(names, session.run(names, {"clip": clip}), strict=True))
    out = {name: _softmax(raw[name]) for name in ("colour", "action", "background", "pan")}
    return out | {"presence": 1 / (1 + np.exp(-raw["presence"])), "at": np.array(raw["at"])}


def _judgement(answer: dict[str, Floats]) -> Judgement:
    presence = answer["presence"]
    order = np.argsort(-presence, kind="stable")[:2]
    there = [int(k) for k in order if presence[k] > 0.5] or [int(order[0])]  # there is always something
    return Judgement(
        objects=tuple(
            Seen(
                kind=KINDS[k],
                colour=_COLOURS[int(answer["colour"][k].argmax())],
                action=ACTIONS[int(answer["action"][k].argmax())],
                confidence=float(presence[k] * answer["colour"][k].max() * answer["action"][k].max()),
                at=answer["at"][k],
            )
            for k in there
        ),
        background=BACKGROUNDS[int(answer["background"].argmax())],
        pan=PANS[int(answer["pan"].argmax())],
        confidence=float(answer["background"].max()),
    )


def _softmax(logits: Floats) -> Floats:
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True), np.float32)


@cache
def _session(weights: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # faster than two at this size
    try:
        return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has no common base for what it raises
        raise ModelError(
            f"The judge's weights in {weights} are missing or damaged: {error}. Install medialit again, or train them "
            "with `python -m medialit.generate.judge_train`."
        ) from error
