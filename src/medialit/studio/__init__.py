"""The studio: a class's own small social-video app, in a browser, on one computer of the school's.

`Studio` holds a class's world and has a plain method for each thing that somebody can do there; each takes who does it
and when. `server` only turns HTTP into these. See docs/explanation/studio.md.
"""

from __future__ import annotations

from medialit.studio.persons import Person as Person
from medialit.studio.studio import Studio as Studio
