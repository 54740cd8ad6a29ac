"""How often enrolment refuses who did what was asked, and accepts who did not.

    python benchmarks/enrolment.py [--people N] [--takes N] [--faces DIR] [--page FILE]

Needs the packages of requirements/likeness.txt. Who stands before the camera is said in `enrolment_subjects.py`: puppets,
all made from one public-domain portrait. The words are those of ISO/IEC 30107-3: BPCER is the share of genuine attempts
that are refused, APCER the share of attacks of one kind that are accepted; FAR, FRR and EER are of the comparison of two
faces alone. Intervals are Wilson's, 95 %, and take attempts as independent, which attempts of one puppet are not.

`--faces` adds a comparison of real pictures: a folder for each person in DIR. `--page` writes the tables between the two
marks of a Markdown page.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
from enrolment_subjects import SIZE, Acting, Puppet, made_up, perform, portrait, screened, spliced, voice

from medialit.forensics.statistics import Estimate, wilson
from medialit.likeness.cast import cast
from medialit.likeness.cast import portrait as drawn
from medialit.likeness.challenge import Challenge, draw_challenge
from medialit.likeness.enrol import enrol, issue, judge
from medialit.likeness.liveness import describe
from medialit.likeness.match import LIMIT, distance, read_reference
from medialit.likeness.models import FaceReader, Floats
from medialit.likeness.speech import silero_file
from medialit.likeness.vault import Vault
from medialit.media import Clip, degrade, read_image

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
PACE = 0.6
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True, eq=False, kw_only=True)
class Take:
    """One genuine recording."""

    actor: Puppet
    challenge: Challenge
    clip: Clip
    faces: tuple[Floats, ...]
    fired: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """Attempts of one kind and how many were accepted."""

    name: str
    n: int
    n_accepted: int
    fired: Counter[str]

    @property
    def accepted(self) -> Estimate:
        return wilson(self.n_accepted, self.n)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=10, help="puppets, the portrait among them")
    parser.add_argument("--takes", type=int, default=4, help="genuine recordings of each")
    parser.add_argument("--faces", type=Path, help="a folder with a folder of pictures for each person")
    parser.add_argument("--page", type=Path, help="a Markdown page to write the tables into")
    options = parser.parse_args()

    reader = FaceReader()
    first = portrait(reader)
    people = [first, *(made_up(reader, first, seed=seed) for seed in range(1, options.people))]
    known = {one.name: read_reference(one.picture, reader=reader).face for one in people}
    takes = [
        genuine(one, known[one.name], seed=100 * k + take, reader=reader)
        for k, one in enumerate(people)
        for take in range(options.takes)
    ]
    rows = [row("does what is asked", (take.fired for take in takes)), *attacks(takes, known, reader)]
    own = np.array([distance(known[take.actor.name], take.faces) for take in takes])
    others = np.array(
        [
            distance(face, take.faces)
            for take in takes
            for name, face in known.items()
            if name != take.actor.name
        ]
    )
    lines = [*table(rows), "", *matching("puppets", own, others)]
    cartoons = drawn_distances(reader)
    same = int((cartoons <= LIMIT).sum())
    lines += [
        "",
        f"Of {len(cartoons)} pairs of different drawn people of the cast, {same} look like one person to the recogniser: "
        f"{wilson(same, len(cartoons)):.2f}. It is of no use on drawings.",
    ]
    result = {
        "speech_detector": "silero" if silero_file() else "loudness",
        "n_people": len(people),
        "n_genuine": len(takes),
        "bpcer": 1 - rows[0].accepted.value,
        "apcer": {one.name: one.accepted.value for one in rows[1:]},
        "apcer_upper_95": {one.name: one.accepted.high for one in rows[1:]},
        **rates(own, others),
        "cast_far": same / len(cartoons),
    }
    if options.faces:
        own, others = real_distances(options.faces, reader)
        lines += ["", *matching(f"pictures in {options.faces.name}", own, others)]
        result["faces"] = rates(own, others)
    print("\n".join(lines))
    if options.page:
        write_between(options.page, lines)
    print(json.dumps(result))


def genuine(actor: Puppet, face: Floats, *, seed: int, reader: FaceReader) -> Take:
    """Record a puppet that does what is asked, more or less widely, and half of the time through H.264."""
    rng = np.random.default_rng(seed)
    challenge = draw_challenge(seed=seed, now=NOW, pace=PACE)
    acting = Acting(seed=seed, turn=float(rng.uniform(0.8, 1.2)), noise=float(rng.uniform(1, 4)))
    clip = perform(actor, challenge, acting)
    if seed % 2:
        clip = degrade.recompress(clip, crf=int(rng.integers(20, 33)))
    checks, track = judge(clip, face=face, challenge=challenge, reader=reader, mirrored=False)
    faces = describe(track, (clip,), challenge=challenge, reader=reader)
    fired = tuple(check.name for check in checks if not check.passed)
    return Take(actor=actor, challenge=challenge, clip=clip, faces=faces, fired=fired)


def attacks(takes: Sequence[Take], known: dict[str, Floats], reader: FaceReader) -> list[Row]:
    """Try every kind of attack on every take, or on every other where drawing one takes seconds."""

    def judged(clip: Clip, challenge: Challenge, face: Floats) -> tuple[str, ...]:
        checks, _ = judge(clip, face=face, challenge=challenge, reader=reader, mirrored=False)
        return tuple(check.name for check in checks if not check.passed)

    def each(name: str, chosen: Sequence[Take], forge: Callable[[Take], Clip]) -> Row:
        return row(name, (judged(forge(one), one.challenge, known[one.actor.name]) for one in chosen))

    few = takes[::2]
    names = list(known)

    def stranger(take: Take) -> Take:
        """A take of the next person."""
        name = names[(names.index(take.actor.name) + 1) % len(names)]
        return next(one for one in takes if one.actor.name == name)

    def middle(take: Take) -> float:
        return take.challenge.steps[3].start_s

    def filmed(take: Take, *, blur: float, encoded: bool) -> Clip:
        seen = screened(take.clip, seed=int(take.challenge.nonce[:6], 16), sharp=blur)
        return degrade.recompress(seen, crf=26) if encoded else seen

    def printed(take: Take, *, alive: bool) -> Clip:
        return perform(take.actor, take.challenge, photo=True, alive=alive)

    def joined(take: Take, actor: Puppet) -> Clip:
        return spliced(take.clip, perform(actor, take.challenge, Acting(seed=5)), at_s=middle(take))

    def dubbed(take: Take) -> Clip:
        mute = replace(take.challenge, steps=tuple(replace(s, digits=()) for s in take.challenge.steps))
        shut = perform(take.actor, mute, Acting(seed=7))
        sound = voice(take.challenge, shut.duration_s, np.random.default_rng(7))
        return Clip(shut.frames, shut.fps, audio=sound, sample_rate=take.clip.sample_rate)

    def radio(take: Take) -> Clip:
        assert take.clip.audio is not None
        step = next(s for s in take.challenge.steps if s.digits)
        moments = np.arange(step.start_s, step.end_s, 0.6).tolist()
        talk = replace(step, digits=tuple(replace(step.digits[0], shown_s=moment) for moment in moments))
        always = replace(take.challenge, steps=(talk,))
        return Clip(
            take.clip.frames,
            take.clip.fps,
            audio=voice(always, take.clip.duration_s, np.random.default_rng(9)),
            sample_rate=take.clip.sample_rate,
        )

    return [
        each("a print, tilted by hand, with the right voice", few, lambda t: printed(t, alive=False)),
        each("the same, with eyes and mouth that move", few, lambda t: printed(t, alive=True)),
        row(
            "a recording made for another challenge",
            (
                judged(a.clip, b.challenge, known[a.actor.name])
                for a, b in zip(takes, takes[1:] + takes[:1], strict=True)
            ),
        ),
        row("the accepted recording, encoded anew, same steps", (replayed(take, reader) for take in few)),
        *(
            each(
                f"filmed from a screen, blurred by {blur} of its pixels{', then H.264' if encoded else ''}",
                few,
                lambda t, blur=blur, encoded=encoded: filmed(t, blur=blur, encoded=encoded),
            )
            for blur, encoded in ((0.35, False), (0.35, True), (0.5, False), (0.5, True), (0.7, False))
        ),
        each("put together from two people", few, lambda t: joined(t, stranger(t).actor)),
        each("put together from two takes of one person", few, lambda t: joined(t, t.actor)),
        row(
            "another person than in the reference",
            (judged(take.clip, take.challenge, known[stranger(take).actor.name]) for take in takes),
        ),
        each("a voice from elsewhere, lips shut", few, dubbed),
        each("somebody who talks all the time", few, radio),
    ]


def replayed(take: Take, reader: FaceReader) -> tuple[str, ...]:
    """Enrol a take, then hand in a copy of it for a later challenge that happens to ask the same."""
    seed = next(
        seed for seed in range(100_000) if draw_challenge(seed=seed, now=NOW, pace=PACE) == take.challenge
    )
    with tempfile.TemporaryDirectory() as home:
        vault = Vault(Path(home))
        later = NOW + timedelta(days=1)
        codes: list[str] = []
        for clip, now in ((take.clip, NOW), (degrade.recompress(take.clip, crf=30), later)):
            outcome = enrol(
                clip,
                reference=take.actor.picture,
                challenge=issue(vault, now=now, seed=seed, pace=PACE),
                name="Tiziri",
                vault=vault,
                now=now,
                mirrored=False,
                reader=reader,
            )
            codes = [refusal.code for refusal in outcome.refusals]
    return tuple(codes)


def row(name: str, attempts: Iterable[tuple[str, ...]]) -> Row:
    found = list(attempts)
    fired = Counter(code for one in found for code in set(one))
    return Row(name=name, n=len(found), n_accepted=sum(not one for one in found), fired=fired)


def table(rows: Sequence[Row]) -> list[str]:
    lines = ["| who or what | n | accepted | refused by |", "|---|--:|---|---|"]
    for one in rows:
        why = ", ".join(f"{code} {n}" for code, n in one.fired.most_common(5))
        lines.append(f"| {one.name} | {one.n} | {one.n_accepted} ({one.accepted:.2f}) | {why} |")
    return lines


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
