"""Who stands before the camera when a recording is lent: the puppets of the enrolment's benchmark."""

import importlib
import importlib.util
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from medialit.cameo import Desk
from medialit.consent.records import Principal
from medialit.likeness.match import LIMIT, read_reference
from medialit.likeness.models import FaceReader, missing_packages
from medialit.likeness.vault import Enrolment, Template, Vault
from medialit.media import Clip, write

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
FPS = 12.0
FARTHER = 0.05  # than the limit: so that noise does not make one person of two


@pytest.fixture(scope="session")
def subjects():
    """The benchmark's module of puppets; benchmarks are no package, and find each other as scripts do."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))
    try:
        return importlib.import_module("enrolment_subjects")
    finally:
        sys.path.pop(0)


@pytest.fixture(scope="session")
def reader():
    lacking = list(missing_packages())
    if importlib.util.find_spec("mediapipe") is None:
        lacking.append("mediapipe")
    if lacking:
        pytest.skip(f"the extra `likeness` is not installed: {', '.join(lacking)}")
    return FaceReader()


def somebody_else(subjects, reader, her):
    """A made-up face that the recogniser takes for another person's; many are too near, being made from hers."""
    face = read_reference(her.picture, reader=reader).face
    for seed in range(40):
        other = subjects.made_up(reader, her, seed=seed)
        near = read_reference(other.picture, reader=reader).face
        if near is not None and np.linalg.norm(near - face) > LIMIT + FARTHER:
            return other
    raise AssertionError("no made-up face is far enough from the one they are made of")


@pytest.fixture(scope="session")
def films(reader, subjects):
    """Recordings by name, as arrays of frames: the enrolled person's, and those that are to be refused."""
    her = subjects.portrait(reader)
    other = somebody_else(subjects, reader, her)

    def film(puppet, *, seconds=3.0, seed=0):
        """A picture that sways before the camera: nobody looks for life in a recording that is lent."""
        rng = np.random.default_rng(seed)
        frames = []
        for time in np.arange(round(seconds * FPS)) / FPS:
            move = cv2.getRotationMatrix2D((200, 150), 3 * np.sin(2 * time), 1.0)
            move[0, 2] += 6 * np.sin(3 * time)
            moved = cv2.warpAffine(puppet.picture[..., :3], move, (400, 300), borderMode=cv2.BORDER_REPLICATE)
            frames.append(np.clip(moved + rng.normal(0, 2.5, moved.shape), 0, 255).astype(np.uint8))
        return np.stack(frames)

    hers, others = film(her), film(other, seed=1)
    wall = np.full_like(hers, 200)
    far = wall.copy()
    far[:, 200:260, 100:180] = hers[:, ::5, ::5]
    return {
        "picture": np.ascontiguousarray(her.picture[..., :3]),
        "hers": hers,
        "another": others,
        "both": np.concatenate([hers, others], axis=2),
        "nobody": wall,
        "half nobody": np.concatenate([hers[:18], wall[18:]]),
        "another at the end": np.concatenate([hers[:24], others[24:]]),
        "far": far,
        "short": hers[:24],
    }


@pytest.fixture(scope="session")
def file_of(films, tmp_path_factory):
    """Return a function that writes a recording as a person's camera would, and gives the path."""
    folder = tmp_path_factory.mktemp("recordings")

    def path_of(name):
        path = folder / f"{name.replace(' ', '-')}.mp4"
        return path if path.exists() else write(Clip(films[name], FPS), path)

    return path_of


@pytest.fixture(scope="session")
def lent_once(reader, films, file_of, tmp_path_factory):
    """A home in which Amina is in the register, enrolled, linked, and has lent a recording; and her enrolment's id."""
    home = tmp_path_factory.mktemp("lent")
    vault = Vault(home)
    face = read_reference(films["picture"], reader=reader).face
    who = Enrolment(id=vault.new_id(), name="Amina Tazi", kind="camera", enrolled_at=NOW, distance=0.1)
    vault.store(Template(enrolment=who, face=face, picture=films["picture"]))
    with Desk(home) as desk:
        desk.ledger.append(Principal(id="amina", name="Amina Tazi", minor=False), by="amina", now=NOW)
        desk.link("amina", who.id, by="amina", now=NOW)
        desk.lend("amina", file_of("hers"), by="amina", now=NOW, reader=reader)
    return home, who.id


@pytest.fixture
def home(lent_once, tmp_path):
    """A copy of that home."""
    return Path(shutil.copytree(lent_once[0], tmp_path / "home"))


@pytest.fixture
def amina(home):
    """The desk of that copy."""
    with Desk(home) as desk:
        yield desk
