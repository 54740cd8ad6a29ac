"""The order of things: generate, label, watermark, sign, register; and back from a stripped copy to what was registered.

This is the only module that knows the whole order. The watermark comes before the signature, because a signature
covers the final bytes; the registry comes before the file appears, so that no published file is ever unknown.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import medialit
from medialit.errors import MediaError, ProvenanceError
from medialit.generate import sampler
from medialit.home import medialit_home
from medialit.media import Clip, Codec, read, read_image, write, write_image
from medialit.provenance import keys, label, watermark
from medialit.provenance.credentials import SoftBinding, Statement, TrainingUse, sign
from medialit.provenance.fingerprint import fingerprint
from medialit.provenance.registry import Likeness, Registered, Registry
from medialit.provenance.trust import TrustList, parse_trust_list
from medialit.verify import Budget, Inspector
from medialit.verify.report import Match, Report

WATERMARK: Final = "org.medialit.watermark.1"
"""Name under which a manifest's soft binding states the watermark's payload."""
COURSE_KEY: Final = "course"
_LABEL_LANGUAGE: Final = {"ary": "ar"}  # Darija prompts; labels speak Arabic
_KEY_BYTES: Final = 32


@dataclass(frozen=True, kw_only=True)
class Published:
    """What `publish` made.

    Parameters
    ----------
    path : Path
        The labelled, watermarked and signed file.
    clip : Registered
        What the registry holds.
    again : bool
        Whether exactly this was published there before, and nothing had to be done.
    """

    path: Path
    clip: Registered
    again: bool


@dataclass(frozen=True, kw_only=True)
class Generated:
    """What `generate` made.

    Parameters
    ----------
    take : Take
        The clip before it was marked, and all that is needed to make it again.
    path : Path
        The file.
    published : Published or None
        None where it was to be left unmarked.
    """

    take: sampler.Take
    path: Path
    published: Published | None


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """What `recover` found.

    Parameters
    ----------
    report : Report
        Of the copy.
    found : tuple of Likeness
        Registered clips, the one that the watermark names first.
    originals : tuple of Path or None
        The kept file of each.
    """

    report: Report
    found: tuple[Likeness, ...]
    originals: tuple[Path | None, ...]


def publish(
    source: Path,
    target: Path,
    *,
    title: str,
    lang: str,
    now: datetime,
    kind: label.Kind = "generated",
    description: str = "",
    training: TrainingUse = "notAllowed",
    consent_grants: Sequence[str] = (),
    home: Path | None = None,
) -> Published:
    """Label a clip, watermark it, sign it and register it, all of it or nothing.

    Parameters
    ----------
    source : Path
        A video.
    target : Path
        Ends in ``.mp4``. It appears at once and whole, after the registry knows it.
    title : str
        What readers are shown as its name.
    lang : {"en", "fr", "ar", "zgh"}
        Of the label.
    now : datetime
        Aware.
    kind : {"generated", "edited"}
        What the label and the credentials say of it.
    description : str
        A prompt, or what was done.
    training : {"allowed", "notAllowed"}
        Whether others may train on it.
    consent_grants : sequence of str
        Ids of the grants under which likenesses are in it.
    home : Path, optional
        `$MEDIALIT_HOME` when not given.

    Returns
    -------
    Published
        Publishing the same clip with the same words to the same place again changes nothing.

    Raises
    ------
    MedialitError
        If the clip cannot be read, labelled, watermarked, signed or registered; then there is no target.
    """
    _require_mp4(target)
    return publish_clip(
        read(source),
        target,
        title=title,
        lang=lang,
        now=now,
        kind=kind,
        parent=source if kind == "edited" else None,
        description=description,
        training=training,
        consent_grants=consent_grants,
        home=home or medialit_home(),
    )


def generate(
    prompt: str,
    target: Path,
    *,
    seed: int,
    now: datetime,
    model: sampler.Model = "v2",
    steps: int | None = None,
    guidance: float | None = None,
    lang: str | None = None,
    unmarked: bool = False,
    on_step: Callable[[sampler.Step], None] | None = None,
    home: Path | None = None,
) -> Generated:
    """Make a clip from a prompt and publish it: labelled, watermarked, signed and registered, all of it or nothing.

    Parameters
    ----------
    prompt : str
        In English, French, Arabic, Darija or Tamazight.
    target : Path
        Ends in ``.mp4``.
    seed, model, steps, guidance, on_step
        As `medialit.generate.sampler.sample` takes them.
    now : datetime
        Aware.
    lang : str, optional
        Of the label and of a refusal; the prompt's own when not given.
    unmarked : bool
        Write the bare clip, with no label, watermark or signature: for the project's own measurements only.
    home : Path, optional
        `$MEDIALIT_HOME` when not given.

    Returns
    -------
    Generated

    Raises
    ------
    RefusedPromptError
        If the prompt is not for this place; then there is no target.
    MedialitError
        If a setting is out of range, or the clip cannot be published; then there is no target either.
    """
    _require_mp4(target)
    _folder_of(target)
    take = sampler.sample(
        prompt, seed=seed, model=model, steps=steps, guidance=guidance, lang=lang, on_step=on_step
    )
    if unmarked:
        write(take.clip, target)
        return Generated(take=take, path=target, published=None)
    published = publish_take(take, target, lang=lang, now=now, home=home or medialit_home())
    return Generated(take=take, path=target, published=published)


def publish_take(
    take: sampler.Take, target: Path, *, lang: str | None, now: datetime, home: Path
) -> Published:
    """Publish a clip that was made from a prompt; parameters and errors are those of `generate`."""
    return publish_clip(take.clip, target, now=now, home=home, **asdict(words_of(take, target, lang=lang)))


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said of a clip: by them, and by its pictures, the registry tells it from others.

    Parameters
    ----------
    title, description, lang : str
    """

    title: str
    description: str
    lang: str


