"""What travels to a cluster and back: no name, no secret, no path; and nothing that comes back is believed unseen."""

from __future__ import annotations

import dataclasses
import json
import math
import pickle

import pytest

from medialit.errors import ClusterError, SandboxUnavailableError
from medialit.grading import cluster_jobs as jobs
from medialit.grading import cluster_worker
from medialit.grading import submission as submissions
from medialit.grading.judge import Check, Verdict
from medialit.grading.runner import Assignment, Examined
from medialit.grading.sandbox import walls
from medialit.grading.sandbox.box import Allowance, Usage
from medialit.grading.settings import CourseSettings
from medialit.grading.values import dumps, loads

LAB = "01_probe"


@pytest.fixture
def assignment(probe_course):
    return Assignment.load(CourseSettings.load(probe_course), LAB)


@pytest.fixture
def examined(assignment):
    rates, verdict = assignment.grader.items.values()
    return Examined(
        {
            rates.name: Verdict(rates.name, 3.0, 3.0 * (1 / 3), (Check("é ٣", True, 0.1), Check("b", False))),
            verdict.name: Verdict(verdict.name, 2.0, 0.0, failure="raised", detail="ValueError: \ud800"),
        },
        [[{"output_type": "stream", "name": "stdout", "text": "{[\n"}], []],
        usage=Usage(cpu_s=0.1, peak_mb=math.pi, n_workers=2),
        walls="bubblewrap",
    )


def test_a_job_holds_neither_the_learners_name_nor_the_secret_nor_a_path(probe_course, hand_in, assignment):
    path = hand_in("amal-of-settat")
    job = jobs.pack_job(submissions.read(path, assignment.skeleton), assignment.seeds("amal-of-settat"))
    kit = jobs.Kit.gather(assignment, sandbox=True, allowance=Allowance(cell_s=3.0))
    for content in (job, kit.pack()):
        for word in ("amal", assignment.course.secret.hex(), str(probe_course)):
            assert word.encode() not in content
    assert set(kit.graders) == {f"{LAB}.py"}
    assert jobs.Kit.unpack(kit.pack()) == kit


def test_what_a_worker_sends_arrives_bit_for_bit(assignment, examined):
    assert jobs.unpack_result(jobs.pack_result(examined), grader=assignment.grader, n_cells=2) == examined


@pytest.mark.parametrize(
    "change",
    [
        {"score": 3.5},
        {"score": -0.5},
        {"score": 3},
        {"score": float("nan")},
        {"points": 300.0},
        {"item": "other"},
        {"checks": 7},
        {"more": 1},
    ],
)
def test_a_verdict_that_nobody_asked_for_is_no_mark(assignment, examined, change):
    told = loads(jobs.pack_result(examined))
    told["verdicts"][0] |= change
    with pytest.raises(ClusterError, match="no result"):
        jobs.unpack_result(dumps(told), grader=assignment.grader, n_cells=2)


@pytest.mark.parametrize("content", [pickle.dumps({"verdicts": []}), b"", b"[]", b"{}", b'{"refusal": 1}'])
def test_what_is_no_plain_data_is_no_mark(assignment, content):
    with pytest.raises(ClusterError, match="no result"):
        jobs.unpack_result(content, grader=assignment.grader, n_cells=2)


def test_outputs_of_other_cells_are_no_result(assignment, examined):
    with pytest.raises(ClusterError, match="cells"):
        jobs.unpack_result(jobs.pack_result(examined), grader=assignment.grader, n_cells=3)


def test_a_worker_with_other_versions_judges_nothing(assignment):
    kit = jobs.Kit.gather(assignment, sandbox=True, allowance=None)
    other = dataclasses.replace(kit, versions={**kit.versions, "numpy": "1.0"})
    told = json.loads(cluster_worker.work("other versions", other.pack(), jobs_of(assignment)))
    assert told["refusal"]["kind"] == jobs.UNFIT
    assert "instead of 1.0" in told["refusal"]["message"]


def test_a_worker_without_walls_says_what_one_machine_says(assignment, monkeypatch):
    monkeypatch.setattr(walls, "find", lambda: walls.NONE)
    kit = jobs.Kit.gather(assignment, sandbox=True, allowance=None).pack()
    told = json.loads(cluster_worker.work("no walls", kit, jobs_of(assignment)))
    with pytest.raises(SandboxUnavailableError) as local:
        walls.require()
    assert told["refusal"] == {"kind": jobs.UNCONTAINED, "message": str(local.value), "worker": ""}


def jobs_of(assignment: Assignment) -> bytes:
    return jobs.pack_job(submissions.rebuild([], assignment.skeleton, files={}), assignment.seeds("amal"))
