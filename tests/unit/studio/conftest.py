"""Makes `builders.py` importable under a name that no other folder of tests has, and opens studios."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

if "studio_builders" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("studio_builders", Path(__file__).with_name("builders.py"))
    assert _spec is not None and _spec.loader is not None
    sys.modules["studio_builders"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["studio_builders"])

from studio_builders import World, open_world


@pytest.fixture
def new_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Opens studios that are closed after the test."""
    opened: list[World] = []

    def make(folder: Path | None = None, **more: Any) -> World:
        opened.append(open_world(folder or tmp_path / f"class{len(opened)}", **more))
        return opened[-1]

    yield make
    for one in opened:
        one.studio.__exit__(None, None, None)


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    return new_world()


# The PostgreSQL server of the consent tests serves here too.
_consent = importlib.util.spec_from_file_location(
    "consent_conftest", Path(__file__).parents[1] / "consent" / "conftest.py"
)
assert _consent is not None and _consent.loader is not None
_servers = importlib.util.module_from_spec(_consent)
_consent.loader.exec_module(_servers)
postgres_server, new_database = _servers.postgres_server, _servers.new_database
