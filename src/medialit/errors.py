"""Every error that medialit raises on purpose, in one tree.

::

    MedialitError               a message says what, which value, and what to do about it
    ├── MediaError              a picture, a clip or a sound
    │   ├── UnreadableMediaError    the file is not media, is damaged, or has no video stream
    │   ├── MediaTooLargeError      more frames, pixels or seconds than the limits allow
    │   └── ClipError               an array that cannot be a Clip, or an edit that cannot be made
    ├── WorldError              a scene or a planted violation that cannot be rendered
    ├── GenerateError           a prompt, a shot or settings that no clip can be made from
    │   ├── ModelError              weights that are missing or damaged
    │   └── RefusedPromptError      a prompt that is refused, with the reason
    ├── DatabaseError           a database that cannot be used as asked: its URL, its version, its lock, its move
    │   ├── BackupError             a copy of what is kept that cannot be made, or is not whole
    │   └── EraseError              somebody who cannot be erased as asked
    ├── LogError                a log that cannot be written, or a level that there is not
    ├── StatisticsError         a statistic that the data cannot give
    │   └── EmptyCountsError        no trial of one of the two kinds
    ├── CueError                a cue that there is not, or a detector that cannot be trained or read
    ├── LanguageError           a language that the platform does not speak
    ├── SpottingError           a pack of clips to judge, or the answers saved for it
    ├── SayableError            an error that can be said in somebody's language
    │   ├── FakeError               a fake that cannot be made as asked
    │   ├── ClipPackError           a pack of labelled clips that cannot be built, read or added to
    │   ├── ContestError            a contest that cannot be drawn, or answers that cannot be kept or read
    │   ├── BatchError              a file of prompts that cannot be read, or a line of it that no clip can be made from
    │   └── StudioError             something asked of the studio that cannot be, with the code that its pages know
    ├── CourseError             a lab source, a catalogue or a course folder
    │   ├── LabSourceError          lab.py, lab.toml or a catalogue breaks a rule that the builder needs
    │   ├── LeakError               a release would show a solution, a hidden test or a grader
    │   ├── GradebookError          a change that would orphan marks already in the gradebook
    │   └── LtiError                a learning platform that is away, refuses, or is not set up; the tool's key
    ├── GradingError            a submission could not be graded; it is never a mark of zero
    │   ├── SandboxUnavailableError no way to contain a student's code on this machine
    │   └── WorkerLostError         a sandboxed worker ended or misbehaved while it was asked something
    ├── ClusterError            other machines cannot be asked to work: their address, their keys, a lost scheduler
    │   └── WorkersEndedError       every worker that took a job ended, again and again
    ├── LikenessError           an enrolled likeness, or the enrolling of one
    │   ├── LikenessModelError      a face model whose package is not installed or damaged
    │   ├── EnrolmentError          a challenge, a recording or a name that no attempt can be judged by
    │   ├── VaultError              the encrypted store of templates: its folder, its key, a record
    │   ├── CastError               a fictional person, a pose or a look that cannot be drawn
    │   └── CompositeError          a person who cannot be put into a scene
    │       └── MinorError              a minor, without a guardian's decision
    ├── ConsentError            who agreed to what: records, decisions, the ledger, receipts, the market
    │   ├── CameoError              a use of a likeness that there is not, or a step that cannot follow
    │   ├── ConsentRefusedError     a step that somebody did not agree to, with the reasons
    │   ├── RecordError             a consent record that breaks a rule, or text that holds none
    │   ├── PolicyError             records that contradict each other, so that nothing can be decided by them
    │   ├── LedgerError             the ledger of consent events cannot be used, or was tampered with
    │   ├── ReceiptError            a receipt or licence that cannot be made, read or verified
    │   ├── NoticeError             a notice that lacks what it must hold, or does not apply
    │   └── MarketError             an offer, a licence or a sum of money that does not add up
    └── ProvenanceError         credentials, watermarks, fingerprints, labels and keys
        ├── KeyStoreError           the course's certificate authority: its folder, a key, a name
        ├── TrustListError          a trust list that cannot be read
        ├── SigningError            a file that could not be signed, or a statement that would not be true
        ├── WatermarkError          a payload, a key or a clip that a watermark cannot work with
        ├── FingerprintError        a clip, an index or a threshold that cannot be searched with
        ├── LabelError              a label that cannot be drawn legibly
        └── RegistryError           the registry of published clips, or a clip that it cannot take

A caller who catches `MedialitError` catches all that a person can put right.
Anything else that escapes is our bug.
"""

