"""Whatever bytes a file has, there is a report: in bounded time, in the schema, and never a false one."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from medialit import verify
from medialit.media import Clip, write
from medialit.provenance import keys
from medialit.provenance.credentials import Statement, sign
from medialit.provenance.trust import parse_trust_list

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "reference" / "report.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
KINDS = ("mp4", "jpg", "png", "webp", "webm")
SECONDS = 20.0


class Bench:
    def __init__(self, folder: Path) -> None:
        now = datetime.now(UTC)
        authority = keys.open_authority(folder / "keys", now=now)
        trust = parse_trust_list(authority.trust_list_pem(), name="course.pem", file_date=now.date())
        key = keys.signing_key(authority, now=now)
        noise = np.random.default_rng(2).integers(0, 256, (3, 18, 24, 3), np.uint8).repeat(8, 1).repeat(8, 2)
        said = Statement(title="t", software="medialit", version="1", when=now)
        self.data: dict[str, bytes] = {}
        for kind in KINDS:
            path = folder / f"whole.{kind}"
            if kind in ("mp4", "webm"):
                write(Clip(noise, 6.0), path, codec="vp9" if kind == "webm" else "h264")
            else:
                Image.fromarray(noise[0]).save(path)
            if kind != "webm":
                sign(path, path, key=key, statement=said)
            self.data[kind] = path.read_bytes()
        self.inspector = verify.Inspector(
            trust=[trust], keys={"k": b"secret"}, budget=verify.Budget(seconds=SECONDS), detect=False
        )
        self.folder = folder

    def inspect(self, kind: str, data: bytes) -> verify.Report:
        path = self.folder / f"mutated.{kind}"
        path.write_bytes(data)
        return self.inspector.inspect(path)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = Bench(tmp_path_factory.mktemp("inspected"))
    yield one
    one.inspector.close()


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, list[tuple[float, bytes]], float, bytes]:
    """A kind, bytes to overwrite at shares of the file, where it ends, and what follows."""
    kind = draw(st.sampled_from(KINDS))
    changes = draw(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6))
    return kind, changes, draw(st.sampled_from((1.0, 1.0, 1.0, 0.9, 0.5, 0.1))), draw(st.binary(max_size=16))


def hold(bench: Bench, mutation: tuple[str, list[tuple[float, bytes]], float, bytes]) -> None:
    kind, changes, end, tail = mutation
    data = bytearray(bench.data[kind])
    for share, value in changes:
        place = int(share * (len(data) - len(value)))
        data[place : place + len(value)] = value
    data = data[: max(1, int(end * len(data)))] + tail
    started = time.monotonic()
    report = bench.inspect(kind, bytes(data))
    assert time.monotonic() - started < 2 * SECONDS + 60
    VALIDATOR.validate(report.as_dict(lang="ar"))
    assert report.sha256 is not None
    assert verify.to_text(report, lang="en")
    assert "<script" not in verify.to_html([report], lang="fr")
    assert report.watermark.payload is None
    if report.credentials.state == "none":
        assert report.credentials.ai is None


@given(mutation=mutations())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mutated_file_gets_a_report(bench: Bench, mutation) -> None:
    hold(bench, mutation)


@pytest.mark.long
@pytest.mark.timeout(5400)
@given(mutation=mutations())
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ten_thousand_mutated_files_get_a_report(bench: Bench, mutation) -> None:
    hold(bench, mutation)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_fuzzing_command_holds_its_laws_on_a_thousand_files(tmp_path: Path) -> None:
    command = [
        str(ROOT / "benchmarks" / "fuzz_inspect.py"),
        "--n",
        "1000",
        "--seed",
        "3",
        "--keep",
        str(tmp_path),
    ]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["n"] == 1000 and said["states"]["trusted"] > 0 and said["states"]["invalid"] > 100


def test_whole_files_are_trusted_so_that_the_mutated_ones_mean_something(bench: Bench) -> None:
    for kind in KINDS:
        report = bench.inspect(kind, bench.data[kind])
        assert report.credentials.state == ("none" if kind == "webm" else "trusted")
        assert not report.problems
        assert report.watermark.looked
