"""The closer look, in the process that decodes: the cues, one after the other, each answer kept as soon as it is there.

Half of the time goes to gathering frames, at most; the cues have the rest. A cue that breaks on a file says nothing, and
the next one looks.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from medialit.errors import MediaError
from medialit.forensics.cues import Footage
from medialit.forensics.cues.footage import MAX_SMALL
from medialit.media import Clip, Limits, read_image
from medialit.verify import detected

Answer = Callable[[dict[str, Any]], None]

_logger = logging.getLogger(__name__)
_EVERY_S = 0.25  # between two pieces of progress
_PIECE = 8  # frames that are gathered between two questions whether it is enough


def look_closer(
    path: Path,
    *,
    still: bool,
    names: Sequence[str],
    detect: bool,
    seconds: float,
    limits: Limits,
    answer: Answer,
) -> None:
    """Answer with what is ``seen``, then with what is ``detected``, then with a ``cue`` or a ``broken`` for each cue.

    ``progress`` comes between them.

    Parameters
    ----------
    path : Path
    still : bool
        Whether it is one picture, for Pillow.
    names : sequence of str
        Of `medialit.forensics.cues.CUES`.
    detect : bool
        Whether the detectors are asked.
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
    if detect:
        _detect(footage, answer, shown=bool(names))
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


def _detect(footage: Footage, answer: Answer, *, shown: bool) -> None:
    from medialit.forensics.detectors import assess, where

    try:
        plain = detected.as_plain(assess(footage), where(footage) if shown else None)
    except Exception as error:  # as with a cue: the report says that nobody could be asked
        _logger.warning("The detectors broke: %s.", type(error).__name__)
    else:
        answer({"stage": "detected", "assessment": plain})


def _gather(
    path: Path, *, still: bool, names: Sequence[str], until: float, limits: Limits, answer: Answer
) -> tuple[Footage, bool] | None:
    """Return the footage, and whether it is the whole clip; None where no picture can be read."""
    from medialit import cueing

    late, told, pieces = [False], [0.0], [0]
    # Detectors look at the frames that are kept small: where nobody else looks, the rest of a long clip is not read.
    most = math.inf if names else MAX_SMALL / _PIECE

    def enough() -> bool:
        pieces[0] += 1
        late[0] = time.monotonic() > until or pieces[0] >= most
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
