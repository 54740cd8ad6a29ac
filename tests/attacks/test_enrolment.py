"""Enrolment under attack: who is not the person, who tries twice, who reads the disk, who pulls the plug."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest

from medialit.likeness.challenge import Challenge, draw_challenge
from medialit.likeness.enrol import Outcome, enrol, issue
from medialit.likeness.models import FaceReader, missing_packages
from medialit.likeness.vault import Vault
from medialit.media import Clip, degrade, write

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
NAME = "Tiziri Umlil ⵜⵉⵣⵉⵔⵉ"
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

pytestmark = pytest.mark.skipif(bool(missing_packages()), reason="the extra `likeness` is not installed")


def load_benchmark(name: str) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def subjects() -> ModuleType:
    load_benchmark("enrolment_rooms")
    return load_benchmark("enrolment_subjects")


@pytest.fixture(scope="module")
def forging(subjects: ModuleType) -> ModuleType:
    return load_benchmark("enrolment_attacks")


@pytest.fixture(scope="module")
def reader() -> FaceReader:
    return FaceReader()


@pytest.fixture(scope="module")
def victim(subjects: ModuleType, reader: FaceReader) -> Any:
    return subjects.portrait(reader)


@pytest.fixture(scope="module")
def challenge() -> Challenge:
    return draw_challenge(seed=3, now=NOW, pace=0.6)


@pytest.fixture(scope="module")
def genuine(subjects: ModuleType, victim: Any, challenge: Challenge) -> Clip:
    return subjects.perform(victim, challenge)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def attempt(
    recording: Clip | Path,
    victim: Any,
    reader: FaceReader,
    vault: Vault,
    *,
    seed: int = 3,
    now: datetime = NOW,
    light: bool = False,
) -> Outcome:
    """Issue the challenge of a seed, unless it was, and hand a recording in for it as the victim's."""
    challenge = draw_challenge(seed=seed, now=now, pace=0.6, light=light)
    if vault.noted(challenge.nonce) is None:
        issue(vault, now=now, seed=seed, pace=0.6, light=light)
    return enrol(
        recording,
        reference=victim.picture,
        challenge=challenge,
        name=NAME,
        vault=vault,
        now=now + timedelta(minutes=1),
        mirrored=False,
        reader=reader,
    )


def codes(outcome: Outcome) -> set[str]:
    assert (outcome.enrolment is None) == bool(outcome.refusals)
    return {refusal.code for refusal in outcome.refusals}


def every_byte(home: Path) -> bytes:
    return b"\n".join(
        str(path.relative_to(home)).encode() + b"\n" + path.read_bytes()
        for path in home.rglob("*")
        if path.is_file()
    )


def test_a_print_held_before_the_camera_is_refused(subjects, victim, challenge, reader, vault):
    print_of_her = subjects.perform(victim, challenge, photo=True)
    assert {"flat", "blink", "order"} <= codes(attempt(print_of_her, victim, reader, vault))


@pytest.mark.long
def test_a_print_with_holes_for_eyes_and_mouth_is_still_flat(subjects, victim, challenge, reader, vault):
    mask = subjects.perform(victim, challenge, photo=True, alive=True)
    assert "flat" in codes(attempt(mask, victim, reader, vault))


@pytest.mark.long
def test_a_screen_in_focus_is_refused(forging, genuine, victim, reader, vault):
    filmed = forging.screened(genuine, forging.Screen(pitch=0.9, blur=0.36), seed=2)
    assert "screen" in codes(attempt(filmed, victim, reader, vault))


@pytest.mark.long
def test_a_screen_out_of_focus_is_refused_where_the_window_shows_colours(
    subjects, forging, victim, challenge, reader, vault
):
    asked, other = (draw_challenge(seed=seed, now=NOW, pace=0.6, light=True) for seed in (3, 4))
    lit = subjects.perform(victim, asked)
    stolen = subjects.perform(victim, replace(asked, lights=other.lights))
    filmed = forging.screened(stolen, forging.Screen(pitch=0.4, blur=1.0), seed=2, challenge=asked)
    refused = codes(attempt(filmed, victim, reader, vault, light=True))
    assert refused <= {"light", "dim"} and refused  # by nothing else, for there is nothing else to see
    assert not codes(attempt(lit, victim, reader, Vault(vault.folder.parent / "other"), light=True))


def test_a_recording_of_another_challenge_is_refused(genuine, victim, reader, vault):
    assert codes(attempt(genuine, victim, reader, vault, seed=4)) & {"order", "blink", "speech"}


