"""The six pictures of this lab and the newsroom's trust list.

Keys and signatures are made anew on each build, so the signed files differ in those bytes from build to build; what
they show, what they say and what a validator finds in them is the same for the same seed. They are kept under
``build/`` until the code that makes them changes, so that all languages get the same files.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import c2pa
import cv2
import numpy as np

import medialit.media
import medialit.provenance
import medialit.world
from medialit.media import Frames, read_image, write_image
from medialit.provenance import keys
from medialit.provenance.anatomy import anatomy
from medialit.provenance.credentials import Statement, sign
from medialit.provenance.trust import parse_trust_list
from medialit.world import draw_scene, render

SIZE = (320, 240)
ADDRESS = "https://archive.mersa-zerqa.example/wave.c2pa"
SCENES = ("agency", "reader", "studio", "archive")


def build(folder: Path, *, seed: int) -> None:
    """Write ``case/`` into a folder."""
    kept = Path(__file__).resolve().parents[2] / "build" / "clips" / f"06_credentials-{_fingerprint(seed)}"
    if not kept.is_dir():
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
        except OSError:  # a checkout that may only be read
            make(folder / "case", seed=seed, now=datetime.now(UTC))
            return
        with tempfile.TemporaryDirectory(dir=kept.parent) as draft:
            make(Path(draft) / "case", seed=seed, now=datetime.now(UTC))
            try:
                (Path(draft) / "case").rename(kept)
            except OSError:  # another build was faster
                assert kept.is_dir()
    shutil.copytree(kept, folder / "case", dirs_exist_ok=True)


def make(folder: Path, *, seed: int, now: datetime) -> None:
    """Draw the pictures into a new folder, and sign those that are signed."""
    folder.mkdir()
    rng = np.random.default_rng([seed, 6])
    scenes = {name: int(rng.integers(2**31)) for name in SCENES}
    with tempfile.TemporaryDirectory() as place:
        draft = Path(place)
        for name, number in scenes.items():
            scene = draw_scene(
                number,
                n_objects=1,
                kinds=("sailboat",),
                backgrounds=("beach",),
                actions=("stand",),
                duration_s=0.1,
            )
            write_image(render(scene, size=SIZE).frames[0], draft / f"{name}.jpg")
        write_image(_with_a_wave(read_image(draft / "agency.jpg")), draft / "poster.jpg")
        authority = keys.open_authority(draft / "keys", now=now, organisation="Wikala Amwaj")
        list_of_newsroom = authority.trust_list_pem()
        (folder / "newsroom-list.pem").write_bytes(list_of_newsroom)
        photo = keys.signing_key(authority, "photo", now=now, common_name="Wikala Amwaj, photo desk")
        graphics = keys.signing_key(authority, "graphics", now=now, common_name="Wikala Amwaj, graphics desk")
        studio = keys.untrusted_key(now=now, organisation="Studio Lubban")
        taken = Statement(
            title="The wave at Mersa Zerqa", software="Amwaj Camera", version="3", when=now,
            source_type="digitalCapture",
        )  # fmt: skip
        sign(draft / "agency.jpg", folder / "agency.jpg", key=photo, statement=taken)
        sign(draft / "studio.jpg", folder / "studio.jpg", key=studio, statement=taken)
        poster = Statement(
            title="Poster", software="Amwaj Draw", version="1", when=now, parent=folder / "agency.jpg",
            description="a higher wave was added by AI",
        )  # fmt: skip
        trust = parse_trust_list(list_of_newsroom, name="newsroom-list.pem", file_date=now.date())
        sign(draft / "poster.jpg", folder / "poster.jpg", key=graphics, statement=poster, trust=[trust])
        shutil.copyfile(draft / "reader.jpg", folder / "reader.jpg")
        signed = (folder / "agency.jpg").read_bytes()
        (folder / "desk.jpg").write_bytes(_cut_out(signed, draft / "agency.jpg"))
        (folder / "archive.jpg").write_bytes(_kept_elsewhere(draft / "archive.jpg", photo))


def _with_a_wave(frame: Frames) -> Frames:
    """Return a picture with a wave higher than the boat, as the poster has it."""
    height, width = frame.shape[:2]
    x = np.arange(width)
    crest = height * (
        0.42 - 0.16 * np.exp(-(((x - 0.62 * width) / (0.16 * width)) ** 2)) + 0.012 * np.sin(x / 9)
    )
    edge = np.stack([x, crest], axis=1).astype(np.int32)
    foot = np.array([[width - 1, int(0.74 * height)], [0, int(0.74 * height)]], np.int32)
    drawn = frame.copy()
    cv2.fillPoly(drawn, [np.concatenate([edge, foot])], (24, 96, 140))
    cv2.polylines(drawn, [edge], isClosed=False, color=(240, 248, 252), thickness=5, lineType=cv2.LINE_AA)
    cv2.polylines(
        drawn,
        [np.add(edge, (0, 12))],
        isClosed=False,
        color=(110, 180, 205),
        thickness=2,
        lineType=cv2.LINE_AA,
    )
    return drawn


def _cut_out(signed: bytes, plain: Path) -> bytes:
    """Return what the newsroom's tool makes of a file: it crops, writes anew, and puts the old store back."""
    frame = read_image(plain)
    edge_y, edge_x = frame.shape[0] // 12, frame.shape[1] // 12
    cropped = plain.with_name("cropped.jpg")
    write_image(np.ascontiguousarray(frame[edge_y:-edge_y, edge_x:-edge_x]), cropped)
    start, length = anatomy(signed).excluded
    data = cropped.read_bytes()
    return data[:start] + signed[start : start + length] + data[start:]


def _kept_elsewhere(source: Path, key: keys.SigningKey) -> bytes:
    """Return a picture that only says where its manifest is kept."""
    action = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    definition = {
        "claim_generator_info": [{"name": "Amwaj Archive", "version": "1"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    settings = {"verify": {"remote_manifest_fetch": False}, "builder": {"thumbnail": {"enabled": False}}}
    with c2pa.Context.from_dict(settings) as context, c2pa.Builder(definition, context) as builder:
        builder.set_no_embed()
        builder.set_remote_url(ADDRESS)
        signer = c2pa.Signer.from_callback(key.sign, c2pa.C2paSigningAlg.ES256, key.chain_pem)
        signed = io.BytesIO()
        with signer, source.open("rb") as file:
            builder.sign(signer, "jpg", file, signed)
    return signed.getvalue()


def _fingerprint(seed: int) -> str:
    """Return a hash of the seed and of all code that the pictures depend on."""
    digest = hashlib.sha256(f"{seed} {np.__version__}".encode())
    packages = (medialit.world, medialit.media, medialit.provenance)
    folders = [Path(package.__file__).parent for package in packages]
    for path in [Path(__file__), *(path for folder in folders for path in sorted(folder.rglob("*.py")))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
