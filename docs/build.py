"""Build the documentation; `python3 run.py docs` calls this. A link that leads nowhere fails the build.

    python docs/build.py [--keep-labs] [ARGS]   all of it; ARGS go to Sphinx
    python docs/build.py --reference            only docs/reference/cli.md, anew, from the commands' own help

The labs are run for their pages, in three languages, which takes minutes the first time and again where something has
changed; with `--keep-labs` their last run is shown as it was.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from medialit.cli import main as medialit
from medialit.course.project import Project

DOCS = Path(__file__).resolve().parent
OUTPUT = DOCS.parent / "build" / "docs" / "html"
CLI_PAGE = DOCS / "reference" / "cli.md"
WIDTH = 88

_HEAD = """\
# Command line

After `python3 run.py setup` the command is `.venv/bin/medialit` (Windows: `.venv\\Scripts\\medialit`). This page is
written from the commands' own help by `python docs/build.py --reference`, and a test compares the two.

Two environment variables move things: `MEDIALIT_HOME` is where everything that concerns people is kept
(courses, submissions, marks), and `MEDIALIT_ROOT` is the folder with labs/, graders/ and course/, where it is not
this checkout.
"""


def cli_reference() -> str:
    """Return the page about the command line: every command, with its help."""
    sections = [_HEAD]
    # With the command's own settings: without them the page would depend on whether a command has run before.
    settings = medialit.context_settings | {"terminal_width": WIDTH, "max_content_width": WIDTH}
    for context in _commands(click.Context(medialit, info_name="medialit", **settings)):
        help_text = "\n".join(line.rstrip() for line in context.get_help().splitlines())
        sections.append(f"## {context.command_path}\n\n```text\n{help_text}\n```\n")
    return "\n".join(sections)


def _commands(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None and not command.hidden:
                below = click.Context(
                    command, info_name=name, parent=context, terminal_width=WIDTH, max_content_width=WIDTH
                )
                yield from _commands(below)


def main(arguments: list[str]) -> int:
    """Write the reference, build the pages, and return the exit status."""
    CLI_PAGE.write_text(cli_reference(), encoding="utf-8")
    if arguments == ["--reference"]:
        return 0
    from lab_pages import write_pages  # beside this file: known only where it is run as a program

    keep = "--keep-labs" in arguments
    write_pages(Project(root=DOCS.parent), pages=DOCS / "labs", kept=OUTPUT.parent / "labs", keep=keep)
    arguments = [argument for argument in arguments if argument != "--keep-labs"]
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "-b", "html"]
    status = subprocess.call([*command, str(DOCS), str(OUTPUT), *arguments])
    if status == 0:
        print(f"Open {OUTPUT / 'index.html'}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
