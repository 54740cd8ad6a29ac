"""How often enrolment refuses who did what was asked, and accepts who did not.

    python benchmarks/enrolment.py [--people N] [--takes N] [--every N] [--log FILE] [--faces DIR] [--page FILE]

Needs the packages of requirements/likeness.txt. Who stands before the camera is said in `enrolment_subjects.py`: puppets
made from one public-domain portrait, and from drawn people. **None of them was looked at when the limits were chosen**:
for that there were others (the portrait itself, the made-up faces 1 to 8 and every other one of the cast). The words are
those of ISO/IEC 30107-3: BPCER is the share of genuine attempts that are refused, APCER the share of attacks of one kind
that are accepted; FAR, FRR and EER are of the comparison of two faces alone. Intervals are Wilson's, 95 %, and take
attempts as independent, which attempts of one puppet are not; of the genuine ones the interval that draws whole people
anew (bootstrap) is given as well.

Every attempt answers a challenge of light and is judged twice: as it is, and as if no light had been asked for.

`--log` keeps each attempt as a line of JSON and goes on where it stopped; `--every N` tries each attack on every N-th
take. `--faces` adds a comparison of real pictures: a folder for each person in DIR. `--page` writes the
tables between the two marks of a Markdown page.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from enrolment_kinds import KINDS, NOW, PACE, Take, cast_takes
from enrolment_subjects import SIZE

from medialit.forensics.statistics import Estimate, wilson
from medialit.likeness.cast import cast
from medialit.likeness.cast import portrait as drawn
from medialit.likeness.enrol import enrol, issue, judge
from medialit.likeness.liveness import Check, describe
from medialit.likeness.match import LIMIT, distance, read_reference
from medialit.likeness.models import FaceReader, Floats
from medialit.likeness.speech import silero_file
from medialit.likeness.vault import Vault
from medialit.media import Clip, degrade, read_image

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
LIGHT = {"light", "dim"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Row:
    """Attempts of one kind: of each, who made it and what refused it."""

    name: str
    people: tuple[str, ...]
    fired: tuple[frozenset[str], ...]

    def accepted(self, *, light: bool) -> list[bool]:
        return [not (one if light else one - LIGHT) for one in self.fired]

    def estimate(self, *, light: bool) -> Estimate:
        return wilson(sum(self.accepted(light=light)), len(self.fired))


class Log:
    """Attempts that were made already, in a file if one is given; no more are begun when the time is over."""

    def __init__(self, path: Path | None, *, minutes: float) -> None:
        self.path, self.end = path, time.monotonic() + 60 * minutes
        lines = path.read_text(encoding="utf-8").splitlines() if path and path.exists() else []
        self.known = {(one["row"], one["number"]): one for one in map(json.loads, lines)}

    def once(self, row: str, number: int, make: Callable[[], dict[str, object]]) -> list[dict[str, object]]:
        """Return what is known of an attempt, or make it; empty where there is no time left for it."""
        if (row, number) not in self.known:
            if time.monotonic() > self.end:
                return []
            self.known[row, number] = {"row": row, "number": number, **make()}
            if self.path:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(self.known[row, number]) + "\n")
        return [self.known[row, number]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=8, help="made-up faces; the drawn ones come on top")
    parser.add_argument(
        "--takes", type=int, default=3, help="genuine recordings of each made-up face; one of each drawn"
    )
    parser.add_argument("--every", type=int, default=4, help="each attack is tried on every so many-th take")
    parser.add_argument("--log", type=Path, help="a file that keeps the attempts made so far")
    parser.add_argument("--minutes", type=float, default=600.0, help="no attempt is begun after so long")
    parser.add_argument("--faces", type=Path, help="a folder with a folder of pictures for each person")
    parser.add_argument("--page", type=Path, help="a Markdown page to write the tables into")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    reader, log = FaceReader(), Log(options.log, minutes=options.minutes)
    takes = cast_takes(reader, options.people, options.takes)
    rows, own, others = genuine(takes, reader, log)
    rows += attacks(takes, reader, log, every=options.every)
    lines = [*table(rows), "", *matching("puppets", own, others), "", *cartoons(reader)]
    result: dict[str, object] = {
        "speech_detector": "silero" if silero_file() else "loudness",
        "n_people": len({one.actor.name for one in takes}),
        "n_genuine": len(takes),
        "bpcer": 1 - rows[0].estimate(light=False).value,
        "bpcer_light": 1 - rows[0].estimate(light=True).value,
        "apcer": {
            one.name: one.estimate(light=False).value for one in rows[3:] if one.fired and one.name[0] != "("
        },
        "apcer_light": {
            one.name: one.estimate(light=True).value for one in rows[3:] if one.fired and one.name[0] != "("
        },
        "apcer_light_upper_95": {
            one.name: one.estimate(light=True).high for one in rows[3:] if one.fired and one.name[0] != "("
        },
        **rates(own, others),
    }
    if options.faces:
        own, others = real_distances(options.faces, reader)
        lines += ["", *matching(f"pictures in {options.faces.name}", own, others)]
        result["faces"] = rates(own, others)
    print("\n".join(lines))
    if options.page:
        write_between(options.page, lines)
    print(json.dumps(result))


def genuine(takes: Sequence[Take], reader: FaceReader, log: Log) -> tuple[list[Row], np.ndarray, np.ndarray]:
    """Record everybody; return the rows of all, of made-up and of drawn people, and distances within and between."""

    known = {one.actor.name: one.face for one in takes}

    def once(take: Take) -> dict[str, object]:
        clip = take.record()
        checks, track = judge(clip, face=take.face, challenge=take.challenge, reader=reader, mirrored=False)
        faces = describe(track, (clip,), challenge=take.challenge, reader=reader)
        return {
            "who": take.actor.name,
            **told(checks),
            "distances": {name: distance(face, faces) for name, face in known.items()},
        }

    name = "does what is asked"
    found = [one for take in takes for one in log.once(name, take.number, lambda take=take: once(take))]
    own, others = [], []
    for one in found:
        if str(one["who"]).startswith("made-up"):  # to the recogniser, drawn people are one
            for name, away in one["distances"].items():  # type: ignore[attr-defined]
                if name == one["who"]:
                    own.append(away)
                elif name.startswith("made-up"):
                    others.append(away)
    made = [one for one in found if str(one["who"]).startswith("made-up")]
    rest = [one for one in found if one not in made]
    rows = [
        row("does what is asked", found),
        row("of these, made-up faces", made),
        row("of these, drawn people", rest),
    ]
    return rows, np.array(own), np.array(others)


def attacks(takes: Sequence[Take], reader: FaceReader, log: Log, *, every: int) -> list[Row]:
    """Try every kind of attack on some of the takes."""

    def once(take: Take, forge: Callable[[Take], Clip]) -> dict[str, object]:
        clip = forge(take)
        checks, _ = judge(clip, face=take.face, challenge=take.challenge, reader=reader, mirrored=False)
        return {"who": take.actor.name, **told(checks)}

    found: dict[str, list[dict[str, object]]] = {name: [] for name in KINDS}
    again = "the accepted recording, encoded anew, same steps"
    found[again] = []
    for take in takes[::every]:
        for name, forge in KINDS.items():
            found[name] += log.once(
                name, take.number, lambda take=take, forge=forge: once(take, lambda one: forge(one, takes))
            )
        found[again] += log.once(again, take.number, lambda take=take: seen_again(take, reader))
    return [row(name, some) for name, some in found.items()]


def seen_again(take: Take, reader: FaceReader) -> dict[str, object]:
    """Enrol a take, then hand in a copy of it for a later challenge that happens to ask the same, light and all."""
    with tempfile.TemporaryDirectory() as home:
        vault = Vault(Path(home))
        clip, later = take.record(), NOW + timedelta(days=1)
        fired: list[str] = []
        for sent, now in ((clip, NOW), (degrade.recompress(clip, crf=30), later)):
            outcome = enrol(
                sent,
                reference=take.actor.picture,
                challenge=issue(vault, now=now, seed=take.number, pace=PACE, light=True),
                name="Tiziri",
                vault=vault,
                now=now,
                mirrored=False,
                reader=reader,
            )
            fired = [refusal.code for refusal in outcome.refusals]
    return {"who": take.actor.name, "fired": fired}


def told(checks: Sequence[Check]) -> dict[str, object]:
    """Return what refused, and all that was measured."""
    return {
        "fired": sorted({check.name for check in checks if not check.passed}),
        "values": [[check.name, round(check.value, 4), round(check.limit, 4)] for check in checks],
    }


def row(name: str, found: Sequence[dict[str, object]]) -> Row:
    return Row(
        name=name,
        people=tuple(str(one["who"]) for one in found),
        fired=tuple(frozenset(one["fired"]) for one in found),  # type: ignore[arg-type]
    )


def table(rows: Sequence[Row]) -> list[str]:
    """Return the rows, the genuine ones with the interval over people."""
    lines = [
        "| who or what | n | accepted, no light asked for | accepted, with light | refused by |",
        "|---|--:|---|---|---|",
    ]
    for one in rows:
        if one.fired:
            why = ", ".join(
                f"{code} {n}" for code, n in Counter(c for f in one.fired for c in f).most_common(5)
            )
            cells = [
                f"{sum(one.accepted(light=light))} ({one.estimate(light=light):.2f})"
                for light in (False, True)
            ]
            lines.append(f"| {one.name} | {len(one.fired)} | {cells[0]} | {cells[1]} | {why} |")
    shares = [over_people(rows[0], light=light) for light in (False, True)]
    (low, high), (low_light, high_light) = shares
    lines += [
        "",
        f"Of the genuine attempts, {1 - rows[0].estimate(light=False).value:.0%} were refused without light and "
        f"{1 - rows[0].estimate(light=True).value:.0%} with it (BPCER). With whole people drawn anew, 95 % of the draws "
        f"lie from {1 - high:.0%} to {1 - low:.0%}, and from {1 - high_light:.0%} to {1 - low_light:.0%}.",
    ]
    return lines


def over_people(one: Row, *, light: bool) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the accepted share, people drawn anew rather than attempts."""
    accepted = np.array(one.accepted(light=light), float)
    names = np.array(one.people)
    groups = [accepted[names == name] for name in dict.fromkeys(one.people)]
    rng = np.random.default_rng(0)
    drawn_anew = [
        np.concatenate([groups[k] for k in rng.integers(0, len(groups), len(groups))]).mean()
        for _ in range(2000)
    ]
    low, high = np.quantile(drawn_anew, [0.025, 0.975])
    return float(low), float(high)


