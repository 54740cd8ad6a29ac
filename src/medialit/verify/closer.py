"""The closer look, in the process that decodes: the cues, one after the other, each answer kept as soon as it is there.

Half of the time goes to gathering frames, at most; the cues have the rest. A cue that breaks on a file says nothing, and
the next one looks.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from medialit.errors import MediaError
from medialit.forensics.cues import Footage
from medialit.media import Clip, Limits, read_image

Answer = Callable[[dict[str, Any]], None]

_logger = logging.getLogger(__name__)
_EVERY_S = 0.25  # between two pieces of progress


def look_closer(
    path: Path, *, still: bool, names: Sequence[str], seconds: float, limits: Limits, answer: Answer
) -> None:
    """Answer with a ``seen`` first, then with a ``cue``, a ``broken`` or nothing for each cue, and ``progress`` between.

    Parameters
    ----------
    path : Path
    still : bool
        Whether it is one picture, for Pillow.
    names : sequence of str
        Of `medialit.forensics.cues.CUES`.
    seconds : float
        After which no further cue is begun.
    limits : Limits
    answer : callable
        Takes what goes back, in JSON's types.
    """
    from medialit.forensics import cues
    from medialit.forensics.cues.shown import frame_as_plain, shown, strip

    started = time.monotonic()
    gathered = _gather(
        path, still=still, names=names, until=started + seconds / 2, limits=limits, answer=answer
    )
    if gathered is None:
        return
    footage, whole = gathered
    answer(
        {
            "stage": "seen",
            "strip": [frame_as_plain(frame) for frame in strip(footage)],
            "n_frames": footage.n_frames,
            "until_s": footage.n_frames / footage.fps,
            "whole": whole,
        }
    )
    for k, name in enumerate(names):
        if time.monotonic() > started + seconds:
            return
        answer({"stage": "progress", "share": 0.6 + 0.4 * k / len(names), "what": name})
        try:
            said = shown(cues.read(name, footage)).as_plain()
        except Exception as error:  # a hostile file may break a cue, but not the report
            _logger.warning("The cue %s broke: %s.", name, type(error).__name__)
            answer({"stage": "broken", "cue": name})
        else:
            answer({"stage": "cue", "reading": said})


def _gather(
    path: Path, *, still: bool, names: Sequence[str], until: float, limits: Limits, answer: Answer
) -> tuple[Footage, bool] | None:
    """Return the footage, and whether it is the whole clip; None where no picture can be read."""
    from medialit import cueing

    late, told = [False], [0.0]

    def enough() -> bool:
        late[0] = time.monotonic() > until
        return late[0]

    def on_progress(share: float, what: str) -> None:
        if time.monotonic() - told[0] > _EVERY_S:
            told[0] = time.monotonic()
            answer({"stage": "progress", "share": 0.6 * share, "what": what})

    try:
        clip = Clip(read_image(path, limits=limits)[None], 1.0) if still else path
        footage = cueing.footage(clip, names=names, limits=limits, on_progress=on_progress, enough=enough)
    except MediaError:
        return None  # the report's first look says why
    return footage, not late[0]
