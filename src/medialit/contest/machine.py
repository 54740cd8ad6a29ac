"""The machine that people are held against: any score for each clip, and error rates measured on other clips.

The threshold is set on one half of the pack's clips that are in no form, and the two error rates that learners are told
are counted on the other half. So what is said about the machine is neither of the clips it gives advice on, nor flattered
by its own threshold.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from medialit.clips import Entry
from medialit.errors import ContestError, MedialitError
from medialit.forensics.statistics import Counts, corrected_rates, count, ppv
from medialit.language import msgid as _msgid

CUE: Final = "cue:"
DETECTORS: Final = "detectors"
FEWEST_REFERENCES: Final = 8
"""Of each kind and in each half."""
EVEN: Final = 0.5

Score = Callable[[Entry], float | None]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine as an adviser.

    Parameters
    ----------
    name : str
        A file's name, or a cue's.
    threshold : float
        A score from here on is called synthetic.
    counts : Counts
        What it did on the clips by which its error rates are stated.
    """

    name: str
    threshold: float
    counts: Counts

    def says(self, score: float) -> bool:
        """Return whether it calls a clip with this score synthetic."""
        return score >= self.threshold

    def probability(self, score: float) -> float:
        """Return the probability of "synthetic" that its word stands for where half of the clips are synthetic."""
        hit, false_alarm = corrected_rates(self.counts)
        if not self.says(score):
            hit, false_alarm = 1 - hit, 1 - false_alarm
        found = ppv(hit_rate=hit, false_alarm_rate=false_alarm, base_rate=EVEN)
        assert found is not None  # corrected rates are never 0
        return found


def machine_from(
    name: str, scores: Mapping[str, float], entries: Iterable[Entry], *, without: Iterable[str]
) -> Machine:
    """Set a machine's threshold, and measure its error rates, on clips that are in no form.

    Parameters
    ----------
    name : str
    scores : mapping of str to float
        By clip; higher is more synthetic. A clip that has none is left out.
    entries : iterable of Entry
        The pack.
    without : iterable of str
        The clips of the forms.

    Raises
    ------
    ContestError
        If too few other clips have a score.
    """
    taken = set(without)
    halves: tuple[list[Entry], list[Entry]] = ([], [])
    for entry in entries:
        if entry.id not in taken and entry.id in scores:
            pair = min(entry.id, str(entry.truth.get("twin") or entry.id))
            halves[hashlib.sha256(pair.encode()).digest()[0] % 2].append(entry)
    for half in halves:
        n_synthetic = sum(entry.synthetic for entry in half)
        if min(n_synthetic, len(half) - n_synthetic) < FEWEST_REFERENCES:
            raise ContestError(
                _msgid(
                    "{name} has too few scores of clips outside the forms: {least} of each kind are needed twice, to set "
                    "its threshold and to state its error rates. Score the whole pack."
                ),
                name=name,
                least=FEWEST_REFERENCES,
            )
    threshold = _threshold(halves[0], scores)
    said = [scores[entry.id] >= threshold for entry in halves[1]]
    return Machine(
        name=name, threshold=threshold, counts=count([entry.synthetic for entry in halves[1]], said)
    )


def read_scores(path: Path) -> dict[str, float]:
    """Read scores by clip: a JSON object of numbers, or CSV with the columns ``clip`` and ``score``.

    Raises
    ------
    ContestError
        If it is neither, or a score is not a finite number.
    """
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix.lower() == ".csv":
            rows = {row["clip"]: row["score"] for row in csv.DictReader(text.splitlines())}
        else:
            rows = dict(json.loads(text))
        scores = {str(clip): float(score) for clip, score in rows.items()}
        if not all(map(math.isfinite, scores.values())):
            raise ValueError("not finite")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ContestError(
            _msgid(
                "{path} holds no scores ({why}): write a JSON object with a number for each clip's id, or CSV with the "
                "columns clip and score."
            ),
            path=path,
            why=error,
        ) from error
    return scores


def scored(
    entries: Iterable[Entry], score: Score, *, on_clip: Callable[[int], None] | None = None
) -> dict[str, float]:
    """Return what a callable makes of each clip; a clip that it cannot tell anything about has no score."""
    found = {}
    for i, entry in enumerate(entries):
        value = score(entry)
        if value is not None and math.isfinite(value):
            found[entry.id] = float(value)
        if on_clip is not None:
            on_clip(i + 1)
    return found


def cue_score(cue: str) -> Score:
    """Return what scores a clip by one of `medialit.forensics.cues.CUES`.

    Raises
    ------
    ContestError
        If there is no such cue.
    """
    from medialit.forensics.cues import CUES, look, read

    if cue not in CUES:
        raise ContestError(
            _msgid("There is no cue {cue}: name one of {known}."), cue=cue, known=", ".join(CUES)
        )

    def score(entry: Entry) -> float | None:
        try:
            return read(cue, look(entry.path)).score
        except MedialitError:
            return None

    return score


def detectors_score() -> Score:
    """Return what scores a clip by the detectors that ship: their calibrated probability together.

    They were fitted on packs of seeds 1 and 7, so they look better on those than they are: take another.
    """
    from medialit import cueing
    from medialit.forensics import detectors

    def score(entry: Entry) -> float | None:
        try:
            return detectors.assess(cueing.footage(entry.path)).probability
        except MedialitError:
            return None

    return score


def _threshold(entries: Iterable[Entry], scores: Mapping[str, float]) -> float:
    """Return the score at which hits less false alarms are most (Youden's index)."""
    pairs = [(entry.synthetic, scores[entry.id]) for entry in entries]
    truth = np.array([synthetic for synthetic, _score in pairs])
    score = np.array([value for _synthetic, value in pairs])
    candidates = np.unique(score)
    gains = [(score[truth] >= at).mean() - (score[~truth] >= at).mean() for at in candidates]
    return float(candidates[int(np.argmax(gains))])
