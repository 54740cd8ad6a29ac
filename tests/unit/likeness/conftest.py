"""Who stands before the camera in the tests of enrolment: the puppets of the benchmark."""

import importlib.util
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from medialit.likeness.challenge import Challenge
from medialit.likeness.models import FaceReader, missing_packages
from medialit.likeness.vault import Vault
from medialit.media import Clip

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)


def load_benchmark(name: str) -> ModuleType:
    """A module of the benchmark, by its path: benchmarks are no package."""
    if name not in sys.modules:
        path = Path(__file__).resolve().parents[3] / "benchmarks" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def reader() -> FaceReader:
    lacking = missing_packages()
    if lacking:
        pytest.skip(f"the extra `likeness` is not installed: {', '.join(lacking)}")
    return FaceReader()


@pytest.fixture(scope="session")
def subjects(rooms: Any) -> Any:
    return load_benchmark("enrolment_subjects")


@pytest.fixture(scope="session")
def rooms() -> Any:
    return load_benchmark("enrolment_rooms")


@pytest.fixture(scope="session")
def attacks(subjects: Any) -> Any:
    return load_benchmark("enrolment_attacks")


@pytest.fixture(scope="session")
def puppet(reader: FaceReader, subjects: Any) -> Any:
    return subjects.portrait(reader)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


@pytest.fixture(scope="session")
def challenge() -> Challenge:
    """Fast, and always the same; `issue` with this seed, moment and pace gives it again."""
    from medialit.likeness.challenge import draw_challenge

    return draw_challenge(seed=3, now=NOW, pace=0.6)


@pytest.fixture(scope="session")
def genuine(puppet: Any, challenge: Challenge, subjects: Any) -> Clip:
    return subjects.perform(puppet, challenge)


@pytest.fixture
def attempt(vault: Vault, puppet: Any, reader: FaceReader, challenge: Challenge) -> dict[str, Any]:
    """What every attempt passes to `enrol`, with the challenge issued."""
    from medialit.likeness.enrol import issue

    assert issue(vault, now=NOW, seed=3, pace=0.6) == challenge
    return {
        "reference": puppet.picture,
        "challenge": challenge,
        "name": "Tiziri Umlil",
        "vault": vault,
        "now": NOW + timedelta(minutes=1),
        "mirrored": False,
        "reader": reader,
    }


@pytest.fixture(scope="session")
def enrolled_once(
    tmp_path_factory: pytest.TempPathFactory,
    puppet: Any,
    reader: FaceReader,
    challenge: Challenge,
    genuine: Clip,
) -> Path:
    """A home in which the genuine recording was accepted."""
    from medialit.likeness.enrol import enrol, issue

    home = tmp_path_factory.mktemp("enrolled")
    vault = Vault(home)
    issue(vault, now=NOW, seed=3, pace=0.6)
    outcome = enrol(
        genuine,
        reference=puppet.picture,
        challenge=challenge,
        name="Tiziri Umlil",
        vault=vault,
        now=NOW + timedelta(minutes=1),
        mirrored=False,
        reader=reader,
    )
    assert outcome.enrolment is not None, outcome.refusals
    return home


@pytest.fixture
def after(enrolled_once: Path, tmp_path: Path, attempt: dict[str, Any]) -> dict[str, Any]:
    """What an attempt passes after the genuine one was accepted, in a copy of that home."""
    return attempt | {"vault": Vault(Path(shutil.copytree(enrolled_once, tmp_path / "after")))}
