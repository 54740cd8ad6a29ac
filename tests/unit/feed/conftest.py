"""Makes `builders.py` importable under a name that no other folder of tests has, and lends a database."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

if "feed_builders" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("feed_builders", Path(__file__).with_name("builders.py"))
    assert _spec is not None and _spec.loader is not None
    sys.modules["feed_builders"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["feed_builders"])

# The PostgreSQL server of the consent tests serves here too.
_consent = importlib.util.spec_from_file_location(
    "consent_conftest", Path(__file__).parents[1] / "consent" / "conftest.py"
)
assert _consent is not None and _consent.loader is not None
_servers = importlib.util.module_from_spec(_consent)
_consent.loader.exec_module(_servers)
postgres_server, new_database = _servers.postgres_server, _servers.new_database


@pytest.fixture(params=["sqlite", "postgres"])
def new_place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """Make places for new stores, in one kind of database and then in the other."""
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path / "home"))
    if request.param == "postgres":
        found: Callable[[], str] = request.getfixturevalue("new_database")
        return found
    return lambda: str(tmp_path / uuid4().hex / "feed.db")
