"""Inspect mutated files, thousands of them, in bounded time and memory: `python benchmarks/fuzz_inspect.py --n 10000`.

Signed files of each kind are taken apart into their boxes (MP4 and MOV boxes, JPEG segments, PNG and RIFF chunks, the
boxes of the manifest store inside each). Every kind of box is then changed in turn: its length, its name, its content;
boxes are left out, put twice, put elsewhere, cut; and bytes are changed anywhere. What must hold for every file:

* there is a report, it fits the published schema, and it can be printed in each format;
* it took less than the time that the budget allows, and all processes together less than the memory;
* it tells no lie: `trusted` or `valid` only where the bytes that show the picture are those that were signed, and no
  watermark where none was put in.

The first file that breaks a law is kept in --keep, and the run ends with status 1.
"""

from __future__ import annotations

import argparse
import io
import json
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import jsonschema
import numpy as np
from PIL import Image

from medialit import verify
from medialit.provenance import keys
from medialit.provenance.credentials import Statement, sign
from medialit.provenance.trust import parse_trust_list

sys.path.insert(0, str(Path(__file__).parent))
from inspect_report import Memory  # beside this file

ROOT = Path(__file__).parents[1]
BUDGET_S = 20.0
MEMORY_MB = (
    2500.0  # of all three processes; each of the two that read may have no more than 3 GB of addresses
)
STILLS = ("jpg", "png", "webp", "gif", "tiff", "avif")
VIDEOS = ("mp4", "mov", "webm", "avi")
UNSIGNED = ("webm",)
_NESTING = frozenset(
    b"moov trak mdia minf stbl dinf edts udta jumb meta iprp ipco mvex".split()  # they hold boxes and nothing else
)
_EDGES = (0, 1, 7, 8, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 9, 2**32 - 1)

Box = tuple[str, int, int]  # kind, where it begins, where it ends


# -- What files are made of -----------------------------------------------------------------------------------


