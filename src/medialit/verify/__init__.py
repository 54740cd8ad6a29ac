"""What is known about a file, and by which evidence: one report over everything that can be looked at.

A report never says "real" or "fake". It says what a file carries, who vouches for it, and what was looked for
in vain; the absence of a mark says nothing, and the report says so.
"""

from collections.abc import Sequence

from medialit.verify.cues import DEPTHS, Cues, Depth
from medialit.verify.inspector import Budget, Inspector, Lookup, inspect
from medialit.verify.render import to_fragment, to_html, to_json, to_text
from medialit.verify.report import SCHEMA_VERSION, Report
from medialit.verify.view import sections

__all__ = [
    "DEPTHS",
    "SCHEMA_VERSION",
    "Budget",
    "Cues",
    "Depth",
    "Inspector",
    "Lookup",
    "Report",
    "inspect",
    "sections",
    "to_fragment",
    "to_html",
    "to_json",
    "to_pdf",
    "to_text",
]


def to_pdf(reports: Sequence[Report], *, lang: str) -> bytes:
    """Return the reports as a PDF; `medialit.verify.pdf`, which is loaded only now, describes it."""
    from medialit.verify.pdf import to_pdf as write

    return write(reports, lang=lang)
