"""Many prompts become many clips: workers make the frames, this process alone asks, marks, signs and registers.

::

    file ──▶ lines ──▶ gate: is it made? ──▶ job (shot, seed) ──▶ worker 1 ─┐
                                                             ──▶ worker n ─┤
    clips, registry, receipt ◀── one process: label, watermark, sign ◀── frames (bytes)

Each clip appears whole or not at all, after the registry knows it. Whatever kills this process, and whenever, the next
run makes what is not there and leaves the rest alone: what is there is known by the files and the registry.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from medialit import pipeline
from medialit.batch.lines import Line, Wrong, kind_of, read
from medialit.batch.pool import Pool
from medialit.batch.receipt import FAILED, KEPT, MADE, REFUSED, WAITING, WRONG, Outcome, Receipt
from medialit.batch.work import UNFIT, Refusal, pack_job, pack_kit, unpack, work
from medialit.cameo import Desk, Use
from medialit.cameo.trouble import sentence
from medialit.errors import (
    BatchError,
    CameoError,
    ClusterError,
    ConsentRefusedError,
    GenerateError,
    MedialitError,
    ModelError,
    RefusedPromptError,
)
from medialit.generate import sampler
from medialit.language import msgid as _msgid
from medialit.language import said
from medialit.media import Clip
from medialit.provenance.registry import Registry

if TYPE_CHECKING:
    from medialit.cluster import Crew

log = logging.getLogger(__name__)
_Asked = tuple[Line, sampler.Order]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What came of a batch.

    Parameters
    ----------
    outcomes : tuple of Outcome
        One for each line that is not empty, in their order.
    folder, receipt : Path
        Where the clips are, and what says so.
    strict_stop : bool
        Whether nothing was begun, because a line was wrong or refused.
    """

    outcomes: tuple[Outcome, ...]
    folder: Path
    receipt: Path
    strict_stop: bool = False

    def count(self, *statuses: str) -> int:
        """Return how many lines have one of these statuses."""
        return sum(one.status in statuses for one in self.outcomes)


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """An open batch: where it writes, and whom it tells."""

    out: Path
    home: Path
    clock: Callable[[], datetime]
    lang: str | None
    receipt: Receipt
    stopping: Callable[[], bool]
    tell: Callable[[Outcome], None]

    def target(self, line: Line) -> Path:
        return self.out / f"{line.name}.mp4"

    def spoken(self, line: Line) -> str | None:
        return line.lang or self.lang

    def settle(self, outcome: Outcome) -> None:
        self.receipt.add(outcome)
        self.tell(outcome)