def cartoons(reader: FaceReader) -> list[str]:
    away = drawn_distances(reader)
    same = int((away <= LIMIT).sum())
    return [
        f"Of {len(away)} pairs of different drawn people of the cast, {same} look like one person to the recogniser: "
        f"{wilson(same, len(away)):.2f}. It is of no use on drawings.",
    ]


def rates(own: np.ndarray, others: np.ndarray) -> dict[str, object]:
    """Return FAR and FRR at the limit, and the EER, with their intervals."""
    far = wilson(int((others <= LIMIT).sum()), len(others))
    frr = wilson(int((own > LIMIT).sum()), len(own))
    limit, eer = equal_error(own, others)
    return {
        "far": far.value, "far_95": [far.low, far.high], "frr": frr.value, "frr_95": [frr.low, frr.high],
        "eer": eer, "eer_limit": limit, "n_own": len(own), "n_others": len(others),
    }  # fmt: skip


def equal_error(own: np.ndarray, others: np.ndarray) -> tuple[float, float]:
    """Return the limit at which FAR and FRR are nearest, and their mean there."""
    limits = np.unique(np.concatenate([own, others]))
    far = np.array([(others <= limit).mean() for limit in limits])
    frr = np.array([(own > limit).mean() for limit in limits])
    k = int(np.argmin(np.abs(far - frr)))
    return float(limits[k]), float((far[k] + frr[k]) / 2)