def words_of(made: sampler.Take | sampler.Order, target: Path, *, lang: str | None) -> Words:
    """Return what is said of a clip from a prompt: all that it hangs on is in it."""
    spoken = lang or made.reading.language
    settings = f"{made.model}, seed {made.seed}, {made.steps} steps, guidance {made.guidance:g}"
    return Words(
        title=target.stem,
        description=f"{made.prompt} [{settings}]",
        lang=_LABEL_LANGUAGE.get(spoken, spoken),
    )


def published_before(target: Path, words: Words, *, home: Path) -> Registered | None:
    """Return what the registry holds of a file, if exactly this was published there; nothing is made.

    Parameters
    ----------
    target : Path
    words : Words
        As `words_of` gives them.
    home : Path
    """
    if not target.is_file():
        return None
    with Registry(home / "registry") as registry:
        known = registry.by_sha256(_sha256(target))
    if known is None or (known.title, known.description, known.lang) != tuple(asdict(words).values()):
        return None
    return known


def publish_clip(
    clip: Clip,
    target: Path,
    *,
    title: str,
    lang: str,
    now: datetime,
    home: Path,
    kind: label.Kind = "generated",
    parent: Path | None = None,
    description: str = "",
    training: TrainingUse = "notAllowed",
    consent_grants: Sequence[str] = (),
) -> Published:
    """Publish a clip that is in memory; parameters and errors are those of `publish`.

    `parent` is the file that an edited clip was made from.
    """
    _require_mp4(target)
    secret = watermark_key(home, make=True)
    assert secret is not None
    words = (title, description, lang, kind, training, *consent_grants)
    identity = hmac.new(secret, "\0".join((clip.sha256, *words)).encode(), hashlib.sha256)
    id, payload = identity.hexdigest()[:32], int(identity.hexdigest()[32:48], 16)
    with Registry(home / "registry") as registry:
        if target.is_file():
            known = registry.by_sha256(_sha256(target))
            if known is not None and known.id == id:
                return Published(path=target, clip=known, again=True)
        marked = watermark.embed(label.burn_label(clip, lang=lang, kind=kind), payload, key=secret)
        entry = Registered(
            id=id,
            payload=f"{payload:016x}",
            title=title,
            description=description,
            lang=lang,
            fingerprint=fingerprint(marked).to_text(),
            consent_grants=tuple(consent_grants),
            registered_at=now,
        )
        with TemporaryDirectory(dir=_folder_of(target), prefix=".publishing-") as place:
            draft = write(marked, Path(place) / "clip.mp4")
            _sign(draft, entry, kind=kind, parent=parent, training=training, now=now, home=home)
            kept = registry.add(entry, file=draft, sha256=_sha256(draft), name=target.name, now=now)
            draft.replace(target)
        return Published(path=target, clip=kept, again=False)