def test_the_accepted_recording_is_known_again_in_other_bytes_though_all_that_is_asked_is_in_it(
    genuine, victim, reader, vault
):
    assert not codes(attempt(genuine, victim, reader, vault))
    tomorrow = NOW + timedelta(days=1)
    copy = degrade.recompress(genuine, crf=28)
    assert codes(attempt(copy, victim, reader, vault, now=tomorrow)) == {"seen"}


def test_two_people_in_one_recording_are_refused(
    subjects, forging, genuine, victim, challenge, reader, vault
):
    other = subjects.perform(subjects.made_up(reader, victim, seed=1), challenge, subjects.Acting(seed=5))
    patchwork = forging.spliced(genuine, other, at_s=challenge.steps[3].start_s)
    assert "spliced" in codes(attempt(patchwork, victim, reader, vault))


def test_another_person_is_refused(subjects, victim, challenge, reader, vault):
    other = subjects.perform(subjects.made_up(reader, victim, seed=1), challenge, subjects.Acting(seed=6))
    assert codes(attempt(other, victim, reader, vault)) == {"wrong-person"}


def test_two_submissions_at_once_enrol_once(genuine, victim, vault):
    issue(vault, now=NOW, seed=3, pace=0.6)

    def hand_in(_: int) -> Outcome:
        return attempt(genuine, victim, FaceReader(), Vault(vault.folder.parent))

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(hand_in, range(2))
    assert first.enrolment is not None and first.enrolment == second.enrolment
    assert vault.list() == (first.enrolment,)


def test_the_disk_shows_neither_who_nor_how_before_nor_after_deletion(
    genuine, victim, reader, vault, tmp_path
):
    outcome = attempt(genuine, victim, reader, vault)
    assert outcome.enrolment is not None
    kept = vault.load(outcome.enrolment.id)
    assert kept.face is not None and kept.picture is not None
    png = cv2.imencode(".png", kept.picture)[1].tobytes()
    secrets = {
        "name": b"Tiziri",
        "name in Tifinagh": "ⵜⵉⵣⵉⵔⵉ".encode(),
        "name escaped": b"\\u2d5c",
        "numbers": kept.face[:3].tobytes(),
        "numbers in words": str(float(kept.face[0]))[:9].encode(),
        "pixels": kept.picture[150, 100:110].tobytes(),
        "a frame": genuine.frames[20, 150, 100:110].tobytes(),
        "a PNG": b"\x89PNG",
        "a compressed row": png[200:216],
        "a JPEG": b"\xff\xd8\xff",
        "the voice": np.ascontiguousarray(genuine.audio[9000:9010]).tobytes(),
    }
    (tmp_path / "probe").write_bytes(b"".join(secrets.values()))
    assert all(
        secret in every_byte(tmp_path) for secret in secrets.values()
    )  # the search finds what is there
    (tmp_path / "probe").unlink()

    found = [name for name, secret in secrets.items() if secret in every_byte(tmp_path)]
    assert found == []
    key = (tmp_path / "likeness-keys" / f"{kept.enrolment.id}.key").read_bytes()

    vault.delete(kept.enrolment.id)
    disk = every_byte(tmp_path)
    assert [name for name, secret in secrets.items() if secret in disk] == []
    assert key not in disk and kept.enrolment.id.encode() not in disk


@pytest.mark.long
def test_kill_9_while_enrolling_loses_nothing_and_the_recording_is_taken_up(
    genuine, victim, reader, tmp_path
):
    home = tmp_path / "home"
    cameo = write(genuine, tmp_path / "cameo.mp4")
    np.save(tmp_path / "reference.npy", victim.picture)
    script = (
        "import sys; from pathlib import Path; from datetime import *; import numpy as np\n"
        "from medialit.likeness import enrol as module; from medialit.likeness.vault import Vault\n"
        "home, now = Path(sys.argv[1]), datetime(2026, 9, 1, 10, tzinfo=UTC)\n"
        "vault = Vault(home / 'home'); challenge = module.issue(vault, now=now, seed=3, pace=0.6)\n"
        "judge = module.judge\n"
        "def told(*a, **k): print('judging', flush=True); return judge(*a, **k)\n"
        "module.judge = told\n"
        "done = module.enrol(home / 'cameo.mp4', reference=np.load(home / 'reference.npy'), challenge=challenge,\n"
        "    name='T', vault=vault, now=now + timedelta(minutes=1), mirrored=False)\n"
        "print(done.enrolment, flush=True)\n"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None and worker.stdout.readline() == "judging\n"
    os.kill(worker.pid, signal.SIGKILL)
    assert worker.stdout.read() == ""
    worker.stdout.close()
    worker.wait()
    vault = Vault(home)
    assert vault.list() == () and vault.damaged() == ()
    outcome = attempt(cameo, victim, reader, vault)
    assert outcome.enrolment is not None and vault.list() == (outcome.enrolment,)
