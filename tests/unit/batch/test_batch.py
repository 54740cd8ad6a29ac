"""A batch gives the clips that its lines give one by one, whatever is killed and however often it is run."""

from __future__ import annotations

import ast
import csv
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import medialit
from medialit import pipeline
from medialit.batch import make_batch
from medialit.cameo import Desk
from medialit.cli import main
from medialit.consent.records import Action, Audience, Grant, Medium, Modality, Purpose, Scope
from medialit.errors import BatchError
from medialit.media import read
from medialit.provenance.registry import Registry

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
TABLE = """prompt,seed,model,steps,guidance,name
a red ball bounces on the beach,7,v2,1,,ball
Lionel Messi bounces on the beach,1,v2,1,,messi
un chat bleu tourne dans le souk,3,v1,1,2,chat
كرة حمراء تقفز على الشاطئ,abc,,1,,kora
كرة حمراء تقفز على الشاطئ,4,,1,,kora
a green bird rises in the desert,5,v2,1,,bird
"""
GOOD = {"ball": 2, "chat": 4, "kora": 6, "bird": 7}


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory):
    """What the four good lines give alone: a home whose key all tests share, and the clips."""
    folder = tmp_path_factory.mktemp("alone")
    prompts = {row["name"]: row for row in csv.DictReader(TABLE.splitlines()) if row["seed"].isdigit()}
    for name in GOOD:
        row = prompts[name]
        pipeline.generate(
            row["prompt"], folder / f"{name}.mp4", seed=int(row["seed"]), model=row["model"] or "v2", steps=1,
            guidance=float(row["guidance"]) if row["guidance"] else None, now=NOW, home=folder / "home",
        )  # fmt: skip
    return folder


def prepared(folder, one_by_one):
    """A folder with the file of prompts and a home of its own, with the same key of the watermark."""
    (folder / "prompts.csv").write_text(TABLE, encoding="utf-8")
    (folder / "home").mkdir(mode=0o700)
    shutil.copyfile(one_by_one / "home" / "watermark.key", folder / "home" / "watermark.key")


def runs_in(folder):
    def run(**more):
        return make_batch(
            folder / "prompts.csv", out=folder / "clips", home=folder / "home", clock=lambda: NOW, **more
        )

    return run


@pytest.fixture
def batch(tmp_path, one_by_one):
    """What makes a batch in a folder where nothing was made."""
    prepared(tmp_path, one_by_one)
    return runs_in(tmp_path)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, one_by_one):
    """A folder where a batch has run, and what it said."""
    folder, told = tmp_path_factory.mktemp("finished"), []
    prepared(folder, one_by_one)
    return folder, runs_in(folder)(workers=2, on_outcome=told.append), told


@pytest.fixture
def done(finished, tmp_path):
    """What makes a batch where it was made before."""
    shutil.copytree(finished[0], tmp_path, dirs_exist_ok=True)
    return runs_in(tmp_path)


def ids(home):
    with Registry(home / "registry") as registry:
        return sorted(
            (clip.id, clip.payload, clip.title, clip.description, clip.lang) for clip in registry.clips()
        )


def same_as_alone(folder, one_by_one, names=tuple(GOOD)):
    """Whether the clips of a batch have the pixels, and the registry the entries, of those made one by one."""
    wanted = [entry for entry in ids(one_by_one / "home") if entry[2] in names]
    made = {path.stem for path in (folder / "clips").glob("*.mp4")}
    assert made == set(names)
    assert ids(folder / "home") == wanted
    assert all(read(folder / "clips" / f"{name}.mp4") == read(one_by_one / f"{name}.mp4") for name in names)
    return True


def test_a_batch_gives_the_clips_of_its_lines_pixel_for_pixel_and_says_why_others_are_missing(
    finished, one_by_one
):
    folder, summary, told = finished
    assert {one.line: one.status for one in summary.outcomes} == {
        2: "made", 3: "refused", 4: "made", 5: "wrong", 6: "made", 7: "made",
    }  # fmt: skip
    assert sorted(told, key=lambda one: one.line) == list(summary.outcomes)
    assert "real, well-known person" in summary.outcomes[1].reason
    assert "seed is a whole number" in summary.outcomes[3].reason
    assert same_as_alone(folder, one_by_one)
    with summary.receipt.open(encoding="utf-8-sig", newline="") as file:
        rows = {int(row["line"]): row for row in csv.DictReader(file)}
    assert [rows[line]["file"] for line in GOOD.values()] == [f"{name}.mp4" for name in GOOD]
    assert {rows[line]["clip"] for line in GOOD.values()} == {entry[0] for entry in ids(folder / "home")}
    assert not multiprocessing.active_children()


