"""Where a person may be put, who must have allowed it, and how a scene's camera moves."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from medialit.errors import CompositeError, MinorError
from medialit.likeness.cast_paint import Doubles
from medialit.likeness.cast_records import Framing
from medialit.media import Clip
from medialit.world import BACKGROUNDS, PANS
from medialit.world.motion import PAN_M
from medialit.world.scene import N_LOOKS

NEAREST_LANE = 1.30
LANES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "beach": (0.62, NEAREST_LANE),
        "medina": (0.66, NEAREST_LANE),
        "desert": (0.62, NEAREST_LANE),
        "night": (0.66, NEAREST_LANE),
        "souk": (0.66, NEAREST_LANE),
        "mountains": (0.55, NEAREST_LANE),
        "studio": (0.66, NEAREST_LANE),
        "street": (0.64, NEAREST_LANE),
    }
)
"""Where in each place there is ground to stand on, as depth scales: the farthest and the nearest lane."""

BUST_LANES = (0.9, 3.5)
"""How near a bust may be: it is cut by the lower edge of the picture, so it stands before everything."""


def camera_path(camera: str | Doubles, clip: Clip) -> Doubles:
    """Return where the camera is in each frame, metres sideways and tilt, shape (T, 2).

    Raises
    ------
    CompositeError
        If the word is unknown, or the path has another length than the clip.
    """
    if isinstance(camera, str):
        if camera not in PANS:
            raise CompositeError(
                f"{camera!r} is no way that the camera moves; use one of: {', '.join(PANS)}."
            )
        direction = {"still": 0.0, "left": -1.0, "right": 1.0}[camera]
        times = np.arange(clip.n_frames) / clip.fps
        across = direction * PAN_M * (2 * times / clip.duration_s - 1)
        return np.stack([across, np.zeros_like(across)], -1)
    path = np.asarray(camera, np.float64)
    if path.shape != (clip.n_frames, 2) or not np.isfinite(path).all():
        raise CompositeError(
            f"A camera's path has two finite numbers for each of {clip.n_frames} frames, not the shape {path.shape}."
        )
    return path


def require_leave(subject: str, minor: bool, authorisation: str, guardian_decision: str | None) -> None:
    """Refuse whom nobody allowed, and a minor whose guardian did not decide.

    Raises
    ------
    CompositeError
        If there is no authorisation.
    MinorError
        If a minor has no guardian's decision.
    """
    if not authorisation.strip():
        raise CompositeError(
            "Nobody is put into a scene without the id of the decision or grant that allows it; ask "
            "medialit.pipeline, which asks for consent."
        )
    if minor and not (guardian_decision or "").strip():
        raise MinorError(
            f"{subject!r} is a minor, and is put into no scene without a guardian's decision that allows it; "
            "give its id as guardian_decision, or choose an adult."
        )


def require_place(background: str, look: int, lane: float, framing: Framing) -> None:
    """Refuse a place that the world does not have, or where there is no ground to stand on."""
    if background not in BACKGROUNDS or not 0 <= look < N_LOOKS:
        raise CompositeError(
            f"{background!r} in look {look} is no place of the world; use one of: {', '.join(BACKGROUNDS)}, "
            f"with a look from 0 to {N_LOOKS - 1}."
        )
    low, high = LANES[background] if framing == "full" else BUST_LANES
    if not low <= lane <= high:
        raise CompositeError(
            f"In {background!r} a person ({framing}) stands in lanes {low} to {high}, not {lane}: there is no "
            "ground there. Choose a lane between."
        )
