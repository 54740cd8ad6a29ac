"""How fast a file is inspected, and in how much memory: `python benchmarks/inspect.py [--long]`.

A 10-second clip of 1280 x 720 at 30 pictures a second, textured, moving and grainy (8 MB, about what a phone
writes), signed, with the watermark looked for; then, with `--long`, ten minutes of it, to show that memory does not
grow. Memory is the largest resident size of all processes together.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from medialit import verify
from medialit.provenance import keys
from medialit.provenance.credentials import Statement, sign
from medialit.provenance.trust import parse_trust_list

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
            f"{'seconds':>8} {'MB':>8} {'took s':>8} {'x real time':>12} {'peak MB':>8}  state      pictures"
        )
        for seconds in lengths:
            path = write_clip(Path(place) / f"{seconds}.mp4", seconds=seconds)
            sign(path, path, key=key, statement=said)
            with Memory() as memory:
                started = time.perf_counter()
                report = verify.inspect(
                    path, trust=[trust], keys={"benchmark": b"a secret of 32 bytes, or so it is"}
                )
                took = time.perf_counter() - started
            rows.append({"seconds": seconds, "times_real_time": seconds / took, "peak_mb": memory.peak_mb})
            print(
                f"{seconds:>8} {path.stat().st_size / 1e6:>8.1f} {took:>8.2f} {seconds / took:>12.2f} "
                f"{memory.peak_mb:>8.0f}  {report.credentials.state:10} {report.examined.n_frames} "
                f"{'all' if report.examined.whole else 'in part'}"
            )
    print(json.dumps({**{k: rows[0][k] for k in ("times_real_time", "peak_mb")}, "rows": rows}))


if __name__ == "__main__":
    main()
