"""Gives the tests each lab's proof: the lab read, its grader loaded, its releases built and run once a session."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from .proof import Proof


@pytest.fixture(scope="session")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Proof]:
    """The proof of the lab with this slug."""

    @cache
    def proof(slug: str) -> Proof:
        return Proof(slug, scratch=lambda name: tmp_path_factory.mktemp(f"{slug}_{name}"))

    return proof
