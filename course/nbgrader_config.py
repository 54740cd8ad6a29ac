"""nbgrader's configuration of a built course; `medialit course build` copies it beside medialit.json."""

from pathlib import Path

from medialit.course.nbgrader import configure as configure_course
from medialit.grading.nbgrader import configure as configure_grading

c = get_config()  # noqa: F821 - nbgrader provides it
configure_course(c, Path(__file__).parent)
configure_grading(c)
