"""A damaged or forged file always gets a report, and never a false one.

The law: whatever bytes are changed, reading ends in one of the six states, and where it still says valid or
trusted, the picture and the statement are those that were signed.
"""

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from medialit.provenance import keys
from medialit.provenance.credentials import CredentialReader, Credentials, SoftBinding, Statement, sign
from medialit.provenance.trust import parse_trust_list

STATES = {"none", "invalid", "valid", "trusted", "remote", "unreadable"}
KINDS = ("jpg", "png", "webp", "mp4")


@dataclass(frozen=True)
class Signed:
    kind: str
    data: bytes
    said: object
    shown: object


@dataclass(frozen=True)
class Bench:
    reader: CredentialReader
    folder: Path
    signed: dict[str, Signed]

    def read(self, kind: str, data: bytes) -> Credentials:
        path = self.folder / f"mutated.{kind}"
        path.write_bytes(data)
        return self.reader.read(path)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    now = datetime.now(UTC)
    folder = tmp_path_factory.mktemp("mutations")
    authority = keys.open_authority(folder / "keys", now=now)
    trust = parse_trust_list(authority.trust_list_pem(), name="course.pem", file_date=now.date())
    key = keys.signing_key(authority, now=now)
    picture = Image.fromarray(np.random.default_rng(3).integers(0, 256, (24, 32, 3), dtype=np.uint8))
    parent = folder / "parent.png"
    picture.save(parent)
    said = Statement(title="parent", software="medialit", version="0.1.0", when=now, training="notAllowed")
    sign(parent, parent, key=key, statement=said)
    signed = {}
    with CredentialReader(trust=[trust]) as reader:
        for kind in KINDS:
            path = folder / f"signed.{kind}"
            if kind == "mp4":
                _write_clip(path)
            else:
                picture.save(path)
            said = Statement(
                title="a title",
                software="medialit",
                version="0.1.0",
                when=now,
                parent=parent,
                soft_bindings=[SoftBinding("org.medialit.watermark.1", "00ff")],
                consent_grants=["grant-1"],
            )
            sign(path, path, key=key, statement=said, trust=[trust])
            data, found = path.read_bytes(), reader.read(path)
            assert found.state == "trusted"
            signed[kind] = Signed(kind, data, _said(found), _shown(kind, data))
        yield Bench(reader, folder, signed)


def _write_clip(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for shade in (0, 80, 160):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), shade, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _said(found: Credentials) -> object:
    return found.ai, found.manifests, found.ingredients, found.trusted_by


def _shown(kind: str, data: bytes) -> object:
    """What a viewer is shown: pixels, or the boxes that hold the pictures and say how to show them.

    A wrong checksum of the chunk that holds the store makes a strict PNG reader refuse the whole picture, so PNG is
    compared by its other chunks.
    """
    if kind == "mp4":
        return [data[a:b] for name, a, b in _mp4_boxes(data, 0, len(data)) if name in (b"moov", b"mdat")]
    if kind == "png":
        return [data[a:b] for name, a, b in _png_chunks(data) if name != b"caBX"]
    with Image.open(io.BytesIO(data)) as picture:
        return picture.size, picture.mode, picture.tobytes()


def check(bench: Bench, kind: str, data: bytes) -> str:
    """Read mutated bytes, hold the law against the outcome, and return the state."""
    found = bench.read(kind, data)
    assert found.state in STATES
    found.as_dict()
    original = bench.signed[kind]
    if found.state in ("valid", "trusted"):
        assert _shown(kind, data) == original.shown
    if found.state == "trusted":
        assert _said(found) == original.said
    if found.state in ("invalid", "none", "remote", "unreadable"):
        assert found.ai is None and found.trusted_by is None
    return found.state


# -- Every kind of box --------------------------------------------------------------------------------------

Box = tuple[bytes, int, int]
_NESTING = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"udta", b"jumb"}


def _mp4_boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    while start + 8 <= end:
        size = int.from_bytes(data[start : start + 4], "big")
        if size < 8 or start + size > end:
            return
        yield data[start + 4 : start + 8], start, start + size
        start += size


def _nested(data: bytes, start: int, end: int) -> Iterator[Box]:
    for name, a, b in _mp4_boxes(data, start, end):
        yield name, a, b
        if name in _NESTING:
            yield from _nested(data, a + 8, b)


def _png_chunks(data: bytes) -> Iterator[Box]:
    at = 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], at, at + 12 + size
        at += 12 + size


def _jpeg_segments(data: bytes) -> Iterator[Box]:
    at = 2
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at : at + 2], at, at + 2 + size
        at += 2 + size
    yield b"scan", at, len(data)


