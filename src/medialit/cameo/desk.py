"""The desk where likenesses are asked for: the only way from an enrolled person to frames.

Each step asks `medialit.consent.policy.decide` anew and writes request and answer into the ledger, refusals too.
What was allowed yesterday is asked again today: a grant may have ended since.

    enrol -> generate -> publish -> export
                 ^           |
                 └── remix ──┘        revoke: whatever no longer stands is withdrawn at once
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from medialit import pipeline
from medialit.cameo.examine import examined
from medialit.cameo.shelf import Shelf, Use, new_id
from medialit.consent.ledger import Ledger
from medialit.consent.ledger_state import State
from medialit.consent.policy import decide
from medialit.consent.reasons import explain
from medialit.consent.records import (
    Action,
    Audience,
    Decision,
    Medium,
    Modality,
    Original,
    Principal,
    Purpose,
    Request,
    Revocation,
)
from medialit.errors import CameoError, ConsentRefusedError
from medialit.generate import sampler
from medialit.home import medialit_home
from medialit.likeness.cast import person
from medialit.likeness.cast_pose import ACTIONS
from medialit.likeness.composite import appear
from medialit.likeness.enrol import enrol_fictional
from medialit.likeness.vault import Enrolment, Vault
from medialit.media import Clip
from medialit.provenance.registry import Registry

ASIDE_M: Final = (0.9, -0.9, 1.7, -1.7)
"""Where people stand, metres to the right of the middle: beside the things that the prompt asks for."""
_SOFTNESS_PX: Final = 0.7  # the generator's pictures are softer than a drawn person
_LABEL_LANGUAGE: Final = {"ary": "ar"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a clip is for, and where it will be seen.

    Parameters
    ----------
    purpose : Purpose
    audience : Audience
    territories : frozenset of str
        ISO 3166-1 alpha-2 codes, or `worldwide` alone.
    medium : Medium
    """

    purpose: Purpose
    audience: Audience
    territories: frozenset[str]
    medium: Medium


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A decision, and the ledger's id of it.

    Parameters
    ----------
    decision : Decision
    request : Request
    id : str
    """

    decision: Decision
    request: Request
    id: str


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """What a look at all uses found: each of them either still stands, or was withdrawn.

    Parameters
    ----------
    destroyed : tuple of Use
        Drafts whose frames are gone.
    unpublished : tuple of Use
        Clips that were published here, and are no longer.
    out_of_reach : tuple of str
        Copies that were exported before: paths, for whoever must ask there.
    """

    destroyed: tuple[Use, ...]
    unpublished: tuple[Use, ...]
    out_of_reach: tuple[str, ...]


class Desk:
    """An open desk; a context manager.

    Parameters
    ----------
    home : Path, optional
        `$MEDIALIT_HOME` when not given.
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = home or medialit_home()
        self.ledger = Ledger(self._home / "consent" / "ledger.db")
        self.vault = Vault(self._home)
        self._shelf = Shelf(self._home / "cameo")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the ledger."""
        self.ledger.close()

    def enrol_cast(self, cast_id: str, *, by: str, now: datetime) -> tuple[Principal, Enrolment]:
        """Enrol a person of the fictional cast as a principal of the same id; a second time changes nothing."""
        who = person(cast_id)
        principal = Principal(
            id=who.id,
            name=who.name("en"),
            minor=who.minor,
            guardians=(who.guardian,) if who.guardian else (),
        )
        if who.id not in self.names():
            self.ledger.append(principal, by=by, now=now)
        enrolment = enrol_fictional(who.id, name=principal.name, vault=self.vault, now=now)
        return principal, enrolment

    def names(self) -> dict[str, str]:
        """Return the names of all principals by id."""
        return self.ledger.state().names()

    def ask(self, request: Request, *, now: datetime) -> Answer:
        """Decide a request by all that the ledger holds, and write both down."""
        decision = _decided(request, self.ledger.state(), now=now)
        event = self.ledger.log(request, decision, by=request.requester, now=now)
        return Answer(decision=decision, request=request, id=event.id)

    def generate(
        self,
        prompt: str,
        *,
        principals: Sequence[str],
        requester: str,
        setting: Setting,
        seed: int,
        now: datetime,
        doing: str = "wave",
        model: sampler.Model = "v2",
        lang: str | None = None,
        on_step: Callable[[sampler.Step], None] | None = None,
    ) -> Use:
        """Make a draft: the scene of a prompt, with people in it, if each of them agreed.

        Parameters
        ----------
        prompt : str
            The scene; the people stand beside what it asks for.
        principals : sequence of str
            Ids of enrolled people, one to four.
        requester : str
            Who asks.
        setting : Setting
        seed, model, on_step
            As `medialit.generate.sampler.sample` takes them.
        now : datetime
            Aware.
        doing : str
            One of `medialit.likeness.cast_pose.ACTIONS`.
        lang : str, optional
            Of a refusal's reasons; the prompt's own when not given.

        Returns
        -------
        Use
            A draft. `preview` shows it to who may see it.

        Raises
        ------
        ConsentRefusedError
            If somebody did not agree; nothing was generated, and the message says why.
        MedialitError
            If the prompt is refused, a person is not enrolled, or a word is unknown.
        """
        return self._make(
            prompt, principals=principals, requester=requester, setting=setting, seed=seed, now=now, doing=doing,
            model=model, lang=lang, on_step=on_step, parent=None,
        )  # fmt: skip

    def remix(
        self,
        use_id: str,
        prompt: str,
        *,
        requester: str,
        setting: Setting,
        seed: int,
        now: datetime,
        principals: Sequence[str] = (),
        doing: str = "wave",
        model: sampler.Model = "v2",
        lang: str | None = None,
        on_step: Callable[[sampler.Step], None] | None = None,
    ) -> Use:
        """Make a draft with the people of a published clip in another scene, and with further ones if named.

        Parameters and errors are those of `generate`; the clip must be published.
        """
        parent = self._shelf.get(use_id)
        if parent.stage != "published":
            raise CameoError(f"{use_id} is {parent.stage}. Only a published clip can be remixed.")
        everyone = tuple(dict.fromkeys((*parent.principals, *principals)))
        return self._make(
            prompt, principals=everyone, requester=requester, setting=setting, seed=seed, now=now, doing=doing,
            model=model, lang=lang, on_step=on_step, parent=parent,
        )  # fmt: skip

    def preview(self, use_id: str, *, viewer: str, now: datetime, lang: str = "en") -> Clip:
        """Return the frames of a use, unlabelled, to somebody whose likeness is in it, or to its maker while allowed.

        Raises
        ------
        ConsentRefusedError
            If the viewer is neither, or what allowed it has ended.
        """
        use = self._shelf.get(use_id)
        if viewer in self._speakers(use.principals, now):
            return self._shelf.frames(use.id)
        if viewer != use.requester:
            raise CameoError(
                f"{use.id} is shown to the people in it and to who made it. {viewer} is neither."
            )
        self._require(self._request(use, Action.GENERATE, requester=viewer, now=now), now=now, lang=lang)
        return self._shelf.frames(use.id)

    def publish(
        self,
        use_id: str,
        *,
        requester: str,
        title: str,
        now: datetime,
        lang: str = "en",
        setting: Setting | None = None,
    ) -> Use:
        """Label, watermark, sign and register a draft, if everybody in it agreed to its publication.

        The credentials name the grants. `setting` replaces the draft's own.

        Raises
        ------
        ConsentRefusedError
            If somebody did not agree; nothing was published.
        """
        with self._shelf.locked():
            use = self._shelf.get(use_id)
            if use.stage == "published":
                return use
            if setting is not None:
                use = _set(use, setting)
            answer = self._require(
                self._request(use, Action.PUBLISH, requester=requester, now=now), now=now, lang=lang
            )
            target = self._published(use.id)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            grants = answer.decision.grant_ids
            made = pipeline.publish_clip(
                self._shelf.frames(use.id),
                target,
                title=title,
                lang=_LABEL_LANGUAGE.get(lang, lang),
                now=now,
                description=f"{use.prompt} [{', '.join(use.principals)}; seed {use.seed}]",
                consent_grants=grants,
                home=self._home,
            )
            return self._shelf.update(
                replace(use, stage="published", clip=made.clip.id, grant_ids=grants, decision=answer.id)
            )

    def export(self, use_id: str, target: Path, *, requester: str, now: datetime, lang: str = "en") -> Path:
        """Write a copy of a published clip to a file, if everybody in it agreed to that.

        Raises
        ------
        ConsentRefusedError
            If somebody did not agree; no file was written.
        CameoError
            If it is not published, or there is a file already.
        """
        with self._shelf.locked():
            use = self._shelf.get(use_id)
            if use.stage != "published":
                raise CameoError(
                    f"{use_id} is {use.stage}. Publish it first; what is exported is labelled and signed."
                )
            if target.exists():
                raise CameoError(f"{target} is there already. Choose another name; nothing was overwritten.")
            self._require(self._request(use, Action.EXPORT, requester=requester, now=now), now=now, lang=lang)
            data = self._published(use.id).read_bytes()
            try:
                target.write_bytes(data)
            except OSError as error:
                raise CameoError(
                    f"{target} cannot be written ({error.strerror}). Choose another place."
                ) from error
            self._shelf.update(replace(use, exports=(*use.exports, str(target.resolve()))))
        return target

    def uses(self, principal: str | None = None) -> tuple[Use, ...]:
        """Return every draft and clip, or those that a person is in, the withdrawn ones too; the oldest first."""
        return tuple(one for one in self._shelf.uses() if principal is None or principal in one.principals)

    def withdraw(self, use_id: str, *, by: str, now: datetime) -> Use:
        """Take a draft or a clip out of the world, at the word of somebody who is in it or who made it.

        Raises
        ------
        CameoError
            If `by` is neither of them.
        """
        with self._shelf.locked():
            use = self._shelf.get(use_id)
            if by != use.requester and by not in self._speakers(use.principals, now):
                raise CameoError(
                    f"{use.id} can be withdrawn by the people in it and by who made it. {by} is neither."
                )
            return self._withdraw(use)

    def revoke(
        self, principal: str, *, by: str, now: datetime, grant: str | None = None, reason: str = ""
    ) -> Aftermath:
        """Take back a grant, or all of a person's grants, and withdraw whatever no longer stands.

        Raises
        ------
        CameoError
            If `by` does not speak for the person, or there is no such grant.
        """
        state = self.ledger.state()
        if by not in self._speakers((principal,), now):
            raise CameoError(f"{by} does not speak for {principal}, so nothing was revoked.")
        if grant is not None and not any(
            one.id == grant and one.principal == principal for one in state.grants
        ):
            raise CameoError(f"{principal} has given no grant {grant!r}. `medialit consent show` lists them.")
        record = Revocation(
            id=f"rev-{secrets.token_hex(8)}", principal=principal, grant=grant, by=by, at=now, reason=reason
        )
        self.ledger.append(record, by=by, now=now)
        return self.sweep(now=now)

    def forget(self, principal: str, *, by: str, now: datetime) -> Aftermath:
        """Erase a person: the names and reasons in the ledger, the enrolment, and every draft and clip.

        Raises
        ------
        CameoError
            If `by` does not speak for the person.
        LedgerError
            If nobody of this id is known.
        """
        known = self.ledger.state().principal(principal) is not None
        if known and by not in self._speakers((principal,), now):
            raise CameoError(f"{by} does not speak for {principal}, so nothing was erased.")
        self.ledger.forget(principal, by=by, now=now)
        for one in self.vault.list():
            if one.cast_id == principal:
                self.vault.delete(one.id)
        return self.sweep(now=now)

    def sweep(self, *, now: datetime) -> Aftermath:
        """Look at every use again, and withdraw those that nobody would allow any more: revoked, or run out."""
        destroyed: list[Use] = []
        unpublished: list[Use] = []
        beyond: list[str] = []
        with self._shelf.locked():
            state = self.ledger.state()
            for use in self._shelf.uses():
                if use.stage == "withdrawn" or self._stands(use, state, now):
                    continue
                gone = self._withdraw(use)
                (destroyed if use.stage == "draft" else unpublished).append(gone)
                beyond += use.exports
        return Aftermath(
            destroyed=tuple(destroyed), unpublished=tuple(unpublished), out_of_reach=tuple(beyond)
        )

    def _stands(self, use: Use, state: State, now: datetime) -> bool:
        action = Action.GENERATE if use.stage == "draft" else Action.PUBLISH
        return _decided(self._request(use, action, requester=use.requester, now=now), state, now=now).allowed

    def _withdraw(self, use: Use) -> Use:
        self._published(use.id).unlink(missing_ok=True)
        if use.clip is not None:
            with Registry(self._home / "registry") as registry:
                registry.discard_original(use.clip)
        return self._shelf.withdraw(use.id)

    def _make(
        self,
        prompt: str,
        *,
        principals: Sequence[str],
        requester: str,
        setting: Setting,
        seed: int,
        now: datetime,
        doing: str,
        model: sampler.Model,
        lang: str | None,
        on_step: Callable[[sampler.Step], None] | None,
        parent: Use | None,
    ) -> Use:
        if not 1 <= len(principals) <= len(ASIDE_M):
            raise CameoError(f"A clip shows one to {len(ASIDE_M)} people, not {len(principals)}.")
        if doing not in ACTIONS:
            raise CameoError(f"Nobody here can {doing!r}; choose one of: {', '.join(ACTIONS)}.")
        use = self._planned(prompt, principals, requester, setting, seed, now, parent)
        action = Action.GENERATE if parent is None else Action.REMIX
        request = self._request(use, action, requester=requester, now=now, parent=parent)
        answer = self._require(request, now=now, lang=lang or "en")
        faces = {one: self._cast_id(one) for one in principals}
        take = sampler.sample(prompt, seed=seed, model=model, lang=lang, on_step=on_step)
        clip = self._peopled(take, faces, doing=doing, seed=seed, answer=answer)
        return self._shelf.add(replace(use, grant_ids=answer.decision.grant_ids, decision=answer.id), clip)

    def _planned(
        self,
        prompt: str,
        principals: Sequence[str],
        requester: str,
        setting: Setting,
        seed: int,
        now: datetime,
        parent: Use | None,
    ) -> Use:
        """Return the use that would be made, with what was found in its prompt and in the people's look."""
        topics, contexts = examined(prompt, seed=seed)
        return Use(
            id=new_id(),
            stage="draft",
            principals=tuple(principals),
            grant_ids=(),
            decision="",
            requester=requester,
            prompt=prompt,
            seed=seed,
            purpose=setting.purpose.value,
            audience=setting.audience.value,
            medium=setting.medium.value,
            territories=tuple(sorted(setting.territories)),
            topics=topics,
            contexts=contexts,
            appearance=(),
            made_at=now,
            parent=None if parent is None else parent.id,
        )

    def _peopled(
        self, take: sampler.Take, faces: dict[str, str], *, doing: str, seed: int, answer: Answer
    ) -> Clip:
        """Return the scene with everybody in it."""
        clip, shot = take.clip, take.shot
        assert shot.background and shot.pan and shot.look is not None, "a take's shot is settled"
        for place, cast_id in zip(ASIDE_M, faces.values(), strict=False):
            who = person(cast_id)
            made = appear(
                clip,
                who,
                doing,
                background=shot.background,
                camera=shot.pan,
                look=shot.look,
                authorisation=answer.id,
                guardian_decision=answer.id if who.minor else None,
                seed=seed,
                at_m=place,
                softness_px=_SOFTNESS_PX,
            )
            clip = made.clip
        return clip

    def _cast_id(self, principal: str) -> str:
        """Return which of the cast a principal is.

        Raises
        ------
        CameoError
            If nobody of that id was enrolled.
        """
        for one in self.vault.list():
            if one.cast_id == principal:
                return principal
        raise CameoError(
            f"{principal} is not enrolled, so there is no likeness to use. Enrol a person of the cast with "
            f"`medialit likeness enrol --cast {principal}`."
        )

    def _request(
        self, use: Use, action: Action, *, requester: str, now: datetime, parent: Use | None = None
    ) -> Request:
        original = None
        if action is Action.REMIX:
            assert parent is not None
            original = Original(
                maker=parent.requester, principals=parent.principals, grant_ids=parent.grant_ids
            )
        return Request(
            id=f"req-{secrets.token_hex(8)}",
            requester=requester,
            principals=use.principals,
            action=action,
            purpose=Purpose(use.purpose),
            audience=Audience(use.audience),
            territories=frozenset(use.territories),
            medium=Medium(use.medium),
            modalities=frozenset({Modality.FACE}),
            topics=frozenset(use.topics),
            contexts=frozenset(use.contexts),
            appearance=frozenset(use.appearance),
            original=original,
            at=now,
        )

    def _require(self, request: Request, *, now: datetime, lang: str) -> Answer:
        answer = self.ask(request, now=now)
        if not answer.decision.allowed:
            reasons = explain(answer.decision, lang=lang, names=self.names())
            raise ConsentRefusedError(" ".join(reasons), decision=answer.decision)
        return answer

    def _speakers(self, principals: Iterable[str], now: datetime) -> set[str]:
        """Return who speaks for any of these people: themselves, a minor's guardians, a dead person's estate."""
        wanted = set(principals)
        return {
            who for one in self.ledger.state().principals if one.id in wanted for who in speakers(one, now)
        }

    def _published(self, id: str) -> Path:
        return self._home / "cameo" / "published" / f"{id}.mp4"


def speakers(principal: Principal, now: datetime) -> tuple[str, ...]:
    """Return who may say no for a person: the person, or the estate; for a minor the guardians too."""
    if principal.dead:
        return principal.estate
    if principal.is_minor(on=now.date()):
        return (principal.id, *principal.guardians)
    return (principal.id,)


def _decided(request: Request, state: State, *, now: datetime) -> Decision:
    return decide(request, **state.known, now=now)


def _set(use: Use, setting: Setting) -> Use:
    words: dict[str, Any] = {
        "purpose": setting.purpose.value,
        "audience": setting.audience.value,
        "medium": setting.medium.value,
        "territories": tuple(sorted(setting.territories)),
    }
    return replace(use, **words)
