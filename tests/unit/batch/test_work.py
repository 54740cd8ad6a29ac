"""What travels to a worker and back: no prompt, no key, no path; and nothing that comes back is believed unseen."""

from __future__ import annotations

import json

import pytest

from medialit.batch.receipt import MADE, WAITING, Outcome, Receipt
from medialit.batch.work import FAILED, UNFIT, Refusal, pack_job, pack_kit, unpack, work
from medialit.errors import BatchError, ClusterError
from medialit.generate import sampler


@pytest.fixture(scope="module")
def order():
    return sampler.order("a red ball bounces on the beach at dawn", seed=3, steps=1)


@pytest.fixture(scope="module")
def made(order):
    return work("", pack_kit(), pack_job(order))


def test_a_job_holds_the_shot_and_not_the_prompt(order):
    job = json.loads(pack_job(order))
    assert job["shot"]["background"] == "beach"
    assert "dawn" not in json.dumps(job)
    assert set(job) == {"shot", "seed", "model", "steps", "guidance"}


def test_a_worker_makes_the_clip_that_one_alone_is(order, made):
    assert unpack(made) == sampler.sample(order.prompt, seed=3, steps=1).clip


def test_a_worker_with_other_versions_makes_nothing_and_says_which(order):
    kit = json.loads(pack_kit()) | {"onnxruntime": "0.1", "flow.onnx": "00"}
    refusal = unpack(work("", json.dumps(kit).encode(), pack_job(order)))
    assert refusal == Refusal(kind=UNFIT, message=refusal.message)
    assert "flow.onnx, onnxruntime" in refusal.message


def test_a_job_that_is_none_is_answered_and_raises_nothing():
    for job in (b"", b"{}", b'{"shot": {"objects": []}}', b"\xff"):
        assert unpack(work("", pack_kit(), job)).kind == FAILED


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: made[:-1],
        lambda made: made + b"\0",
        lambda made: made[:-1] + bytes([made[-1] ^ 1]),
        lambda made: made.partition(b"\n")[2],
        lambda made: b"[]\n" + made.partition(b"\n")[2],
        lambda made: b'{"refused": {"kind": "failed", "message": "", "who": ""}}\n',
        lambda made: b"",
    ],
    ids=range(7),
)
def test_frames_that_are_not_whole_are_no_clip(made, spoil):
    with pytest.raises(ClusterError, match="no clip"):
        unpack(spoil(made))


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_receipt_is_read_again_as_it_was_written(tmp_path, kind):
    path = tmp_path / f"receipt.{kind}"
    waiting = [Outcome(line=n, status=WAITING, file=f"{n}.mp4", sum=f"s{n}") for n in (3, 2)]
    said = Outcome(line=3, status=MADE, file="3.mp4", sum="s3", use="use-1", reason='"é", ٣;\n=1')
    with Receipt(path, kind=kind, lines=waiting) as receipt:
        receipt.add(said)
    assert [one.line for one in receipt.rows] == [2, 3]
    again = Receipt(path, kind=kind, lines=[])
    assert again.before == {("s2", "2.mp4"): waiting[1], ("s3", "3.mp4"): said}
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("kind", "text"), [("csv", "prompt\na cat\n"), ("jsonl", "[]"), ("jsonl", "{}"), ("csv", "\xff")]
)
def test_a_file_that_is_no_receipt_is_not_written_over(tmp_path, kind, text):
    path = tmp_path / f"mine.{kind}"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(BatchError, match="no receipt"):
        Receipt(path, kind=kind, lines=[])
    assert path.read_text(encoding="latin-1") == text
