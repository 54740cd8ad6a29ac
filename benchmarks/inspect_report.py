"""How fast a file is inspected, and in how much memory: `python benchmarks/inspect.py [--long]`.

A 10-second clip of 1280 x 720 at 30 pictures a second, textured, moving and grainy (8 MB, about what a phone
writes), signed, with the watermark looked for; then, with `--long`, ten minutes of it, to show that memory does not
grow. Memory is the largest resident size of all processes together.

Each clip is inspected as `medialit inspect` does it, without the detectors, and with every cue, the heavy ones too
(`--cues all`).
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import threading
import time
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from medialit import verify
from medialit.provenance import keys
from medialit.provenance.credentials import Statement, sign
from medialit.provenance.trust import TrustList, parse_trust_list
from medialit.verify import Depth, Report

SIZE, FPS, PIECE_S = (1280, 720), 30, 10


def write_clip(path: Path, *, seconds: int) -> Path:
    """Encode ten seconds, and write them as often as it takes: a long clip costs neither memory nor minutes here."""
    noise = np.random.default_rng(1).integers(0, 256, (SIZE[1], 2 * SIZE[0], 3), np.uint8)
    wide = cv2.GaussianBlur(noise, (0, 0), 3)
    wide = np.clip((wide.astype(np.int16) - 128) * 5 + 128, 0, 255)
    grain = np.random.default_rng(2).normal(0, 6, (4, SIZE[1], SIZE[0], 3)).astype(np.int16)
    with av.open(str(path), "w") as container:
        options = {"preset": "veryfast", "crf": "20", "bf": "0", "g": str(PIECE_S * FPS)}
        stream = container.add_stream("libx264", rate=Fraction(FPS), options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        packets = []
        for number in range(PIECE_S * FPS):
            left = 2 * number % SIZE[0]
            picture = np.clip(wide[:, left : left + SIZE[0]] + grain[number % 4], 0, 255).astype(np.uint8)
            packets += stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24"))
        packets += stream.encode()
        tick = round(1 / packets[0].time_base)
        kept = [(bytes(packet), packet.pts, packet.is_keyframe, packet.time_base) for packet in packets]
        for round_ in range(seconds // PIECE_S):
            for data, pts, key, base in kept:
                packet = av.Packet(data)
                packet.stream, packet.time_base, packet.is_keyframe = stream, base, key
                packet.pts = packet.dts = pts + round_ * PIECE_S * tick
                container.mux(packet)
    return path


class Memory:
    """The largest sum of resident memory of this process and its children, in MB; sampled 20 times a second."""

    def __enter__(self) -> Memory:
        self.peak_mb, self._over = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self.peak_mb = max(self.peak_mb, sum(map(_resident_mb, _family(Path("/proc/self")))))


def _family(process: Path) -> list[Path]:
    found = [process]
    for task in (process / "task").iterdir():
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        found += [one for child in children for one in _family(Path("/proc") / child)]
    return found


def _resident_mb(process: Path) -> float:
    try:
        return int((process / "statm").read_text().split()[1]) * 4096 / 1e6
    except (OSError, IndexError):
        return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="ten minutes too")
    lengths = (10, 600) if parser.parse_args().long else (10,)
    now = datetime.now(UTC)
    rows = []
    with tempfile.TemporaryDirectory() as place:
        authority = keys.open_authority(Path(place) / "keys", now=now)
        key = keys.signing_key(authority, now=now)
        trust = parse_trust_list(authority.trust_list_pem(), name="course.pem", file_date=now.date())
        said = Statement(title="clip", software="benchmark", version="1", when=now)
        print(
            f"{'seconds':>8} {'MB':>8} {'looked at':14} {'took s':>8} {'processor s':>12} {'x real time':>12} "
            f"{'peak MB':>8}  pictures, cues"
        )
        for seconds in lengths:
            path = write_clip(Path(place) / f"{seconds}.mp4", seconds=seconds)
            sign(path, path, key=key, statement=said)
            for name, (detect, cues) in MODES.items():
                row, report = measure(path, trust=trust, detect=detect, cues=cues)
                rows.append({"seconds": seconds, "mode": name, **row})
                print(
                    f"{seconds:>8} {path.stat().st_size / 1e6:>8.1f} {name:14} {row['took_s']:>8.2f} "
                    f"{row['processor_s']:>12.2f} {seconds / row['took_s']:>12.2f} {row['peak_mb']:>8.0f}  "
                    f"{report.examined.n_frames} {'all' if report.examined.whole else 'in part'}, "
                    f"{len(report.cues.readings)}"
                )
    print(json.dumps(_summary(rows)))


MODES: dict[str, tuple[bool, Depth]] = {
    "report": (True, "none"),
    "no detectors": (False, "none"),
    "all cues": (True, "all"),
}
"""What is asked of a file: whether detectors are, and which cues."""


PATIENT = verify.Budget(seconds=900, cue_seconds=3000, detect_seconds=900)
"""So that a busy computer looks at as much as an idle one."""


def measure(path: Path, *, trust: TrustList, detect: bool, cues: Depth) -> tuple[dict[str, float], Report]:
    """Inspect a file once, in processes that are started for it."""
    with Memory() as memory:
        started, worked = time.perf_counter(), _worked_s()
        report = verify.inspect(
            path,
            trust=[trust],
            keys={"benchmark": b"a secret of 32 bytes, or so it is"},
            detect=detect,
            cues=cues,
            budget=PATIENT,
        )
        took, worked = time.perf_counter() - started, _worked_s() - worked
    return {"took_s": took, "processor_s": worked, "peak_mb": memory.peak_mb}, report


def _worked_s() -> float:
    """Return the seconds that processors spent on this process and on its children that ended; others do not count."""
    own, children = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the ten seconds of each mode, and every row."""
    first = {row["mode"]: row for row in reversed(rows)}

    def speed(mode: str) -> float:
        return float(first[mode]["seconds"] / first[mode]["took_s"])

    return {
        "times_real_time": speed("report"),
        "peak_mb": first["report"]["peak_mb"],
        "times_real_time_no_detectors": speed("no detectors"),
        "peak_mb_no_detectors": first["no detectors"]["peak_mb"],
        "times_real_time_all_cues": speed("all cues"),
        "peak_mb_all_cues": first["all cues"]["peak_mb"],
        "rows": rows,
    }


if __name__ == "__main__":
    main()
