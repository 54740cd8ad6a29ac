"""The commands that connect a course with a learning platform over LTI 1.3: `lti key`, `lti people`, `lti send`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

_COURSE = click.argument("course", type=click.Path(path_type=Path, exists=True, file_okay=False))


@click.group()
def lti() -> None:
    """Send marks to Moodle, Canvas or another platform that speaks LTI 1.3."""


@lti.command("key")
@click.option("--only", type=click.Choice(["pem", "jwk", "jwks"]), help="Print this form alone.")
def key(only: str | None) -> None:
    """Show the public key by which the platform knows you; make the key where there is none.

    The private half stays in $MEDIALIT_HOME/lti/key.pem, which no other account may read.
    """
    from medialit.course.lti_keys import key_path, make_key

    made = make_key(key_path())
    forms = {"pem": made.pem().rstrip(), "jwk": json.dumps(made.jwk()), "jwks": json.dumps(made.jwks())}
    if only:
        click.echo(forms[only])
        return
    click.echo(f"The private key is {key_path()}. It stays there; keep a copy where you keep passwords.")
    click.echo(f'\nMoodle, "Public key type: RSA key", field "Public key":\n\n{forms["pem"]}')
    click.echo(f'\nCanvas, "JWK method: Public JWK":\n\n{forms["jwk"]}')
    click.echo(f"\nAs a key set, for a platform that takes one:\n\n{forms['jwks']}")


@lti.command("people")
@_COURSE
@click.option("--write", is_flag=True, help="Put what was found into the gradebook's roster.")
def people(course: Path, write: bool) -> None:
    """Find out under which user id the platform knows each learner of COURSE.

    By the school's id, or by e-mail; `memberships_url` in lti.toml says where the platform's list is.
    """
    from medialit.course.lti_keys import read_key
    from medialit.course.lti_people import match
    from medialit.course.lti_service import Service
    from medialit.course.lti_settings import read_settings

    settings = read_settings(course)
    with _gradebook(course) as gradebook, Service(settings, read_key(settings.key_path)) as service:
        matches = match(service.members(), gradebook.students)
        for one in matches.found:
            changed = f" (was {one.before})" if one.before and one.before != one.user_id else ""
            click.echo(f"{one.learner}: {one.name}, user {one.user_id}{changed}")
            if write:
                gradebook.update_or_create_student(one.learner, lms_user_id=one.user_id)
    for learner in matches.only_here:
        click.echo(
            f"{learner}: not found on the platform for sure. Write the user id into the roster.", err=True
        )
    for member in matches.only_there:
        click.echo(f"On the platform only: {member.given} {member.family}, user {member.user_id}", err=True)
    click.echo(f"Found: {len(matches.found)}. {'The roster has them.' if write else 'Nothing was written.'}")


@lti.command("send")
@_COURSE
@click.option("--lab", "labs", multiple=True, help="Only this lab; repeat for more.")
@click.option(
    "--learner", "learners", multiple=True, metavar="ID", help="Only this learner; repeat for more."
)
@click.option("--dry-run", is_flag=True, help="Say what would be sent; the platform is not asked.")
@click.option("--recheck", is_flag=True, help="Ask the platform what it holds, whatever the record says.")
@click.option("--untouched-as-zero", is_flag=True, help="Send 0 where nothing was handed in.")
def send(
    course: Path,
    labs: Sequence[str],
    learners: Sequence[str],
    dry_run: bool,
    recheck: bool,
    untouched_as_zero: bool,
) -> None:
    """Send the marks of COURSE to the platform that its lti.toml names. What it has already is not sent again.

    Exit status: 0 where all were taken, 3 where some were not.
    """
    from medialit.course.lti import LtiExport
    from medialit.course.lti import send as send_marks

    chooser = LtiExport(assignment=list(labs), student=list(learners))
    with _gradebook(course) as gradebook:
        outcome = send_marks(
            gradebook,
            course=course,
            chosen=chooser.chosen(gradebook),
            untouched_as_zero=untouched_as_zero,
            dry_run=dry_run,
            recheck=recheck,
            say=click.echo,
            warn=lambda line: click.echo(line, err=True),
        )
    if outcome.refused:
        raise click.exceptions.Exit(3)


@contextmanager
def _gradebook(course: Path) -> Iterator[Gradebook]:
    """Open the gradebook of a built course."""
    from medialit.course.build import read_description
    from medialit.course.nbgrader import tools_on_path
    from medialit.errors import CourseError
    from medialit.gradebook import gradebook_url, open_gradebook

    about = read_description(course)
    if about is None:
        raise CourseError(
            f"{course} is not a built course. Name its folder, such as $MEDIALIT_HOME/courses/fr."
        )
    url = gradebook_url(course, course_id=about["course_id"])
    with tools_on_path(), open_gradebook(url, course_id=about["course_id"]) as gradebook:
        yield gradebook


COMMANDS = (lti,)
