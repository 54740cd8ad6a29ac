"""What a worker is asked: to make the clip of a settled shot. It holds no key, knows no prompt and writes no file.

A **kit** says with which versions and weights; a **job** is one shot, its seed and settings; a **result** is bare
frames behind a line that describes them. All of them are bytes, never pickles, and a result is looked at before use.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
from dataclasses import asdict, dataclass

import numpy as np

from medialit.errors import ClusterError, MedialitError, ModelError
from medialit.generate import sampler
from medialit.generate.data import FPS
from medialit.generate.layers import N_FRAMES
from medialit.generate.shot import Actor, Shot
from medialit.media import Clip

UNFIT, FAILED = "unfit", "failed"
_SAME = ("medialit", "numpy", "onnxruntime", "opencv-python-headless")  # a pixel may hang on them
_SHAPE = (N_FRAMES, 256, 256, 3)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A worker's word that it has made nothing.

    Parameters
    ----------
    kind : str
        ``unfit`` (its versions or weights are others) or ``failed``.
    message : str
    worker : str
        Its address.
    """

    kind: str
    message: str
    worker: str = ""


def pack_kit() -> bytes:
    """Return the versions and weights of this machine."""
    return json.dumps(_facts(), sort_keys=True).encode()


def pack_job(order: sampler.Order) -> bytes:
    """Return an order as a job: what is to be seen, not the prompt."""
    shot = asdict(order.shot)
    job = {
        "shot": shot,
        "seed": order.seed,
        "model": order.model,
        "steps": order.steps,
        "guidance": order.guidance,
    }
    return json.dumps(job).encode()


def work(_digest: str, kit: bytes, job: bytes) -> bytes:
    """Make one clip; raises nothing, because an exception would travel as a pickle."""
    try:
        differing = sorted(name for name, value in json.loads(kit).items() if _facts().get(name) != value)
        if differing:
            message = f"its versions of {', '.join(differing)} are others than on the machine that asks"
            return _refused(UNFIT, message)
        return _made(json.loads(job))
    except ModelError as error:  # the weights
        return _refused(UNFIT, str(error))
    except MedialitError as error:
        return _refused(FAILED, str(error))
    except Exception as error:
        return _refused(FAILED, f"{type(error).__name__}: {error}")


def unpack(content: bytes) -> Clip | Refusal:
    """Return what a worker sent, after looking at it.

    Raises
    ------
    ClusterError
        If it is neither a clip of the generator's kind nor a refusal.
    """
    head, _, body = content.partition(b"\n")
    try:
        told = json.loads(head)
        if "refused" in told:
            return Refusal(**{name: str(value) for name, value in told["refused"].items()})
        frames = np.frombuffer(body, np.uint8).reshape(_SHAPE)
        clip = Clip(frames=frames, fps=FPS)
        if clip.sha256 != told["sha256"]:
            raise ValueError("the frames are not those that were sent")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ClusterError(
            f"A worker answered something that is no clip ({type(error).__name__}: {error}). Nothing was made of it; "
            "look at that machine, then run the command again."
        ) from None
    return clip


def _made(job: dict[str, object]) -> bytes:
    told: dict[str, object] = dict(job["shot"])  # type: ignore[call-overload]
    objects = tuple(Actor(**actor) for actor in told.pop("objects"))  # type: ignore[attr-defined]
    shot = Shot(objects=objects, **told)  # type: ignore[arg-type]
    settings = {name: job[name] for name in ("seed", "model", "steps", "guidance")}
    [clip] = sampler.sample_shots([shot], **settings)  # type: ignore[arg-type]
    return json.dumps({"sha256": clip.sha256}).encode() + b"\n" + clip.frames.tobytes()


def _refused(kind: str, message: str) -> bytes:
    return json.dumps({"refused": {"kind": kind, "message": message, "worker": _address()}}).encode() + b"\n"


def _address() -> str:
    try:
        from distributed import get_worker

        return str(get_worker().address)
    except (ImportError, ValueError):  # a process of the machine that asks
        return ""


def _facts() -> dict[str, str]:
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for name in _SAME:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found | {name: one["sha256"] for name, one in sampler.facts()["files"].items()}
