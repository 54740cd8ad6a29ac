"""Lends the PostgreSQL server of the consent tests, and homes with something in them."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from medialit.consent.ledger import Ledger
from medialit.consent.records import Principal
from medialit.feed.records import AgeBand, Member, Post
from medialit.feed.store import FeedStore
from medialit.studio.cabinet import Cabinet

_consent = importlib.util.spec_from_file_location(
    "consent_conftest", Path(__file__).parents[1] / "consent" / "conftest.py"
)
assert _consent is not None and _consent.loader is not None
_servers = importlib.util.module_from_spec(_consent)
_consent.loader.exec_module(_servers)
postgres_server, new_database = _servers.postgres_server, _servers.new_database

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, which the environment names."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("MEDIALIT_HOME", str(folder))
    monkeypatch.delenv("MEDIALIT_DATABASE", raising=False)
    return folder


@pytest.fixture
def lived_in(home: Path) -> Path:
    """A home with consent, a feed, a class's cards and feed; names in three scripts."""
    keep_something(home)
    return home


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Homes that took long to make, to be copied."""
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def graded(home: Path, probe_course: Path, hand_in: Callable[..., Path], templates: Path) -> Path:
    """A course of the home with marks of two learners."""
    from medialit.grading.harness import grade_assignment

    if not (templates / "graded").exists():
        hand_in("amal")
        hand_in("badr", {})
        grade_assignment(probe_course, "01_probe")
        shutil.copytree(probe_course, templates / "graded")
    return Path(shutil.copytree(templates / "graded", home / "courses" / "en"))


def keep_something(home: Path) -> None:
    """Write a few things into each kind of store of a home."""
    tiziri = Principal(id="tiziri", name="ⵜⵉⵣⵉⵔⵉ", born=date(1990, 5, 1))
    with Ledger(home / "consent" / "ledger.db") as ledger:
        ledger.append(tiziri, by="tiziri", now=NOW)
        ledger.append(Principal(id="salma", name="سلمى", born=date(1991, 5, 1)), by="salma", now=NOW)
    for folder in (home / "feed", home / "studio" / "3B" / "feed"):
        with FeedStore(folder / "feed.db") as store:
            store.keep(Member(id="aya", age=AgeBand.ADULT, zone="Africa/Casablanca"), by="aya", now=NOW)
            store.keep(
                Post(id="p1", clip="ab" * 32, author="aya", at=NOW, caption="ça va"), by="aya", now=NOW
            )
    cards = Cabinet(home / "studio" / "3B" / "studio.db")
    cards.put("account", "aya", {"kind": "learner", "name": "آية", "lang": "ar"})
    cards.close()
    with Ledger(home / "studio" / "3B" / "consent" / "ledger.db") as ledger:
        ledger.append(tiziri, by="tiziri", now=NOW)
