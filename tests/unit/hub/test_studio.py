"""What a hub is told of the class's studio: who may open it, and who is its teacher."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from traitlets.config import Config

from medialit import hub, hub_studio
from medialit.errors import CourseError

COURSES = """
[courses.fr]
home = "/srv/fr"
account = "course-fr"
instructors = ["amina"]
roster = "fr.csv"

[courses.ar]
home = "/srv/ar"
account = "course-ar"
instructors = ["idris"]
roster = "ar.csv"
"""
STUDIO = """
[studio]
url = "https://hub.example.org/services/studio/"
account = "studio"
courses = ["fr"]
class = "3B"
language = "fr"
port = 881
token = "studio.token"
"""
TOKEN = "0123456789abcdef" * 4


def table(folder: Path, text: str = COURSES + STUDIO, **rosters: str) -> Path:
    """Write courses.toml, its rosters and the studio's token."""
    for name, ids in {"fr": "salma\nyassine\n", "ar": "zineb\n", **rosters}.items():
        (folder / f"{name}.csv").write_text(f"id\n{ids}")
    (folder / "studio.token").write_text(f"{TOKEN}\n")
    (folder / "studio.token").chmod(0o640)
    (folder / "courses.toml").write_text(text)
    return folder / "courses.toml"


def told(path: Path) -> Config:
    """Return what the hub is told."""
    config, courses, shown = Config(), hub.read_courses(path), hub_studio.read_studio(path)
    assert shown is not None
    hub.configure(config, courses)
    hub_studio.configure(config, shown, courses)
    return config


def roles(path: Path) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in told(path).JupyterHub.load_roles}


def test_without_a_table_there_is_no_studio(tmp_path):
    assert hub_studio.read_studio(table(tmp_path, COURSES)) is None


def test_only_the_people_of_its_courses_may_open_the_studio_and_only_their_instructors_teach_there(tmp_path):
    found = roles(table(tmp_path))
    assert found["medialit-studio"]["users"] == ["amina", "salma", "yassine"]
    assert found["medialit-studio"]["scopes"] == ["access:services!service=studio"]
    assert found["medialit-studio-teach"]["users"] == ["amina"]
    assert "medialit-teach-fr" in found  # what `hub.configure` says stays


def test_who_learns_in_one_of_its_courses_is_no_teacher_of_the_studio(tmp_path):
    text = (COURSES + STUDIO).replace('courses = ["fr"]', 'courses = ["fr", "ar"]')
    found = roles(table(tmp_path, text, ar="amina\nzineb\n"))
    assert found["medialit-studio-teach"]["users"] == ["idris"]
    assert "amina" in found["medialit-studio"]["users"]


def test_the_hub_shows_a_port_of_this_computer_alone_and_lends_the_studio_one_right(tmp_path):
    [service] = told(table(tmp_path)).JupyterHub.services
    assert service == {
        "name": "studio", "url": "http://127.0.0.1:881", "api_token": TOKEN, "oauth_no_confirm": True,
        "oauth_client_allowed_scopes": ["custom:medialit:teach"], "timeout": 1,
    }  # fmt: skip


def test_servers_of_its_people_and_of_its_course_are_told_where_the_studio_is_and_others_are_not(
    tmp_path, monkeypatch
):
    path = table(tmp_path)
    monkeypatch.setattr(
        hub, "_before_start", lambda courses, spawner: None
    )  # it needs a course that was built
    hook = told(path).Spawner.pre_spawn_hook
    found = {}
    for name in ("salma", "course-fr", "zineb", "course-ar"):
        spawner = SimpleNamespace(user=SimpleNamespace(name=name), environment={"A": "1"})
        hook(spawner)
        found[name] = spawner.environment.get("MEDIALIT_STUDIO_URL")
        assert spawner.environment["A"] == "1"
    url = "https://hub.example.org/services/studio/"
    assert found == {"salma": url, "course-fr": url, "zineb": None, "course-ar": None}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('courses = ["fr"]', "courses = []", "Name some of: fr, ar"),
        ('courses = ["fr"]', 'courses = ["zgh"]', "Name some of: fr, ar"),
        ("/services/studio/", "/studio/", "/services/studio/ at its end"),
        ("https://hub", "hub", "/services/studio/ at its end"),
        ('account = "studio"', 'account = "course-ar"', "an account of its own"),
        ('account = "studio"', 'account = "zineb"', "is a person's account"),
        ("port = 881", 'port = "881"', "must be a int"),
        ("class = ", "klass = ", "`class` is missing"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(tmp_path, before, after, said):
    text = COURSES + STUDIO
    assert before in text
    with pytest.raises(CourseError, match=said):
        told(table(tmp_path, text.replace(before, after)))


@pytest.mark.parametrize(("text", "mode"), [("short", 0o640), (TOKEN, 0o644), (None, 0)])
def test_a_token_that_others_could_know_is_refused_with_the_command_that_makes_one(tmp_path, text, mode):
    path = table(tmp_path)
    token = tmp_path / "studio.token"
    if text is None:
        token.unlink()
    else:
        token.write_text(text)
        token.chmod(mode)
    with pytest.raises(CourseError, match="openssl rand -hex 32"):
        told(path)


def test_the_example_that_ships_is_a_studio_once_its_lines_count(tmp_path):
    shipped = Path(__file__).parents[3] / "deploy" / "hub" / "courses.toml"
    lines = shipped.read_text().splitlines()
    start = lines.index("# [studio]")
    end = lines.index("", start)
    text = "\n".join(lines[:start] + [one.removeprefix("# ") for one in lines[start:end]])
    shown = hub_studio.read_studio(table(tmp_path, text))
    assert shown is not None
    assert shown.port < 1024
