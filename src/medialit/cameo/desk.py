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
from medialit.cameo.lenders import Lenders, require_grown
from medialit.cameo.lenders import speakers as speakers
from medialit.cameo.lending import cutter
from medialit.cameo.lent import Link, Loan
from medialit.cameo.people import ASIDE_M, Figure, peopled
from medialit.cameo.records import Aftermath, Answer, Setting
from medialit.cameo.shelf import Shelf, Use, new_id
from medialit.cameo.trouble import trouble
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
from medialit.databases import place as kept
from medialit.errors import ConsentRefusedError
from medialit.generate import sampler
from medialit.home import medialit_home
from medialit.likeness.cast import person
from medialit.likeness.cast_pose import ACTIONS
from medialit.likeness.enrol import enrol_fictional
from medialit.likeness.models import FaceReader
from medialit.likeness.vault import Enrolment, Vault
from medialit.media import Clip
from medialit.overwrite import overwrite
from medialit.provenance.registry import Registry

_LABEL_LANGUAGE: Final = {"ary": "ar"}


@dataclass(frozen=True, kw_only=True)
class _Likeness:
    """What there is of a person: an enrolment, and for those before a camera what they lent."""

    enrolment: str
    loan: Loan | None = None


class Desk:
    """An open desk; a context manager.

    Parameters
    ----------
    home : Path, optional
        `$MEDIALIT_HOME` when not given.
    ledger : str or Path, optional
        Where the ledger of consent is; when not given, where `medialit.databases` keeps that of the home.
    """

    def __init__(self, home: Path | None = None, *, ledger: str | Path | None = None) -> None:
        self._home = home or medialit_home()
        consent = self._home / "consent"
        own = self._home == medialit_home()
        if ledger is None:
            ledger = kept("home", consent / "ledger.db") if own else consent / "ledger.db"
        self.ledger = Ledger(ledger, heads=consent / "heads")
        self.vault = Vault(self._home)
        self._shelf = Shelf(self._home / "cameo")
        self._lenders = Lenders(self._home / "cameo" / "lent", vault=self.vault)

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
            raise trouble("remix-unpublished", use=use_id)
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
            raise trouble("preview-neither", use=use.id, who=viewer)
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
        """Write a copy of a published clip to a file, if everybody in it agreed to that; the whole of it or nothing.

        Raises
        ------
        ConsentRefusedError
            If somebody did not agree; no file was written.
        CameoError
            If it is not published, there is a file already, or it cannot be written.
        """
        with self._shelf.locked():
            use = self._shelf.get(use_id)
            if use.stage != "published":
                raise trouble("export-unpublished", use=use_id)
            if target.exists():
                raise trouble("exists", path=target)
            self._require(self._request(use, Action.EXPORT, requester=requester, now=now), now=now, lang=lang)
            data = self._published(use.id).read_bytes()
            self._shelf.give_out(use, data, target=target)
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
                raise trouble("withdraw-neither", use=use.id, who=by)
            return self._withdraw(use)

    def erase_use(self, use_id: str) -> None:
        """Withdraw a use, and delete its card with the prompt: for a maker who is erased."""
        with self._shelf.locked():
            self._withdraw(self._shelf.get(use_id))
            self._shelf.erase(use_id)

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
            raise trouble("speaks-not", who=by, person=principal)
        if grant is not None and not any(
            one.id == grant and one.principal == principal for one in state.grants
        ):
            raise trouble("grant-unknown", person=principal, grant=repr(grant))
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
            raise trouble("speaks-not", who=by, person=principal)
        self.ledger.forget(principal, by=by, now=now)
        linked = self._lenders.enrolment(principal)
        with self._shelf.locked():
            gone = self._lenders.erase(principal=principal)
            for one in self.vault.list():
                if one.cast_id == principal:
                    self.vault.delete(one.id)
            if linked is not None:
                self.vault.delete(linked)
            self._lenders.unlink(principal)
        after = self.sweep(now=now)
        return replace(after, recordings=(*gone, *after.recordings))

    def link(self, principal: str, enrolment: str, *, by: str, now: datetime) -> Link:
        """Say which enrolment by camera is a person's of the register; a second time changes nothing.

        Raises
        ------
        CameoError
            If the person is unknown, of the cast, under 18 or dead, if `by` does not speak for them, or if the enrolment
            is none by camera or another person's.
        """
        with self._shelf.locked():
            return self._lenders.link(principal, enrolment, state=self.ledger.state(), by=by, now=now)

    def links(self) -> tuple[Link, ...]:
        """Return who is linked to which enrolment, the first first."""
        return self._lenders.links()

    def lend(
        self,
        principal: str,
        file: Path,
        *,
        by: str,
        now: datetime,
        until: datetime | None = None,
        reader: FaceReader | None = None,
    ) -> Loan:
        """Keep a recording of a linked person, sealed, to be cut out of it when somebody may use the likeness.

        It allows nobody anything. Kept are the pictures of its first seconds, small and without sound; a recording that
        the person lent before is erased.

        Parameters
        ----------
        principal : str
        file : Path
            A video of one person near the camera.
        by : str
            Who hands it in: the person.
        now : datetime
            Aware.
        until : datetime, optional
            When it is to be erased, at most 360 days away; 30 days by default.
        reader : FaceReader, optional
            Loaded models; loaded anew when not given.

        Raises
        ------
        CameoError
            If the file is no such video, the face in it is not the enrolled one, a package is missing, or `by` is not the
            person; nothing was kept then.
        """
        state = self.ledger.state()
        loan, clip = self._lenders.looked_at(
            principal, file, state=state, by=by, now=now, until=until, reader=reader
        )
        with self._shelf.locked():
            return self._lenders.keep(loan, clip)

    def lent(self, principal: str, *, now: datetime) -> Loan | None:
        """Return what a person has lent, without its pictures; None where there is nothing."""
        return self._lenders.loan(principal, now=now)

    def recording(self, principal: str, *, viewer: str, now: datetime) -> Clip:
        """Return the pictures that a person has lent, to that person.

        Raises
        ------
        CameoError
            If `viewer` does not speak for the person, or nothing is lent.
        """
        if viewer not in self._speakers((principal,), now):
            raise trouble("speaks-not", who=viewer, person=principal)
        loan = self._lenders.loan(principal, now=now)
        if loan is None:
            raise trouble("nothing-lent", person=principal)
        return self._lenders.recording(loan)

    def take_back(self, principal: str, *, by: str, now: datetime) -> Aftermath:
        """Erase the recording that a person lent, and every draft with them.

        Clips that were published stand as long as somebody allows them: `revoke` reaches those.

        Raises
        ------
        CameoError
            If `by` does not speak for the person, or nothing is lent.
        """
        if by not in self._speakers((principal,), now):
            raise trouble("speaks-not", who=by, person=principal)
        with self._shelf.locked():
            gone = self._lenders.erase(principal=principal)
            if not gone:
                raise trouble("nothing-lent", person=principal)
            drafts = [one for one in self.uses(principal) if one.stage == "draft"]
            after = self._withdrawn(drafts)
        return replace(after, recordings=gone)

    def unenrol(self, enrolment: str, *, now: datetime) -> Aftermath:
        """Erase an enrolment, what was lent by it, and every draft and clip that was made with it.

        Raises
        ------
        VaultError
            If nobody has this id.
        """
        whose = {one.cast_id for one in self.vault.list() if one.id == enrolment}
        whose |= {one.principal for one in self._lenders.links() if one.enrolment == enrolment}
        with self._shelf.locked():
            gone = self._lenders.erase(enrolment=enrolment)
            self.vault.delete(enrolment)
            made = [
                one
                for one in self._shelf.uses()
                if enrolment in one.enrolments or (not one.enrolments and whose & set(one.principals))
            ]
            after = self._withdrawn([one for one in made if one.stage != "withdrawn"])
        swept = self.sweep(now=now)
        return Aftermath(
            destroyed=after.destroyed + swept.destroyed,
            unpublished=after.unpublished + swept.unpublished,
            out_of_reach=after.out_of_reach + swept.out_of_reach,
            recordings=gone + swept.recordings,
        )

    def sweep(self, *, now: datetime) -> Aftermath:
        """Look at everything again: withdraw the uses that nobody would allow any more, erase recordings that are over.

        Revoked, forbidden, run out, or made with an enrolment that is gone.
        """
        with self._shelf.locked():
            state = self.ledger.state()
            gone = self._lenders.tidy(state, now=now)
            enrolled = {one.id for one in self.vault.list()} | set(self.vault.damaged())
            fallen = [
                one
                for one in self._shelf.uses()
                if one.stage != "withdrawn"
                and not (set(one.enrolments) <= enrolled and self._stands(one, state, now))
            ]
            after = self._withdrawn(fallen)
        return replace(after, recordings=gone)

    def _withdrawn(self, uses: Iterable[Use]) -> Aftermath:
        """Withdraw uses, and say what that reached."""
        destroyed: list[Use] = []
        unpublished: list[Use] = []
        beyond: list[str] = []
        for use in uses:
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
        overwrite(self._published(use.id))
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
            raise trouble("people-number", most=len(ASIDE_M), n=len(principals))
        if doing not in ACTIONS:
            raise trouble("doing", doing=repr(doing), known=", ".join(ACTIONS))
        use = self._planned(prompt, principals, requester, setting, seed, now, parent)
        action = Action.GENERATE if parent is None else Action.REMIX
        request = self._request(use, action, requester=requester, now=now, parent=parent)
        answer = self._require(request, now=now, lang=lang or "en")
        likenesses = self._figures(principals, now=now)
        cuts = cutter() if any(one.loan for one in likenesses.values()) else None
        take = sampler.sample(prompt, seed=seed, model=model, lang=lang, on_step=on_step)
        figures = [self._figure(one, likeness) for one, likeness in likenesses.items()]
        clip = peopled(take, figures, doing=doing, seed=seed, authorisation=answer.id, model=cuts)
        with self._shelf.locked():
            for one, likeness in likenesses.items():  # it may have been taken back while the clip was made
                if likeness.loan is not None and self._lenders.loan(one, now=now) != likeness.loan:
                    raise trouble("nothing-lent", person=one)
            return self._shelf.add(
                replace(
                    use,
                    grant_ids=answer.decision.grant_ids,
                    decision=answer.id,
                    enrolments=tuple(one.enrolment for one in likenesses.values()),
                ),
                clip,
            )

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

    def _figures(self, principals: Sequence[str], *, now: datetime) -> dict[str, _Likeness]:
        """Return what there is of each person to be shown: a place in the cast, or a recording that was lent.

        Raises
        ------
        CameoError
            If somebody is not enrolled, or has lent nothing.
        """
        drawn = {one.cast_id: one.id for one in self.vault.list() if one.cast_id is not None}
        found: dict[str, _Likeness] = {}
        for one in principals:
            if one in drawn:
                found[one] = _Likeness(enrolment=drawn[one])
                continue
            enrolment = self._lenders.enrolment(one)
            if enrolment is None:
                raise trouble("not-enrolled", person=one)
            require_grown(one, self.ledger.state(), now=now)
            loan = self._lenders.loan(one, now=now)
            if loan is None:
                raise trouble("nothing-lent", person=one)
            found[one] = _Likeness(enrolment=enrolment, loan=loan)
        return found

    def _figure(self, principal: str, likeness: _Likeness) -> Figure:
        if likeness.loan is None:
            return Figure(principal=principal, who=person(principal))
        recording = self._lenders.recording(likeness.loan)
        return Figure(principal=principal, recording=recording, face_px=likeness.loan.face_px)

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