def recover(path: Path, *, home: Path | None = None, now: datetime | None = None) -> Recovered:
    """Find what a stripped, recompressed or cropped copy was published as: by its watermark, then its fingerprint.

    Parameters
    ----------
    path : Path
        Any file.
    home : Path, optional
        `$MEDIALIT_HOME` when not given.
    now : datetime, optional
        Aware; the moment that the report names.

    Returns
    -------
    Recovered
        With nothing found where the registry knows nothing like it, which says nothing about clips elsewhere.
    """
    home = home or medialit_home()
    with Registry(home / "registry") as registry, inspector(home=home, detect=False) as one:
        report = one.inspect(path, now=now)
        found = tuple(
            Likeness(clip=clip, by=match.by, similarity=match.similarity, alike=match.alike)
            for match in report.fingerprint.matches
            if (clip := registry.get(match.id)) is not None
        )
        originals = tuple(registry.original(likeness.clip) for likeness in found)
    return Recovered(report=report, found=found, originals=originals)


def inspector(
    *,
    trust: Sequence[TrustList] = (),
    home: Path | None = None,
    trust_course: bool = False,
    key_files: Sequence[Path] = (),
    fetch_remote: bool = False,
    detect: bool = True,
    budget: Budget | None = None,
) -> Inspector:
    """Return an inspector that knows this computer's watermark key, registry and own authority.

    Parameters
    ----------
    trust : sequence of TrustList
        Whose signatures are relied on.
    home : Path, optional
        `$MEDIALIT_HOME` when not given. Nothing is made in it.
    trust_course : bool
        Whether this computer's own authority is relied on too, where there is one.
    key_files : sequence of Path
        Further keys of the watermark.
    fetch_remote : bool
        Whether manifests kept elsewhere may be fetched.
    detect : bool
        Whether detectors are asked about the pictures.
    budget : Budget, optional
        How much a file may cost; the inspector's own when not given.

    Raises
    ------
    ProvenanceError
        If a key file cannot be read.
    """
    home = home or medialit_home()
    own = watermark_key(home, make=False)
    named = {} if own is None else {"this computer": own}
    named |= {path.name: read_key(path) for path in key_files}
    there = (home / "registry" / "registry.db").is_file()
    return Inspector(
        trust=(*trust, *(own_authority(home) if trust_course else ())),
        keys=named,
        registry=_Lookup(home / "registry") if there else None,
        fetch_remote=fetch_remote,
        detect=detect,
        budget=budget,
    )


def own_authority(home: Path) -> tuple[TrustList, ...]:
    """Return the course's own trust list, if this computer has an authority."""
    folder = home / "keys"
    if not (folder / "root.pem").is_file():
        return ()
    data = keys.Authority(folder).trust_list_pem()
    made = datetime.fromtimestamp((folder / "root.pem").stat().st_mtime, UTC).date()
    return (parse_trust_list(data, name="this computer's course", file_date=made),)