def _webp_chunks(data: bytes) -> Iterator[Box]:
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], at, at + 8 + size + size % 2
        at += 8 + size + size % 2


def _store_boxes(data: bytes) -> Iterator[Box]:
    """The boxes of the manifest store, wherever it is in the file."""
    start = data.index(b"jumb") - 4
    yield from _nested(data, start, start + int.from_bytes(data[start : start + 4], "big"))


BOXES: dict[str, Callable[[bytes], Iterator[Box]]] = {
    "jpg": _jpeg_segments,
    "png": _png_chunks,
    "webp": _webp_chunks,
    "mp4": lambda data: _nested(data, 0, len(data)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_in_any_kind_of_box_is_reported_truly(kind: str, bench: Bench) -> None:
    data = bench.signed[kind].data
    seen: dict[bytes, set[str]] = {}
    for boxes in (BOXES[kind], _store_boxes):
        once: set[tuple[bytes, int]] = set()
        for name, start, end in boxes(data):
            if (name, min(end - start, 64)) in once:
                continue
            once.add((name, min(end - start, 64)))
            # The length, the name, the first, a middle and the last byte of the content.
            for position in {
                start,
                start + 3,
                start + 5,
                min(start + 9, end - 1),
                (start + end) // 2,
                end - 1,
            }:
                mutated = bytearray(data)
                mutated[position] ^= 0x41
                seen.setdefault(name, set()).add(check(bench, kind, bytes(mutated)))
    assert {b"jumb", b"jumd", b"cbor"} <= set(seen)
    assert "invalid" in set().union(*seen.values())
    picture = {"jpg": b"scan", "png": b"IDAT", "webp": b"VP8 ", "mp4": b"mdat"}[kind]
    assert "trusted" not in seen[picture] and "valid" not in seen[picture]


# -- Random changes -----------------------------------------------------------------------------------------


def _mutate(data: bytes, random: np.random.Generator) -> bytes:
    """Change bytes in one of the ways that files are changed: by decay, by tools, by forgers."""
    out = bytearray(data)
    at, length = int(random.integers(len(out))), int(random.integers(1, 64))
    match int(random.integers(8)):
        case 0:
            out[at] ^= 1 << int(random.integers(8))
        case 1:
            out[at] = int(random.integers(256))
        case 2:
            del out[at : at + length]
        case 3:
            out[at:at] = random.bytes(length)
        case 4:
            del out[at:]
        case 5:
            to = int(random.integers(len(out)))
            out[at : at + length] = out[to : to + length]
        case 6:
            out[at : at + 4] = struct.pack(">I", int(random.choice([0, 1, 2**31 - 1, 2**31, 2**32 - 1])))
        case 7:
            for place in random.integers(len(out), size=20):
                out[place] ^= int(random.integers(1, 256))
    return bytes(out)


def _run(bench: Bench, n: int, seed: int) -> dict[str, int]:
    random = np.random.default_rng(seed)
    counts = dict.fromkeys(STATES, 0)
    for number in range(n):
        kind = KINDS[number % len(KINDS)]
        counts[check(bench, kind, _mutate(bench.signed[kind].data, random))] += 1
    return counts


def test_500_random_changes_are_reported_truly(bench: Bench) -> None:
    counts = _run(bench, 500, seed=1)
    assert counts["invalid"] > 100 and counts["unreadable"] > 0, counts
    assert bench.reader.read(bench.folder / "signed.mp4").state == "trusted"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_10_000_random_changes_are_reported_truly(bench: Bench) -> None:
    counts = _run(bench, 10_000, seed=2)
    assert counts["invalid"] > 2000, counts


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
def test_every_seventh_byte_is_bound_or_says_nothing(kind: str, bench: Bench) -> None:
    data = bench.signed[kind].data
    for position in range(int(np.random.default_rng(4).integers(7)), len(data), 7):
        mutated = bytearray(data)
        mutated[position] ^= 0x20
        check(bench, kind, bytes(mutated))


def test_every_prefix_length_near_a_box_border_is_reported(bench: Bench) -> None:
    for kind in KINDS:
        data = bench.signed[kind].data
        for _, start, end in BOXES[kind](data):
            for cut in (start, start + 1, start + 7, end - 1):
                check(bench, kind, data[:cut])


def test_a_store_put_twice_or_inside_itself_is_reported(bench: Bench) -> None:
    for kind in KINDS:
        data = bench.signed[kind].data
        _, start, end = next(iter(_store_boxes(data)))
        store = data[start:end]
        check(bench, kind, data[:start] + store + data[start:])
        check(bench, kind, data[: start + 40] + store + data[start + 40 :])
        check(bench, kind, data + store)
