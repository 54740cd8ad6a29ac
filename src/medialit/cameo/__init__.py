"""Cameos: likenesses in generated clips, and the one way from the first to the second.

`Desk` asks `medialit.consent` before every step (generate, publish, export, remix), writes the answer down, and keeps
what was made sealed until it was allowed. `Shelf` is where it keeps it.
"""

from medialit.cameo.desk import Desk
from medialit.cameo.lent import Link, Loan
from medialit.cameo.records import Aftermath, Answer, Setting
from medialit.cameo.shelf import Shelf, Use

__all__ = ["Aftermath", "Answer", "Desk", "Link", "Loan", "Setting", "Shelf", "Use"]