def watermark_key(home: Path, *, make: bool) -> bytes | None:
    """Return this computer's secret key of the watermark; None where there is none and none is to be made."""
    path = home / "watermark.key"
    if not path.is_file():
        if not make:
            return None
        _make_key(path)
    return read_key(path)


def read_key(path: Path) -> bytes:
    """Read a key of the watermark: 64 hexadecimal digits, as in `$MEDIALIT_HOME/watermark.key`.

    Raises
    ------
    ProvenanceError
        If it is not one.
    """
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise ProvenanceError(f"The watermark key {path} cannot be read: {error.strerror}.") from error
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ProvenanceError(
            f"The watermark key {path} is not 64 hexadecimal digits: restore it from a copy."
        )
    return key


class _Lookup:
    """The registry as the inspector asks it; opened for each question, closed after it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def matches(
        self, *, payload: str | None, fingerprint: str | None, planes: str | None
    ) -> tuple[Match, ...]:
        with Registry(self._folder) as registry:
            found = registry.search(payload=payload, fingerprint=fingerprint, planes=planes)
        return tuple(
            Match(
                id=one.clip.id,
                title=one.clip.title,
                registered_at=one.clip.registered_at.isoformat(timespec="seconds"),
                by=one.by,
                similarity=one.similarity,
                alike=one.alike,
            )
            for one in found
        )


def _sign(
    draft: Path,
    entry: Registered,
    *,
    kind: label.Kind,
    parent: Path | None,
    training: TrainingUse,
    now: datetime,
    home: Path,
) -> None:
    authority = keys.open_authority(home / "keys", now=now)
    statement = Statement(
        title=entry.title,
        software="medialit",
        version=medialit.__version__,
        when=now,
        parent=parent,
        description=entry.description or None,
        soft_bindings=[SoftBinding(WATERMARK, entry.payload)],
        training=training,
        consent_grants=entry.consent_grants,
    )
    key = keys.signing_key(authority, COURSE_KEY, now=now)
    sign(draft, draft, key=key, statement=statement, trust=own_authority(home))


def _make_key(path: Path) -> None:
    """Write a new key, once: of two processes that come together the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secrets.token_hex(_KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _folder_of(target: Path) -> Path:
    if not target.parent.is_dir():
        raise MediaError(f"There is no folder {target.parent} to publish into: make it first.")
    return target.parent


def _require_mp4(target: Path) -> None:
    if target.suffix.lower() != ".mp4":
        raise MediaError(f"Clips are published as .mp4, not as {target.suffix!r}: choose another name.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def mark_file(source: Path, target: Path, *, payload: int, key: str | None, home: Path | None = None) -> None:
    """Write a copy of a clip or a picture that carries a payload.

    Parameters
    ----------
    source, target : Path
    payload : int
        64 bits.
    key : str or None
        A secret in words; this computer's own key where there is none.
    home : Path, optional
        `$MEDIALIT_HOME` when not given.

    Raises
    ------
    MedialitError
        If a file cannot be read, marked or written.
    """
    secret = watermark_key(home or medialit_home(), make=True) if key is None else key.encode()
    assert secret is not None
    if target.suffix.lower() in (".png", ".jpg", ".jpeg"):
        still = Clip(read_image(source)[None], 1.0)
        write_image(watermark.embed(still, payload, key=secret).frames[0], target)
        return
    codec: Codec = "vp9" if target.suffix.lower() == ".webm" else "h264"
    write(watermark.embed(read(source), payload, key=secret), target, codec=codec)


def detector(*, key: str | None, key_files: Sequence[Path] = (), home: Path | None = None) -> Inspector:
    """Return an inspector for watermarks alone: of a secret in words, else of this computer's key and the files'."""
    if key is not None:
        return Inspector(keys={"--key": key.encode()}, detect=False)
    own = watermark_key(home or medialit_home(), make=False)
    named = {} if own is None else {"this computer": own}
    return Inspector(keys=named | {path.name: read_key(path) for path in key_files}, detect=False)
