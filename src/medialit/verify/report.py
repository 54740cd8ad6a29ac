"""The report as data. Words come later, in `medialit.verify.findings`, in the reader's language."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from medialit.provenance.records import Credentials
from medialit.verify.cues import Cues
from medialit.verify.detected import Synthetic

SCHEMA_VERSION: Final = "1.3"
"""Of `docs/reference/report.schema.json`; the first number changes when a key goes or changes its meaning."""

Kind = Literal["video", "picture", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that kept a part of the file from being looked at.

    Parameters
    ----------
    code : str
        ``unreadable``, ``too-large``, ``too-long`` (the time was over), ``lost`` (the process that read the
        file ended), ``incomplete`` (the file ends before it should), ``first-only`` (of several
        pictures the first was looked at) or ``partly-seen``.
    detail : str
        An English sentence for whoever looks closer; made safe to print.
    """

    code: Literal["unreadable", "too-large", "too-long", "lost", "incomplete", "first-only", "partly-seen"]
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Watermark:
    """What the search for our own mark gave.

    Parameters
    ----------
    looked : bool
        False where there was no key or no picture to look at.
    found : bool
    payload : str or None
        64 bits as 16 hexadecimal digits: a JSON number would lose some.
    p_value : float or None
        Probability that pictures without the mark look at least as marked. None where nobody looked.
    key : str or None
        Name of the key that found it.
    reason : str
        Why nobody looked: ``no-key``, ``no-pictures``, ``too-small`` or nothing.
    """

    looked: bool = False
    found: bool = False
    payload: str | None = None
    p_value: float | None = None
    key: str | None = None
    reason: Literal["", "no-key", "no-pictures", "too-small"] = ""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A clip of this computer's registry that has to do with the file.

    Parameters
    ----------
    id, title : str
        Of the registered clip.
    registered_at : str
        ISO 8601, UTC.
    by : str
        ``watermark`` (the payload is registered) or ``fingerprint`` (the pictures are alike).
    similarity : float or None
        Of the fingerprints, 0 to 1; None where the file has none.
    alike : bool or None
        Whether the pictures are alike by the fingerprint's own threshold. A payload without it may have been
        moved from one clip to another.
    """

    id: str
    title: str
    registered_at: str
    by: Literal["watermark", "fingerprint"]
    similarity: float | None
    alike: bool | None


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """What the pictures look like, in few bits.

    Parameters
    ----------
    algorithm, value : str or None
        None where there are no pictures.
    searched : bool
        Whether a registry was asked.
    matches : tuple of Match
        The nearest first.
    """

    algorithm: str | None = None
    value: str | None = None
    searched: bool = False
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What the file says about itself without a signature.

    Parameters
    ----------
    tags : mapping
        As they stand, made safe to print and bounded.
    camera, software, created, location : str or None
        What they say about these four.
    ai_marks : tuple of str
        Where they name an AI source type or the settings of a generator.
    """

    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    camera: str | None = None
    software: str | None = None
    created: str | None = None
    location: str | None = None
    ai_marks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How the file is stored, and what its encoders left in it.

    Parameters
    ----------
    container, codec, pixel_format, audio_codec : str or None
    width, height : int or None
        Upright.
    fps, duration_s : float or None
        As declared.
    n_frames, bit_rate : int or None
        As declared.
    rotation : int or None
        Degrees clockwise by which players turn it.
    traces : tuple of str
        Marks that encoders leave: brands, library names, settings.
    """

    container: str | None = None
    codec: str | None = None
    pixel_format: str | None = None
    audio_codec: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    duration_s: float | None = None
    n_frames: int | None = None
    bit_rate: int | None = None
    rotation: int | None = None
    traces: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Examined:
    """How much of the pictures was looked at.

    Parameters
    ----------
    n_frames : int
        Pictures that watermark and fingerprint saw, evenly spread.
    until_s : float
        How far into the clip they reach.
    whole : bool
        Whether that is the whole clip.
    """

    n_frames: int = 0
    until_s: float = 0.0
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that is known about one file.

    Parameters
    ----------
    path : str
        As it was given.
    sha256 : str or None
        Of the file's bytes; None where they could not be read.
    n_bytes : int or None
    kind : {"video", "picture", "unknown"}
    inspected_at : datetime
        Aware, UTC.
    software : str
        Which version of medialit looked.
    cues : Cues
        What each cue saw, where they were asked.
    """

    path: str
    sha256: str | None
    n_bytes: int | None
    kind: Kind
    inspected_at: datetime
    software: str
    credentials: Credentials
    watermark: Watermark
    fingerprint: Fingerprint
    metadata: Metadata
    encoding: Encoding
    synthetic: Synthetic
    examined: Examined
    problems: tuple[Problem, ...] = ()
    cues: Cues = field(default_factory=Cues)

    def as_dict(self, *, lang: str = "en") -> dict[str, Any]:
        """Return the report in JSON types, as `docs/reference/report.schema.json` describes it.

        Parameters
        ----------
        lang : str
            Language of the sentences in ``findings`` and in ``cues``. Nothing else depends on it.

        Raises
        ------
        LanguageError
            If the platform does not speak it.
        """
        from medialit.verify.findings import findings_of, say

        found = findings_of(self)
        return {
            "path": self.path,
            "sha256": self.sha256,
            "schema_version": SCHEMA_VERSION,
            "n_bytes": self.n_bytes,
            "kind": self.kind,
            "inspected_at": self.inspected_at.isoformat(timespec="seconds"),
            "software": self.software,
            "credentials": self.credentials.as_dict(),
            "watermark": _plain(self.watermark),
            "fingerprint": _plain(self.fingerprint),
            "metadata": _plain(self.metadata),
            "encoding": _plain(self.encoding),
            "synthetic": self.synthetic.as_dict(lang=lang),
            "cues": self.cues.as_dict(lang=lang),
            "examined": _plain(self.examined),
            "problems": _plain(self.problems),
            "language": lang,
            "findings": [say(one, lang=lang, isolate=False) for one in found],
            "finding_codes": [one.code for one in found],
        }


def _plain(value: object) -> Any:
    """Turn dataclasses, tuples and mappings into JSON's types."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
