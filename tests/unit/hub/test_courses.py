"""Who teaches and learns what on a hub, and what each server is told."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from medialit import hub
from medialit.errors import CourseError

FR = '[courses.fr]\nhome = "{home}/fr"\naccount = "course-fr"\ninstructors = ["amina"]\nroster = "fr.csv"\n'
AR = '[courses.ar]\nhome = "{home}/ar"\naccount = "course-ar"\ninstructors = ["amina"]\nroster = "ar.csv"\n'


def table(folder: Path, text: str = FR + AR, **rosters: str) -> Path:
    """Write courses.toml and its rosters."""
    for name, ids in {"fr": "yassine\nsalma\n", "ar": "salma\n", **rosters}.items():
        (folder / f"{name}.csv").write_text(f"id\n{ids}")
    path = folder / "courses.toml"
    path.write_text(text.format(home=folder))
    return path


def build(folder: Path, language: str) -> None:
    """Lay down what is read of a built course."""
    course = folder / language / "courses" / language
    course.mkdir(parents=True)
    description = {
        "schema": 1, "course_id": f"medialit-{language}", "exchange": str(folder / language / "exchange"),
        "language": language, "title": "medialit", "labs": {},
        "graders": "/root/graders", "category": "what a grader says",
    }  # fmt: skip
    (course / "medialit.json").write_text(json.dumps(description))


def test_courses_are_read_with_their_people(tmp_path):
    french, arabic = hub.read_courses(table(tmp_path))
    assert (french.language, french.account) == ("fr", "course-fr")
    assert (french.learners, arabic.learners) == ({"yassine", "salma"}, {"salma"})
    assert french.course == tmp_path / "fr" / "courses" / "fr"


@pytest.mark.parametrize(
    ("text", "rosters", "said"),
    [
        ("", {}, "`courses` is missing"),
        ("[courses]\n", {}, "no course is named"),
        (FR.replace("courses.fr", "courses.de"), {}, "is no course"),
        (FR, {"fr": "amina\n"}, "both learns and teaches"),
        (FR + AR.replace("course-ar", "course-fr"), {}, "Give each course one of its own"),
        (FR.replace('"course-fr"', '"amina"'), {}, "Give each course one of its own"),
        (FR + AR, {"ar": "course-fr\n"}, "Give each course one of its own"),
        (FR.replace('["amina"]', '"amina"'), {}, "must be a list"),
    ],
)
def test_who_could_grade_their_own_work_or_is_two_things_at_once_is_refused(tmp_path, text, rosters, said):
    with pytest.raises(CourseError, match=said):
        hub.read_courses(table(tmp_path, text, **rosters))


def test_a_learner_is_told_nothing_of_graders_and_sits_where_the_roster_says(tmp_path):
    courses = hub.read_courses(table(tmp_path))
    for language in ("fr", "ar"):
        build(tmp_path, language)
    seat = hub.find_seat(courses, "salma", language="ar")
    assert (seat.language, seat.role) == ("ar", "learner")
    assert "graders" not in json.dumps(seat.description) and "grader says" not in json.dumps(seat.description)
    assert hub.find_seat(courses, "course-fr", language=None).role == "instructor"
    assert hub.read_seat(hub.write_seat(seat)) == seat
    assert not set("{}") & set(hub.write_seat(seat))


def test_who_is_in_one_course_gets_it_whatever_was_chosen_and_who_is_in_two_only_what_is_theirs(tmp_path):
    courses = hub.read_courses(table(tmp_path))
    for language in ("fr", "ar"):
        build(tmp_path, language)
    assert hub.find_seat(courses, "yassine", language="ar").language == "fr"
    with pytest.raises(CourseError, match="learns in no course in 'en'"):
        hub.find_seat(courses, "salma", language="en")
    for nobody in ("amina", "root"):
        with pytest.raises(CourseError, match="learns in no course"):
            hub.find_seat(courses, nobody, language=None)


def test_a_course_that_is_not_built_is_refused_with_the_command_that_builds_it(tmp_path):
    courses = hub.read_courses(table(tmp_path))
    with pytest.raises(CourseError, match="medialit course build --lang fr` as course-fr"):
        hub.find_seat(courses, "yassine", language=None)


def test_a_choice_is_offered_only_where_there_is_one(tmp_path):
    courses = hub.read_courses(table(tmp_path))
    assert hub.choice_of_course(courses, "yassine") == ""
    offered = hub.choice_of_course(courses, "salma")
    assert '<option value="ar" lang="ar">العربية</option>' in offered
    assert '<option value="fr" lang="fr">Français</option>' in offered


def test_a_learners_desk_is_their_own_and_shows_no_port(tmp_path):
    courses = hub.read_courses(table(tmp_path))
    build(tmp_path, "fr")
    own = tmp_path / "home" / "medialit"
    own.parent.mkdir()
    laid = hub.lay_out(hub.find_seat(courses, "yassine", language=None), folder=own)
    assert own.stat().st_mode & 0o077 == 0
    assert laid.folder == own / "work" / "fr"
    assert laid.command[1:3] == ("-m", "jupyterhub.singleuser")
    assert laid.environment["MEDIALIT_HOME"] == str(own)
    assert Path(laid.environment["GRADIO_TEMP_DIR"]).is_relative_to(own)
    assert laid.environment["MEDIALIT_WINDOW_LANG"] == "fr"
    written = "".join(path.read_text() for path in own.rglob("*") if path.is_file())
    assert "grading.nbgrader" not in written and str(tmp_path / "fr" / "courses") not in written
    settings = Path(laid.environment["JUPYTER_CONFIG_DIR"]) / "jupyter_server_config.py"
    config = SimpleNamespace(ServerProxy=SimpleNamespace())
    exec(settings.read_text(), {"get_config": lambda: config})
    assert config.ServerProxy.host_allowlist == []
    shown = SimpleNamespace(code=200, reason="OK", body=b"<script>", headers={"set-cookie": "x"})
    config.ServerProxy.non_service_rewrite_response(shown)
    assert (shown.code, shown.headers) == (403, {"content-type": "text/plain"})
    assert b"script" not in shown.body


def test_an_instructors_desk_is_the_course_with_its_settings_at_home(tmp_path):
    courses = hub.read_courses(table(tmp_path))
    build(tmp_path, "fr")
    own = tmp_path / "home"
    own.mkdir()
    laid = hub.lay_out(hub.find_seat(courses, "course-fr", language=None), folder=own / "medialit")
    assert laid.folder == courses[0].course
    assert laid.environment["MEDIALIT_HOME"] == str(tmp_path / "fr")
    assert Path(laid.environment["JUPYTER_CONFIG_DIR"]).is_relative_to(own)


def test_roles_name_exactly_who_teaches_and_who_is_in_no_course_is_not_let_in(tmp_path):
    tornado = pytest.importorskip("tornado.web")
    from traitlets.config import Config

    config = Config()
    config.JupyterHub.load_roles = [{"name": "there before"}]
    hub.configure(config, hub.read_courses(table(tmp_path)))
    before, owning, *teaching = config.JupyterHub.load_roles
    assert before == {"name": "there before"}
    assert owning["users"] == ["course-fr", "course-ar"]
    assert {one["name"]: one["users"] for one in teaching} == {
        "medialit-teach-fr": ["amina"], "medialit-teach-ar": ["amina"],
    }  # fmt: skip
    assert all(scope.endswith("!user=course-fr") for scope in teaching[0]["scopes"])
    assert "load_groups" not in config.JupyterHub  # JupyterHub would keep who has left
    admit = config.Authenticator.post_auth_hook
    assert admit(None, None, {"name": "salma"}) == {"name": "salma"}
    for name in ("course-fr", "left-last-year"):
        with pytest.raises(tornado.HTTPError) as refused:
            admit(None, None, {"name": name})
        assert refused.value.status_code == 403
