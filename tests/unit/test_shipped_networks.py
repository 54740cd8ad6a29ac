"""What ships must not tell where it was made."""

from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "medialit"
NETWORKS = sorted(SOURCE.rglob("*.onnx"))


def test_there_are_networks():
    assert {"flow.onnx", "judge.onnx", "network.onnx"} <= {path.name for path in NETWORKS}


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.name)
def test_a_network_says_nothing_of_the_machine_that_wrote_it(path):
    told = path.read_bytes()
    assert b'.py", line ' not in told and b"site-packages" not in told