def make_batch(
    source: Path,
    *,
    out: Path,
    home: Path,
    clock: Callable[[], datetime],
    lang: str | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    tls: Path | None = None,
    strict: bool = False,
    stopping: Callable[[], bool] = lambda: False,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> Summary:
    """Make a clip of each line of a file of prompts; those that are there already stay as they are.

    Parameters
    ----------
    source : Path
        As `medialit.batch.lines.read` reads it.
    out : Path
        Folder of the clips and the receipt; made if it isn't there.
    home : Path
        `$MEDIALIT_HOME`: keys, registry, register.
    clock : callable
        Returns the moment, aware.
    lang : str, optional
        Of labels and reasons where a line names none; the prompt's own when not given.
    workers : int
        How many processes of this machine make frames.
    scheduler : str, optional
        Address of a Dask scheduler: its workers make them, and `workers` is not looked at.
    tls : Path, optional
        Folder of the keys with which the scheduler is spoken to (`medialit.cluster.Crew`).
    strict : bool
        Make nothing at all if a line is wrong or its prompt is refused.
    stopping : callable
        Asked before each clip; once it says True, what is under way is finished and nothing more is begun.
    on_outcome : callable
        Called for each line as it is settled, in this thread.

    Raises
    ------
    BatchError
        If the file, the folder or the receipt cannot be used, or another process is at work in the folder.
    ClusterError
        If the cluster cannot be asked, or is lost; what was made stays.
    """
    if workers < 1:
        raise GenerateError(f"At least one worker is needed, not {workers}.")
    found = read(source)
    kind = kind_of(source)
    path = out / f"{source.stem}.receipt.{kind}"
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BatchError(
            _msgid("The folder {folder} cannot be made: {why}."), folder=str(out), why=error.strerror
        ) from error
    with _only_one(out), Receipt(path, kind=kind, lines=map(_waiting, found)) as receipt:
        batch = _Batch(
            out=out, home=home, clock=clock, lang=lang, receipt=receipt, stopping=stopping, tell=on_outcome
        )
        for one in found:
            if isinstance(one, Wrong):
                batch.settle(
                    Outcome(line=one.number, status=WRONG, reason=said(one.error, lang=lang or "en"))
                )
        lines = [one for one in found if isinstance(one, Line)]
        if strict and not _all_sound(batch, lines):
            return Summary(outcomes=receipt.rows, folder=out, receipt=path, strict_stop=True)
        alone = [line for line in lines if line.company is None]
        _make_alone(batch, alone, workers=workers, scheduler=scheduler, tls=tls)
        _make_peopled(batch, [line for line in lines if line.company is not None])
    return Summary(outcomes=receipt.rows, folder=out, receipt=path)


def _waiting(one: Line | Wrong) -> Outcome:
    if isinstance(one, Wrong):
        return Outcome(line=one.number, status=WAITING)
    return Outcome(line=one.number, status=WAITING, file=f"{one.name}.mp4", sum=one.sum)


@contextlib.contextmanager
def _only_one(out: Path) -> Iterator[None]:
    lock = FileLock(out / ".batch.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BatchError(
            _msgid("Another batch is at work in {folder}: wait for it to end, or choose another folder."),
            folder=str(out),
        ) from None
    try:
        yield
    finally:
        lock.release()


def _ordered(batch: _Batch, line: Line) -> sampler.Order:
    """Ask the gate of every prompt: the same function as for one clip."""
    return sampler.order(
        line.prompt,
        seed=line.seed,
        model=line.model,
        steps=line.steps,
        guidance=line.guidance,
        lang=batch.spoken(line),
    )


def _all_sound(batch: _Batch, lines: Sequence[Line]) -> bool:
    """Return whether no line is wrong or refused; say of each that is."""
    for line in lines:
        try:
            _ordered(batch, line)
        except MedialitError as error:
            batch.settle(_unmade(batch, line, error))
    return all(one.status == WAITING for one in batch.receipt.rows)


def _unmade(batch: _Batch, line: Line, error: Exception, *, use: str = "") -> Outcome:
    """Return why there is no clip of a line."""
    if isinstance(error, RefusedPromptError | ConsentRefusedError):
        status = REFUSED
    elif isinstance(error, BatchError | CameoError | GenerateError) and not isinstance(error, ModelError):
        status = WRONG
    else:
        status = FAILED
        log.error("Line %d was not made", line.number, exc_info=error)
    spoken = batch.spoken(line) or "en"
    reason = sentence(error, lang=spoken) if isinstance(error, MedialitError) else ""
    if isinstance(error, BatchError):
        reason = said(error, lang=spoken)
    return replace(
        _waiting(line), status=status, use=use, reason=reason or f"{type(error).__name__}: {error}"
    )


def _make_alone(
    batch: _Batch, lines: Sequence[Line], *, workers: int, scheduler: str | None, tls: Path | None
) -> None:
    """Make the clips with nobody in them."""
    todo = _begun(batch, lines)
    first = next(todo, None)
    if first is None:
        return  # no worker has to be started for nothing
    with _crew(workers=workers, scheduler=scheduler, tls=tls) as crew:
        for (line, _order), made in crew.run(itertools.chain([first], todo)):
            batch.settle(
                _unmade(batch, line, made) if isinstance(made, Exception) else _publish(batch, line, made)
            )


def _begun(batch: _Batch, lines: Sequence[Line]) -> Iterator[_Asked]:
    """Ask the gates about each line; yield those that have no clip yet, until somebody says stop."""
    for line in lines:
        if batch.stopping():
            return
        try:
            order = _ordered(batch, line)
            known = _known(batch, line, order)
        except MedialitError as error:
            batch.settle(_unmade(batch, line, error))
            continue
        if known is None:
            yield line, order
        else:
            batch.settle(known)


def _known(batch: _Batch, line: Line, order: sampler.Order) -> Outcome | None:
    """Return what an earlier run made of a line.

    Raises
    ------
    BatchError
        If another file has the name.
    """
    target = batch.target(line)
    if not target.exists():
        return None
    words = pipeline.words_of(order, target, lang=batch.spoken(line))
    known = pipeline.published_before(target, words, home=batch.home)
    if known is None:
        raise _taken(target)
    return _outcome(line, KEPT, target, clip=known.id, payload=known.payload)


def _taken(target: Path) -> BatchError:
    return BatchError(
        _msgid("{file} is there already and is another clip: move it away, or give the line another name."),
        file=target.name,
    )


def _outcome(line: Line, status: str, target: Path, *, clip: str, payload: str, use: str = "") -> Outcome:
    with target.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return replace(_waiting(line), status=status, clip=clip, payload=payload, sha256=sha256, use=use)


def _crew(
    *, workers: int, scheduler: str | None, tls: Path | None
) -> Pool[_Asked, sampler.Order, sampler.Take] | Crew[_Asked, sampler.Order, sampler.Take]:
    def pack(asked: _Asked) -> tuple[sampler.Order, bytes]:
        return asked[1], pack_job(asked[1])

    def take(_asked: _Asked, order: sampler.Order, content: bytes) -> sampler.Take:
        return order.take(_clip(content))

    if scheduler is None:
        return Pool(workers, work=work, kit=pack_kit(), pack=pack, take=take)
    try:
        from medialit.cluster import Crew, UnfitError
    except ImportError as error:
        raise ClusterError(
            f"Dask is not installed here ({error}): `pip install 'medialit[cluster]'`, on the workers too."
        ) from None

    def take_there(asked: _Asked, order: sampler.Order, content: bytes) -> sampler.Take:
        made = unpack(content)
        if isinstance(made, Refusal) and made.kind == UNFIT:
            raise UnfitError(made.worker, ClusterError(f"On the worker {made.worker}: {made.message}"))
        return take(asked, order, content)

    return Crew(scheduler, tls=tls, work=work, kit=pack_kit(), pack=pack, take=take_there)


def _clip(content: bytes) -> Clip:
    made = unpack(content)
    if isinstance(made, Refusal):
        where = f" on the worker {made.worker}" if made.worker else ""
        raise ClusterError(f"The clip could not be made{where}: {made.message}.")
    return made


def _publish(batch: _Batch, line: Line, take: sampler.Take) -> Outcome:
    """Label, watermark, sign and register what a worker made."""
    target = batch.target(line)
    try:
        if target.exists():
            raise _taken(target)
        made = pipeline.publish_take(
            take, target, lang=batch.spoken(line), now=batch.clock(), home=batch.home
        )
        return _outcome(line, MADE, target, clip=made.clip.id, payload=made.clip.payload)
    except (MedialitError, OSError) as error:
        return _unmade(batch, line, error)


def _make_peopled(batch: _Batch, lines: Sequence[Line]) -> None:
    """Make the clips with people in them, one by one, at the desk: no likeness leaves this process."""
    if not lines or batch.stopping():
        return
    with Desk(batch.home) as desk:
        for line in lines:
            if batch.stopping():
                return
            use = batch.receipt.before.get((line.sum, f"{line.name}.mp4"), _waiting(line)).use
            try:
                use = use or _draft(batch, desk, line)
                batch.settle(_peopled(batch, desk, line, use))
            except (MedialitError, OSError) as error:
                batch.settle(_unmade(batch, line, error, use=use))


def _draft(batch: _Batch, desk: Desk, line: Line) -> str:
    """Make a draft, if everybody in it agreed, and note it at once: a later run goes on from there."""
    company = line.company
    assert company is not None
    if batch.target(line).exists():
        raise _taken(batch.target(line))
    use = desk.generate(
        line.prompt,
        principals=company.people,
        requester=company.requester,
        setting=company.setting,
        seed=line.seed,
        now=batch.clock(),
        doing=company.doing,
        model=line.model,
        lang=batch.spoken(line),
    )
    batch.receipt.add(replace(_waiting(line), use=use.id), at_once=True)
    return use.id


def _peopled(batch: _Batch, desk: Desk, line: Line, use_id: str) -> Outcome:
    """Publish a draft and take a copy out, each if everybody in it agreed; what was done before is not done again."""
    company, target = line.company, batch.target(line)
    assert company is not None
    found = [one for one in desk.uses() if one.id == use_id]
    if not found or found[0].stage == "withdrawn":
        raise BatchError(_msgid("{use} was withdrawn. To ask again, give the line another seed."), use=use_id)
    if _is_out(found[0], target):
        return _peopled_outcome(batch, line, KEPT, found[0])
    lang = batch.spoken(line) or "en"
    who, now = company.requester, batch.clock()
    use = desk.publish(use_id, requester=who, title=line.name, now=now, lang=lang)
    desk.export(use_id, target, requester=who, now=batch.clock(), lang=lang)
    return _peopled_outcome(batch, line, MADE, use)


def _is_out(use: Use, target: Path) -> bool:
    return use.stage == "published" and str(target.resolve()) in use.exports and target.is_file()


def _peopled_outcome(batch: _Batch, line: Line, status: str, use: Use) -> Outcome:
    with Registry(batch.home / "registry") as registry:
        clip = registry.get(use.clip or "")
    assert clip is not None, "what was published is registered"
    return _outcome(line, status, batch.target(line), clip=clip.id, payload=clip.payload, use=use.id)