def test_run_again_it_touches_nothing_and_makes_again_only_what_is_gone(done, tmp_path, one_by_one):
    before = {path.name: path.read_bytes() for path in (tmp_path / "clips").glob("*.mp4")}
    assert done().count("kept") == 4
    assert {path.name: path.read_bytes() for path in (tmp_path / "clips").glob("*.mp4")} == before
    (tmp_path / "clips" / "chat.mp4").unlink()
    (tmp_path / "clips" / "prompts.receipt.csv").unlink()  # what is there is known without it
    again = done()
    assert [one.line for one in again.outcomes if one.status == "made"] == [GOOD["chat"]]
    assert same_as_alone(tmp_path, one_by_one)


def test_a_file_of_somebody_elses_is_never_written_over(done, tmp_path):
    clips = tmp_path / "clips"
    (clips / "ball.mp4").write_bytes(b"mine")
    shutil.copyfile(clips / "kora.mp4", clips / "chat.mp4")  # registered, as another clip
    summary = done()
    assert [one.status for one in summary.outcomes] == ["wrong", "refused", "wrong", "wrong", "kept", "kept"]
    assert (clips / "ball.mp4").read_bytes() == b"mine"
    assert "another clip" in summary.outcomes[0].reason


def test_strict_makes_nothing_where_one_line_is_wrong_or_refused(batch, tmp_path):
    summary = batch(strict=True)
    assert summary.strict_stop
    assert [one.status for one in summary.outcomes] == [
        "waiting", "refused", "waiting", "wrong", "waiting", "waiting",
    ]  # fmt: skip
    assert [path.name for path in tmp_path.glob("clips/*.mp4")] == []
    assert not (tmp_path / "home" / "registry").exists()


def test_for_refused_prompts_no_worker_is_started_and_no_key_is_made(batch, tmp_path, monkeypatch):
    monkeypatch.setattr("medialit.batch.run.Pool", None)  # it would be called
    (tmp_path / "prompts.csv").write_text("prompt\nLionel Messi bounces on the beach\n")
    assert batch().count("refused") == 1
    assert not (tmp_path / "home" / "keys").exists()


def test_a_worker_that_is_killed_takes_no_clip_with_it(batch, tmp_path, one_by_one):
    killed = []

    def kill(outcome):
        if outcome.status == "made" and not killed:
            for process in multiprocessing.active_children():
                os.kill(process.pid, signal.SIGKILL)
                killed.append(process.pid)

    summary = batch(workers=2, on_outcome=kill)
    assert killed
    assert summary.count("made") == 4
    assert same_as_alone(tmp_path, one_by_one)


def test_a_worker_that_ends_again_and_again_fails_its_lines_and_ends_the_batch(batch, tmp_path, monkeypatch):
    monkeypatch.setattr("medialit.batch.pool._begin", os.abort)
    (tmp_path / "prompts.csv").write_text("prompt,steps\na red ball bounces,1\n")
    summary = batch()
    assert [one.status for one in summary.outcomes] == ["failed"]
    assert "again and again" in summary.outcomes[0].reason


def test_one_folder_has_one_batch_at_a_time(batch, tmp_path):
    def second(outcome):
        with pytest.raises(BatchError, match="Another batch"):
            batch()

    (tmp_path / "prompts.csv").write_text("prompt,seed\na red ball bounces,x\n")
    assert batch(on_outcome=second).count("wrong") == 1


def command(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "medialit.cli", "generate", "--batch", "prompts.csv", "--out", "clips"],
        cwd=folder, env={**os.environ, "MEDIALIT_HOME": str(folder / "home")}, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


@pytest.mark.long
def test_ctrl_c_finishes_what_is_under_way_and_the_same_command_goes_on(batch, tmp_path, one_by_one):
    rows = TABLE.splitlines()
    more = [f"a red ball bounces on the beach,{seed},v2,1,,ball-{seed}" for seed in range(20, 40)]
    (tmp_path / "prompts.csv").write_text("\n".join([*rows, *more]) + "\n", encoding="utf-8")
    process = command(tmp_path)
    assert process.stdout
    for line in process.stdout:
        if "made" in line:
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers hear it too
            break
    rest, said = process.communicate(timeout=120)
    assert process.returncode == 3
    assert "Finishing what is under way" in said
    assert "The same command goes on from here." in rest
    made = sorted(path.stem for path in (tmp_path / "clips").glob("*.mp4"))
    assert 1 <= len(made) < 24
    assert sorted(entry[2] for entry in ids(tmp_path / "home")) == made  # nothing half done
    with (tmp_path / "clips" / "prompts.receipt.csv").open(encoding="utf-8-sig", newline="") as file:
        statuses = [row["status"] for row in csv.DictReader(file)]
    assert statuses.count("made") == len(made)
    assert statuses.count("waiting") >= 1
    (tmp_path / "prompts.csv").write_text(TABLE, encoding="utf-8")
    for extra in set(made) - set(GOOD):
        (tmp_path / "clips" / f"{extra}.mp4").unlink()
    assert batch().count("made", "kept") == 4
    assert {entry[2] for entry in ids(tmp_path / "home")} >= set(GOOD)


