"""A postcard: a few words become a short clip that says what it is, and this computer keeps neither.

It is made in a folder that is gone afterwards. Only the keys are this computer's own, so that the seal and the invisible
mark are known here when the postcard is brought back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from medialit import pipeline
from medialit.generate.safety import DISAGREE, judge
from medialit.language import translator
from medialit.provenance import keys

NAME: Final = "postcard.mp4"
LONGEST: Final = 300
"""Characters of the words."""


@dataclass(frozen=True, kw_only=True)
class Postcard:
    """A clip that was made, and is nowhere but here.

    Parameters
    ----------
    data : bytes
        The labelled, watermarked and signed MP4 file.
    words : str
        From which it was made.
    unused : tuple of str
        What the generator did with the words, a sentence each.
    """

    data: bytes
    words: str
    unused: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Declined:
    """Why nothing was made.

    Parameters
    ----------
    reason : str
    suggestion : str or None
        Other words, which can be made.
    disagree : str
        What to do where the filter is wrong.
    """

    reason: str
    suggestion: str | None
    disagree: str


def make(words: str, *, seed: int, now: datetime, lang: str, home: Path) -> Postcard | Declined:
    """Make a postcard, or say why not; what is asked for is judged before anything is made.

    Parameters
    ----------
    words : str
        In English, French, Arabic, Darija or Tamazight.
    seed : int
    now : datetime
        Aware.
    lang : str
        Of the label on the clip, and of a refusal.
    home : Path
        Whose keys sign and mark it.

    Raises
    ------
    MedialitError
        If there is no scene in the words, or the clip cannot be written or signed.
    """
    verdict = judge(words, lang=lang)
    if verdict.decision != "allow":
        return Declined(
            reason=verdict.reason(lang), suggestion=verdict.suggestion, disagree=translator(lang)(DISAGREE)
        )
    pipeline.watermark_key(home, make=True)
    keys.signing_key(keys.open_authority(home / "keys", now=now), pipeline.COURSE_KEY, now=now)
    with TemporaryDirectory(prefix="medialit-postcard-") as place:
        there = Path(place)
        (there / "keys").symlink_to((home / "keys").resolve(), target_is_directory=True)
        (there / "watermark.key").symlink_to((home / "watermark.key").resolve())
        made = pipeline.generate(words, there / NAME, seed=seed, now=now, lang=lang, home=there)
        return Postcard(
            data=made.path.read_bytes(), words=words, unused=tuple(made.take.reading.explain(lang))
        )