from __future__ import annotations

from collections.abc import Mapping


class MedialitError(Exception):
    """Base of every error that a person can put right."""


class MediaError(MedialitError):
    """A picture, a clip or a sound is at fault."""


class UnreadableMediaError(MediaError):
    """The file is not media, is damaged, or has no video stream."""


class MediaTooLargeError(MediaError):
    """The file holds more frames, pixels or seconds than the limits allow."""


class ClipError(MediaError):
    """An array that cannot be a `Clip`, or an edit that cannot be made to one."""


class WorldError(MedialitError):
    """A scene, or a violation planted in one, that cannot be rendered."""


class GenerateError(MedialitError):
    """A prompt, a shot or settings that no clip can be made from."""


class ModelError(GenerateError):
    """The weights of a model are missing, damaged or of another version."""


class RefusedPromptError(GenerateError):
    """A prompt asks for something that is not made here; the message gives the reason."""


class DatabaseError(MedialitError):
    """A database cannot be used as asked: its URL, its version, a lock that another program holds, a move."""


class BackupError(DatabaseError):
    """A copy of what is kept cannot be made or restored, is not whole, or is older than what is known of it."""


class EraseError(DatabaseError):
    """Somebody cannot be erased as asked: nobody of this id is known, or the place cannot be reached."""


class LogError(MedialitError):
    """A log that cannot be written, or a level that there is not."""


class StatisticsError(MedialitError):
    """A statistic that the data cannot give."""


class EmptyCountsError(StatisticsError):
    """No trial of one of the two kinds was judged, so a rate has no denominator."""


class CueError(MedialitError):
    """There is no such cue, or a detector cannot be trained on, or read from, what was given."""


class SpottingError(MedialitError):
    """A pack of clips to judge, or the answers saved for it, cannot be read or written."""


class SayableError(MedialitError):
    """An error that can be said in somebody's language, by `medialit.language.said`.

    Parameters
    ----------
    message : str
        An English sentence with named slots, as in the catalogues; or any text, where there are no slots.
    slots : object
        What the sentence names.
    """

    def __init__(self, message: str, **slots: object) -> None:
        super().__init__(message.format(**slots) if slots else message)
        self.message = message
        self.slots = slots


class FakeError(SayableError):
    """A fake cannot be made as asked: a strength, a mask, landmarks or clips that do not fit."""


class ClipPackError(SayableError):
    """A pack of labelled clips cannot be built, read or added to."""


class ContestError(SayableError):
    """A contest cannot be drawn from a pack, or its answers cannot be kept or read."""


class BatchError(SayableError):
    """A file of prompts cannot be read, or a line of it is nothing that a clip can be made from."""


class StudioError(SayableError):
    """Something that was asked of the studio cannot be done.

    Parameters
    ----------
    message : str
        An English sentence with named slots, as in the catalogues.
    code : str
        What it is in one word, for the page.
    status : int
        Of the answer over HTTP, 400 to 599.
    more : mapping, optional
        Further plain data for the page.
    slots : object
        What the sentence names.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        status: int = 409,
        more: Mapping[str, object] | None = None,
        **slots: object,
    ) -> None:
        super().__init__(message, **slots)
        self.code = code
        self.status = status
        self.more = dict(more or {})


class CourseError(MedialitError):
    """A lab source, a catalogue or a course folder is not as it must be."""


class LanguageError(MedialitError):
    """A language that the platform does not speak."""


class LabSourceError(CourseError):
    """A lab's source or catalogue breaks a rule that the builder needs."""


class LeakError(CourseError):
    """A release would show learners a solution, a hidden test or a grader."""


class GradebookError(CourseError):
    """A change was refused because it would orphan marks already in the gradebook."""