def iso_boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield ISO base media boxes, and the boxes inside those that hold nothing else."""
    while start + 8 <= end:
        size, name = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8]
        if size < 8 or start + size > end:
            return
        yield name.decode("latin-1"), start, start + size
        if name in _NESTING:
            yield from iso_boxes(data, start + (12 if name == b"meta" else 8), start + size)
        start += size


def png_chunks(data: bytes) -> Iterator[Box]:
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8].decode("latin-1"), at, end
        at = end


def jpeg_segments(data: bytes) -> Iterator[Box]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield f"FF{data[at + 1]:02X}", at, end
        at = end
    yield "scan", at, len(data)


def riff_chunks(data: bytes) -> Iterator[Box]:
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = min(len(data), at + 8 + size + size % 2)
        yield data[at : at + 4].decode("latin-1"), at, end
        at = end


def boxes_of(kind: str, data: bytes) -> list[Box]:
    """Return every box of a file, and of the manifest store in it; without any, pieces of 64 bytes."""
    found: list[Box] = []
    match kind:
        case "mp4" | "mov" | "avif":
            found += iso_boxes(data, 0, len(data))
        case "jpg":
            found += jpeg_segments(data)
        case "png":
            found += png_chunks(data)
        case "webp" | "avi":
            found += riff_chunks(data)
    place = data.find(b"jumb") - 4
    if place >= 0:
        found += iso_boxes(data, place, place + int.from_bytes(data[place : place + 4], "big"))
    return found or [("piece", at, min(len(data), at + 64)) for at in range(0, len(data), 64)]


# -- What happens to them -------------------------------------------------------------------------------------


def mutate(data: bytes, box: Box, random: np.random.Generator) -> bytes:
    """Change one box in one of the ways in which files are changed by decay, by tools and by attackers."""
    _, start, end = box
    end = min(end, len(data))
    out, inside = bytearray(data), int(random.integers(start, max(start + 1, end)))
    match int(random.integers(12)):
        case 0:  # a length, or another number at its beginning
            out[start : start + 4] = struct.pack(">I", int(random.choice(_EDGES)))
        case 1:  # its name
            out[start + 4 : start + 8] = bytes(random.integers(0x20, 0x7F, 4).astype(np.uint8))
        case 2:
            out[inside] ^= 1 << int(random.integers(8))
        case 3:  # a number inside it, in either order
            order = ">I" if random.integers(2) else "<I"
            out[inside : inside + 4] = struct.pack(order, int(random.choice(_EDGES)))
        case 4:
            for place in random.integers(start, max(start + 1, end), size=8):
                out[place] = int(random.integers(256))
        case 5:
            del out[start:end]
        case 6:
            out[end:end] = out[start:end]
        case 7:  # a copy elsewhere
            place = int(random.integers(len(out)))
            out[place:place] = out[start:end]
        case 8:
            del out[inside:]
        case 9:
            out[inside:inside] = random.bytes(int(random.integers(1, 200)))
        case 10:
            del out[inside : inside + int(random.integers(1, 40))]
        case 11:  # bytes anywhere
            for place in random.integers(len(out), size=int(random.integers(1, 30))):
                out[place] ^= int(random.integers(1, 256))
    return bytes(out) or b"\0"


# -- The files ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Whole:
    data: bytes
    shown: object
    boxes: dict[str, list[Box]]


def write_whole(folder: Path, kind: str, pictures: np.ndarray) -> Path:
    path = folder / f"whole.{kind}"
    if kind in STILLS:
        Image.fromarray(pictures[0]).save(path)
        return path
    codec = {"webm": "libvpx-vp9", "avi": "mjpeg"}.get(kind, "libx264")
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(6))
        stream.height, stream.width = pictures.shape[1:3]
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def shown(kind: str, data: bytes) -> object:
    """Return what a viewer is shown: pixels, or the boxes that hold the pictures and say how to show them."""
    if kind in (
        "mp4",
        "mov",
        "avif",
    ):  # the C2PA leaves out others, such as `ftyp` and `free`, from what is signed
        kept = ("moov", "meta", "mdat")
        return [data[a:b] for name, a, b in iso_boxes(data, 0, len(data)) if name in kept]
    if kind == "png":  # a strict reader refuses a picture whose chunk of credentials has a wrong checksum
        return [data[a:b] for name, a, b in png_chunks(data) if name != "caBX"]
    if kind == "avi":
        return [data[a:b] for name, a, b in riff_chunks(data) if name != "C2PA"]
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture.size, picture.mode, picture.tobytes()


def write_corpus(folder: Path, now: datetime) -> tuple[dict[str, Whole], verify.Inspector]:
    authority = keys.open_authority(folder / "keys", now=now)
    key = keys.signing_key(authority, now=now)
    said = Statement(title="t", software="fuzz", version="1", when=now, training="notAllowed")
    noise = np.random.default_rng(2).integers(0, 256, (3, 18, 24, 3), np.uint8).repeat(8, 1).repeat(8, 2)
    found = {}
    for kind in (*STILLS, *VIDEOS):
        path = write_whole(folder, kind, noise)
        if kind not in UNSIGNED:
            sign(path, path, key=key, statement=said)
        data = path.read_bytes()
        boxes: dict[str, list[Box]] = {}
        for box in boxes_of(kind, data):
            boxes.setdefault(box[0], []).append(box)
        found[kind] = Whole(data, None if kind in UNSIGNED else shown(kind, data), boxes)
    trust = parse_trust_list(authority.trust_list_pem(), name="course.pem", file_date=now.date())
    budget = verify.Budget(seconds=BUDGET_S)
    return found, verify.Inspector(trust=[trust], keys={"k": b"secret"}, budget=budget)


# -- The laws -------------------------------------------------------------------------------------------------


def hold(report: verify.Report, kind: str, data: bytes, whole: Whole, schema: jsonschema.Validator) -> None:
    """Raise where a report is no report, or tells a lie."""
    schema.validate(report.as_dict(lang="ar"))
    for text in (verify.to_text(report, lang="en"), verify.to_html([report], lang="fr")):
        assert "<script" not in text and "\x1b" not in text and "\u202e" not in text
    state = report.credentials.state
    assert report.sha256 is not None
    assert report.watermark.payload is None, "a watermark that nobody put in"
    if state in ("valid", "trusted"):
        assert shown(kind, data) == whole.shown, f"{state}, and another picture than was signed"
    else:
        assert report.credentials.ai is None and report.credentials.trusted_by is None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n", type=int, default=10_000, help="how many files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--keep", type=Path, default=Path("build/fuzz"), help="where a file that broke a law is kept"
    )
    chosen = parser.parse_args()
    schema = jsonschema.Draft202012Validator(
        json.loads((ROOT / "docs" / "reference" / "report.schema.json").read_text("utf-8"))
    )
    random = np.random.default_rng(chosen.seed)
    states, problems, touched = Counter[str](), Counter[str](), Counter[str]()
    slowest = (0.0, "")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as place, Memory() as memory:
        corpus, inspector = write_corpus(Path(place), datetime.now(UTC))
        every = [(kind, name) for kind, whole in corpus.items() for name in whole.boxes]
        with inspector:
            for number in range(chosen.n):
                kind, name = every[number % len(every)]
                whole = corpus[kind]
                box = whole.boxes[name][int(random.integers(len(whole.boxes[name])))]
                data = mutate(whole.data, box, random)
                path = Path(place) / f"mutated.{kind}"
                path.write_bytes(data)
                started = time.perf_counter()
                try:
                    report = inspector.inspect(path)
                    took = time.perf_counter() - started
                    hold(report, kind, data, whole, schema)
                    assert took < 2 * BUDGET_S + 20, f"{took:.0f} seconds"
                    assert memory.peak_mb < MEMORY_MB, f"{memory.peak_mb:.0f} MB"
                except Exception as error:
                    chosen.keep.mkdir(parents=True, exist_ok=True)
                    kept = chosen.keep / f"seed{chosen.seed}-{number}.{kind}"
                    kept.write_bytes(data)
                    print(f"file {number} ({kind}, {name}) broke a law: {error!r:.500}; kept as {kept}")
                    sys.exit(1)
                slowest = max(slowest, (took, f"{kind} {name}"))
                states[report.credentials.state] += 1
                problems.update(one.code for one in report.problems)
                touched[f"{kind} {name}"] += 1
                if number % 1000 == 999:
                    print(
                        f"{number + 1} files, {time.perf_counter() - began:.0f} s, {memory.peak_mb:.0f} MB",
                        flush=True,
                    )
    seconds = time.perf_counter() - began
    print(
        f"seed {chosen.seed}: {chosen.n} files in {seconds:.0f} s; {len(touched)} kinds of boxes, each at least "
        f"{min(touched.values())} times; slowest {slowest[0]:.2f} s ({slowest[1]}); at most {memory.peak_mb:.0f} MB"
    )
    print("states:", dict(states.most_common()), " problems:", dict(problems.most_common()))
    print(json.dumps({
        "n": chosen.n, "seed": chosen.seed, "seconds": round(seconds, 1), "box_kinds": len(touched),
        "slowest_s": round(slowest[0], 2), "peak_mb": round(memory.peak_mb), "states": states, "problems": problems,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