def matching(name: str, own: np.ndarray, others: np.ndarray) -> list[str]:
    limit, eer = equal_error(own, others)
    k_eer = round(eer * len(others))
    return [
        f"| faces compared: {name} | n | distances | at {LIMIT} |",
        "|---|--:|---|---|",
        f"| recording and reference of one person | {len(own)} | {own.min():.2f} to {own.max():.2f} | FRR "
        f"{wilson(int((own > LIMIT).sum()), len(own)):.2f} |",
        f"| of two people | {len(others)} | {others.min():.2f} to {others.max():.2f} | FAR "
        f"{wilson(int((others <= LIMIT).sum()), len(others)):.2f} |",
        f"| equal error rate, at {limit:.2f} | | | EER {wilson(k_eer, len(others)):.2f} |",
    ]


def drawn_distances(reader: FaceReader) -> np.ndarray:
    """Return the distances between the faces of drawn people, of those that the detector finds."""
    faces = []
    for person in cast():
        picture = drawn(person, size=SIZE[0])[..., :3]
        face = read_reference(np.ascontiguousarray(picture), reader=reader).face
        faces += [] if face is None else [face]
    return np.array([np.linalg.norm(a - b) for a, b in combinations(faces, 2)])


def real_distances(folder: Path, reader: FaceReader) -> tuple[np.ndarray, np.ndarray]:
    """Return the distances within and between the people of a folder of folders."""
    found: list[tuple[str, Floats]] = []
    for path in sorted(folder.glob("*/*")):
        face = read_reference(read_image(path), reader=reader).face
        found += [] if face is None else [(path.parent.name, face)]
    pairs = [(a[0] == b[0], float(np.linalg.norm(a[1] - b[1]))) for a, b in combinations(found, 2)]
    return np.array([d for same, d in pairs if same]), np.array([d for same, d in pairs if not same])


def write_between(page: Path, lines: Sequence[str]) -> None:
    """Put lines between the two marks of a page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