class LtiError(CourseError):
    """A learning platform is away, refuses what it is asked, or is not set up; or the tool's key cannot be used."""


class GradingError(MedialitError):
    """A submission could not be graded; this is never a mark of zero."""


class SandboxUnavailableError(GradingError):
    """No way to contain a student's code was found on this machine."""


class WorkerLostError(GradingError):
    """A sandboxed worker ended, or broke the protocol, while it was asked something."""


class ClusterError(MedialitError):
    """Other machines cannot be asked to work, or are lost: an address, keys, versions, a scheduler that ended."""


class WorkersEndedError(ClusterError):
    """Every worker that took a job ended, again and again: of memory, perhaps; nothing is known of the job."""


class LikenessError(MedialitError):
    """An enrolled likeness, or the enrolling of one, is at fault."""


class LikenessModelError(LikenessError):
    """A face model's package is not installed, or its files are damaged."""


class EnrolmentError(LikenessError):
    """A challenge, a recording or a name that no attempt to enrol can be judged by."""


class VaultError(LikenessError):
    """The encrypted store of templates cannot be used: its folder, its key or a record."""


class CastError(LikenessError):
    """A fictional person, a pose or a look that cannot be drawn."""


class CompositeError(LikenessError):
    """A person cannot be put into a scene as asked."""


class MinorError(CompositeError):
    """A minor would be put into a scene without a guardian's decision that allows it."""


class ConsentError(MedialitError):
    """Who agreed to what cannot be recorded, decided, kept, shown or sold as asked."""


class CameoError(ConsentError):
    """A use of a likeness that there is not, or a step that cannot follow on it.

    Parameters
    ----------
    message : str
        In English.
    code : str
        What it is in one word, by which `medialit.cameo.trouble.sentence` says it in somebody's language.
    slots : mapping of str to str, optional
        What the sentence names.
    """

    def __init__(self, message: str, *, code: str = "", slots: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.slots = dict(slots or {})


class ConsentRefusedError(ConsentError):
    """A step was refused, because somebody did not agree to it; the message says who and why, in the asker's language.

    Parameters
    ----------
    message : str
    decision : object
        The `medialit.consent.records.Decision`.
    """

    def __init__(self, message: str, *, decision: object) -> None:
        super().__init__(message)
        self.decision = decision


class RecordError(ConsentError):
    """A consent record breaks a rule, or text does not hold one."""


class PolicyError(ConsentError):
    """Records contradict each other, or a setting is out of range, so that nothing can be decided by them."""


class LedgerError(ConsentError):
    """The ledger of consent events cannot be used, or was tampered with."""


class ReceiptError(ConsentError):
    """A receipt or a licence cannot be made, read or verified.

    Parameters
    ----------
    message : str
    code : str
        What was wrong in one word, for a finding in somebody's language.
    """

    def __init__(self, message: str, *, code: str = "malformed") -> None:
        super().__init__(message)
        self.code = code


class NoticeError(ConsentError):
    """A notice lacks what it must hold, or is asked for where it does not apply."""


class MarketError(ConsentError):
    """An offer, a licence or a sum of money in the market does not add up."""


class FeedError(SayableError):
    """A member, a post, a control, a quota or a report that the feed cannot work with."""


class FeedStoreError(FeedError):
    """The feed's database or its media cannot be used, or were tampered with."""


class ProvenanceError(MedialitError):
    """Credentials, a watermark, a fingerprint, a label or a key is at fault."""


class KeyStoreError(ProvenanceError):
    """The course's certificate authority is at fault: its folder, a key or a name."""


class TrustListError(ProvenanceError):
    """A trust list cannot be read, or holds nothing to trust."""


class SigningError(ProvenanceError):
    """A file could not be signed, or the statement to be signed contradicts itself."""


class WatermarkError(ProvenanceError):
    """A payload, a key or a clip that the watermark cannot work with."""


class FingerprintError(ProvenanceError):
    """A clip, an index or a threshold that cannot be searched with."""


class LabelError(ProvenanceError):
    """A visible label that cannot be drawn legibly."""


class RegistryError(ProvenanceError):
    """The registry of published clips cannot be used, or a clip cannot be kept in it."""
