"""Packs of labelled clips: fakes beside camera clips that differ from them in nothing but what was faked.

`build` makes a pack, `read_pack` opens one, `add` takes a school's own clip into it. A clip called "camera" is
either a render through the camera model, or a move of that camera over a photograph; or it was filmed by people.
"""

from medialit.clips.add import add
from medialit.clips.build import Progress, build
from medialit.clips.make import FREE_METHODS, make
from medialit.clips.manifest import Entry, Pack, read_pack
from medialit.clips.plan import KINDS, Pair, plan
from medialit.clips.trial import Trial, trial

__all__ = [
    "FREE_METHODS",
    "KINDS",
    "Entry",
    "Pack",
    "Pair",
    "Progress",
    "Trial",
    "add",
    "build",
    "make",
    "plan",
    "read_pack",
    "trial",
]