@pytest.mark.long
def test_a_batch_that_is_killed_leaves_whole_clips_and_no_workers_and_goes_on(batch, tmp_path, one_by_one):
    process = command(tmp_path)
    assert process.stdout
    for line in process.stdout:
        if "made" in line:
            process.kill()
            break
    process.communicate(timeout=120)  # ends when the workers, who hold the same pipes, have ended
    made = [path.stem for path in (tmp_path / "clips").glob("*.mp4")]
    assert made
    assert all(read(tmp_path / "clips" / f"{name}.mp4") == read(one_by_one / f"{name}.mp4") for name in made)
    assert batch().count("made", "kept") == 4
    assert same_as_alone(tmp_path, one_by_one)


@pytest.fixture
def people(tmp_path, batch):
    """A line with Tiziri in it, and a way for her to say yes."""
    (tmp_path / "prompts.csv").write_text(
        "prompt,with,as,purpose,audience,territory,name\n"
        "a red ball bounces in the desert,tiziri,nadir,education,approved,MA,tiziri\n"
    )
    with Desk(tmp_path / "home") as desk:
        desk.enrol_cast("tiziri", by="tiziri", now=NOW)

    def grant(*actions):
        scope = Scope(
            purposes=frozenset({Purpose.EDUCATION}), actions=frozenset(actions), audience=Audience.APPROVED,
            territories=frozenset({"MA"}), media=frozenset({Medium.CLASSROOM}),
            modalities=frozenset({Modality.FACE}), starts=NOW, ends=None,
        )  # fmt: skip
        one = Grant(id=f"g{len(actions)}", principal="tiziri", grantees=("nadir",), scope=scope,
                    granted_by=("tiziri",), at=NOW)  # fmt: skip
        with Desk(tmp_path / "home") as desk:
            desk.ledger.append(one, by="tiziri", now=NOW)

    return grant


def test_a_line_with_somebody_in_it_is_asked_for_step_by_step_and_goes_on_where_a_no_stopped_it(
    batch, tmp_path, people
):
    [refused] = batch().outcomes
    assert (refused.status, refused.use) == ("refused", "")
    assert "Tiziri" in refused.reason
    people(Action.GENERATE)
    [drafted] = batch().outcomes
    assert drafted.status == "refused"
    assert drafted.use.startswith("use-")
    assert ids(tmp_path / "home") == [] and not list(tmp_path.glob("clips/*.mp4"))
    people(Action.GENERATE, Action.PUBLISH, Action.EXPORT)
    [made] = batch().outcomes
    assert (made.status, made.use, len(made.payload)) == ("made", drafted.use, 16)
    assert batch().outcomes[0].status == "kept"
    with Desk(tmp_path / "home") as desk, Registry(tmp_path / "home" / "registry") as registry:
        [use] = desk.uses()
        [clip] = registry.clips()
        assert (use.clip, clip.id, clip.consent_grants) == (made.clip, made.clip, use.grant_ids)
        desk.revoke("tiziri", by="tiziri", now=NOW)
    [gone] = batch().outcomes
    assert gone.status == "wrong"
    assert "withdrawn" in gone.reason


def test_the_command_refuses_options_of_the_other_kind(tmp_path):
    (tmp_path / "p.csv").write_text("prompt\na cat\n")
    for arguments in (["a cat", "--workers", "2"], ["--batch", str(tmp_path / "p.csv"), "--seed", "1"], []):
        result = CliRunner().invoke(main, ["generate", *arguments])
        assert result.exit_code == 2, result.output


SOURCE = Path(medialit.__file__).parent


def names_called(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {ast.unparse(one).rpartition(".")[2] for one in calls}


def test_there_is_one_gate_before_a_worker_and_one_hand_that_signs():
    """The code is walked: an order comes from the judge alone, and only the trusted process publishes."""
    called = {path.relative_to(SOURCE).as_posix(): names_called(path) for path in SOURCE.rglob("*.py")}

    def who(name):
        return {path for path, names in called.items() if name in names}

    assert who("Order") == {"generate/sampler.py"}
    assert who("pack_job") & {path for path in called if path.startswith("batch")} == {"batch/run.py"}
    assert who("publish_take") == {"pipeline.py", "batch/run.py"}
    ours = {path for path in called if path.startswith("batch/")}
    assert who("sample_shots") & ours == {"batch/work.py"}
    worker = (SOURCE / "batch" / "work.py").read_text(encoding="utf-8")
    assert not [
        word
        for word in ("pipeline", "provenance", "consent", "cameo", "home")
        if f"medialit.{word}" in worker
    ]
    order = next(node for node in ast.parse((SOURCE / "generate" / "sampler.py").read_text()).body
                 if isinstance(node, ast.FunctionDef) and node.name == "order")  # fmt: skip
    steps = sorted(
        (node.lineno, ast.unparse(node.func)) for node in ast.walk(order) if isinstance(node, ast.Call)
    )
    names = [name for _line, name in steps]
    assert names.index("safety.judge") < names.index("RefusedPromptError") < names.index("Order")
