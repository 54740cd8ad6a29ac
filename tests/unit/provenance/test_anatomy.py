"""Where what stands in a signed JPEG, and how far a forger gets."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from medialit.errors import ProvenanceError
from medialit.media import write_image
from medialit.provenance import keys
from medialit.provenance.anatomy import anatomy, binding_hash, forge
from medialit.provenance.credentials import CredentialReader, Statement, sign

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("signed")
    noise = np.random.default_rng(6).integers(0, 256, (8, 12, 3), dtype=np.uint8)
    write_image(noise.repeat(16, axis=0).repeat(16, axis=1), folder / "plain.jpg")
    words = Statement(title="t", software="s", version="1", when=NOW, source_type="digitalCapture")
    sign(folder / "plain.jpg", folder / "signed.jpg", key=keys.untrusted_key(now=NOW), statement=words)
    return (folder / "signed.jpg").read_bytes()


def failures(data: bytes, folder: Path) -> tuple[str, set[str]]:
    """Return the state of a file and what failed in it, but for its unknown signer."""
    path = folder / "copy.jpg"
    path.write_bytes(data)
    with CredentialReader() as reader:
        found = reader.read(path)
    return found.state, {one.code for one in found.failures} - {"signingCredential.untrusted"}


def test_the_parts_cover_every_byte_once(signed: bytes) -> None:
    parts = anatomy(signed).parts
    assert (parts[0].start, parts[-1].end) == (0, len(signed))
    assert all(before.end == after.start for before, after in pairwise(parts))
    assert {part.name for part in parts} == {"picture", "assertion", "claim", "signature", "padding", "frame"}
    assert all(part.start < part.end for part in parts)


def test_both_hashes_are_where_the_chain_says(signed: bytes) -> None:
    form = anatomy(signed)
    start, length = form.excluded
    assert binding_hash(signed, start=start, length=length) in signed
    begin, end = form.binding
    assert hashlib.sha256(signed[begin:end]).digest() in signed


@pytest.mark.parametrize(
    ("repairs", "failed"),
    [(0, "assertion.dataHash.mismatch"), (1, "assertion.hashedURI.mismatch"), (2, "claimSignature.mismatch")],
)
def test_each_repair_moves_the_break_one_link_along(
    signed: bytes, repairs: int, failed: str, tmp_path: Path
) -> None:
    position = len(signed) - 500
    assert failures(forge(signed, position, repairs=repairs), tmp_path) == ("invalid", {failed})


def test_nothing_is_lost_with_padding(signed: bytes, tmp_path: Path) -> None:
    padding = next(part for part in anatomy(signed).parts if part.name == "padding")
    assert failures(forge(signed, (padding.start + padding.end) // 2), tmp_path) == ("valid", set())


def test_a_forged_copy_differs_in_the_byte_that_was_asked_for(signed: bytes) -> None:
    copy = forge(signed, 1234)
    assert [i for i in range(len(signed)) if copy[i] != signed[i]] == [1234]


def test_what_cannot_be_forged_is_refused(signed: bytes) -> None:
    claim = next(part for part in anatomy(signed).parts if part.name == "claim")
    for position, repairs in ((len(signed), 0), (-1, 0), (0, 3), (claim.start, 1)):
        with pytest.raises(ProvenanceError):
            forge(signed, position, repairs=repairs)


def test_other_files_are_refused(signed: bytes) -> None:
    cut = bytearray(signed)
    cut[anatomy(signed).excluded[0] + 12] = 0x7F  # a box longer than the store
    for data in (b"", b"\xff\xd8\xff\xd9", b"\x89PNG" + signed, bytes(cut)):
        with pytest.raises(ProvenanceError):
            anatomy(data)
