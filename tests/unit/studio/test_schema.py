"""Whatever the OpenAPI schema lets somebody send, and what it does not: no address falls over, all say no in one way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.openapi.utils import get_openapi
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from studio_builders import Browser, World, open_world

from medialit.studio.server import ACCESS, ENTRANCES

ENDS = ("/api/leave", "/api/desk/wipe")
"""What ends the session or the class that the other cases share; test_keeping and test_rules have them."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, dict[str, Browser]]]:
    world = open_world(tmp_path_factory.mktemp("schema") / "class")
    world.studio.set(quota=2)
    ward = world.join("Nour", age="16_17")
    people = {"learner": world.join("Aya"), "guardian": world.guardian(ward), "teacher": world.teacher()}
    world.film(people["learner"])
    yield world, people | {"visitor": world.browser()}
    world.studio.__exit__(None, None, None)


def cases(world: World) -> st.SearchStrategy[Any]:
    """Draw a request to any address, valid or not."""
    schema = schemathesis.openapi.from_dict(get_openapi(title="studio", version="1", routes=world.app.routes))
    found = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path not in ENDS:
            found += [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]
    assert len(found) > 100
    return st.one_of(found)


def sent(one: Browser, case: Any) -> None:
    """Send a case, and look at the answer as a page would."""
    path = case.operation.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(
            f"{{{name}}}", str(value).replace("/", "-").replace("?", "-").replace("#", "-") or "x"
        )
    body = None if type(case.body).__name__ == "NotSet" else case.body
    headers = {"x-medialit-csrf": "join" if case.operation.path in ENTRANCES else one.csrf}
    query = {key: value for key, value in (case.query or {}).items() if isinstance(value, str | int | float)}
    before = dict(one.client.cookies)
    try:
        text = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
        answer = one.client.request(
            case.method, path, content=None if case.method == "GET" else text, params=query,
            headers=headers | {"content-type": "application/json"},
        )  # fmt: skip
    except (UnicodeError, ValueError) as error:  # no browser can send this either
        assert "server" not in str(error).lower()
        return
    one.client.cookies.clear()  # somebody may have got in by chance: each case begins with the same session
    one.client.cookies.update(before)
    assert answer.status_code < 500, (case.method, path, body, answer.text)
    if answer.status_code >= 400:
        assert set(answer.json()["error"]) >= {"code", "message"}


@pytest.mark.parametrize("role", ["visitor", "learner", "guardian", "teacher"])
def test_no_request_makes_the_studio_fall_over(served: tuple[World, dict[str, Browser]], role: str) -> None:
    _walk(served, role, n=15)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("role", ["visitor", "learner", "guardian", "teacher"])
def test_no_request_of_thousands_makes_the_studio_fall_over(
    served: tuple[World, dict[str, Browser]], role: str
) -> None:
    _walk(served, role, n=3000)


def _walk(served: tuple[World, dict[str, Browser]], role: str, *, n: int) -> None:
    world, people = served

    @settings(
        max_examples=n, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases(world))
    def walk(case: Any) -> None:
        sent(people[role], case)

    walk()
    assert {path for _, path in ACCESS} >= {"/api/feed"}
