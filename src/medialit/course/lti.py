"""Marks to a learning platform by LTI 1.3, as a plugin of nbgrader's own export.

::

    nbgrader export --exporter=medialit.course.lti.LtiExport
    nbgrader export --exporter=medialit.course.lti.LtiExport --LtiExport.dry_run=True

Each lab is one column of the platform's gradebook, found again by its id; each learner is known there by the roster's
`lms_user_id`. A mark goes once: what the platform has accepted stands in a record beside the gradebook, and where that
does not say, the platform is asked what it holds before anything is sent. So a run that was cut off anywhere is
completed by the next, and the same marks sent again change nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout
from traitlets import Bool

from medialit.course import lti_record
from medialit.course.build import read_description
from medialit.course.lms import MarksPlugin, Standing, number, standing
from medialit.course.lti_keys import read_key
from medialit.course.lti_record import Record
from medialit.course.lti_service import Column, Held, ScoreRefusedError, Service
from medialit.course.lti_settings import read_settings
from medialit.errors import LtiError
from medialit.language import translator

_CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"


@dataclass(frozen=True, kw_only=True)
class Score:
    """One learner's score in one lab, as the platform is told of it.

    Parameters
    ----------
    lab, title : str
        The lab's id and, for the column, its title.
    learner : str
        Name and id, for the instructor.
    user_id : str
        The platform's id of the learner.
    given : float or None
        Points; None where it has no mark yet.
    most : float
        Points there were to get.
    activity, grading : str
        In the words of Assignment and Grade Services.
    comment : str
        For the learner, in the course's language.
    """

    lab: str
    title: str
    learner: str
    user_id: str
    given: float | None
    most: float
    activity: Literal["Initialized", "Submitted", "Completed"]
    grading: Literal["FullyGraded", "PendingManual"]
    comment: str

    @property
    def share(self) -> float | None:
        """Of the points there were to get."""
        return None if self.given is None else self.given / self.most

    @property
    def fingerprint(self) -> str:
        """What is the same where the mark is the same; the comment's wording may change."""
        given = "-" if self.given is None else number(self.given)
        return f"{given}/{number(self.most)} {self.grading} {self.activity}"

    def body(self, *, correction: bool) -> dict[str, Any]:
        """Return it as the standard has it, without user and time.

        Parameters
        ----------
        correction : bool
            Whether the platform has a score of this learner already. Canvas would count another attempt.
        """
        body: dict[str, Any] = {
            "activityProgress": self.activity,
            "gradingProgress": self.grading,
            "comment": self.comment,
        }
        if self.given is not None:
            body |= {"scoreGiven": self.given, "scoreMaximum": self.most}
        if correction:
            body[_CANVAS_SUBMISSION] = {"new_submission": False}
        return body

    def __str__(self) -> str:
        mark = "waits for a person" if self.given is None else f"{number(self.given)} of {number(self.most)}"
        return f"{self.lab}: {self.learner}, user {self.user_id}: {mark}"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a gradebook has to tell a platform.

    Parameters
    ----------
    scores : tuple of Score
        By lab, then learner.
    left_out : tuple of str
        Who or what cannot be sent, and why, each a sentence.
    """

    scores: tuple[Score, ...]
    left_out: tuple[str, ...]


@dataclass(kw_only=True)
class Outcome:
    """What came of it."""

    sent: list[Score] = field(default_factory=list)
    unchanged: list[Score] = field(default_factory=list)
    refused: list[tuple[Score, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{len(self.sent)} sent, {len(self.unchanged)} unchanged, {len(self.refused)} refused"


def plan(
    gradebook: Any,
    labs: Sequence[Any],
    people: Sequence[Any],
    *,
    titles: Mapping[str, str],
    lang: str,
    untouched_as_zero: bool = False,
) -> Plan:
    """Return what is to be sent of these labs and learners.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    labs, people : sequences
        Its assignments and students.
    titles : mapping of str to str
        Of each lab; its id stands in where it has none.
    lang : str
        Of the comments.
    untouched_as_zero : bool
        Send 0 where nothing was handed in.
    """
    users = {one.id: (one.lms_user_id or "").strip() for one in people}
    shared = {user for user, n in Counter(filter(None, users.values())).items() if n > 1}
    left_out = []
    for one in people:
        if not users[one.id]:
            left_out.append(f"{_name(one)} has no lms_user_id in the roster: no mark is sent.")
        elif users[one.id] in shared:
            left_out.append(
                f"{_name(one)} has an lms_user_id that another has too, {users[one.id]}: no mark is sent."
            )
    scores = []
    for lab in labs:
        most = float(lab.max_score or 0.0)
        if most <= 0:
            left_out.append(f"{lab.name} has no points: it gets no column.")
            continue
        for one in people:
            if users[one.id] and users[one.id] not in shared:
                found = standing(gradebook, lab=lab.name, learner=one.id)
                if found.state == "untouched" and not untouched_as_zero:
                    continue
                scores.append(
                    Score(
                        lab=lab.name,
                        title=titles.get(lab.name) or lab.name,
                        learner=_name(one),
                        user_id=users[one.id],
                        **_told(found, most=most, lang=lang),
                    )
                )
    return Plan(scores=tuple(scores), left_out=tuple(left_out))


def publish(
    scores: Sequence[Score],
    *,
    service: Service,
    record: Record,
    platform: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    recheck: bool = False,
    on_lab: Callable[[str, Outcome], object] = lambda lab, outcome: None,
    on_step: Callable[[str, int, int], object] = lambda lab, n, n_all: None,
) -> Outcome:
    """Bring a platform's gradebook to these scores; what it has already is left alone.

    Parameters
    ----------
    scores : sequence of Score
    service : Service
        Open.
    record : Record
        What the platform has accepted so far; kept up with each answer.
    platform : str
        The address of the course's line items, by which the record knows the platform.
    now : callable
        Returns the time, aware.
    recheck : bool
        Believe the platform and not the record, as after the platform was restored from a copy.
    on_lab : callable
        Told of each lab that is done, and how it went.
    on_step : callable
        Told of each score that the platform was asked about: the lab, how many of its scores are done, and of how many.

    Raises
    ------
    LtiError
        If the platform is away or takes nothing. What was accepted until then is in the record.
    """
    outcome = Outcome()
    for lab in sorted({one.lab for one in scores}):
        done = Outcome()
        try:
            _publish_lab(
                [one for one in scores if one.lab == lab],
                done=done,
                service=service,
                record=record,
                platform=platform,
                now=now,
                recheck=recheck,
                on_step=on_step,
            )
        finally:
            outcome.sent += done.sent
            outcome.unchanged += done.unchanged
            outcome.refused += done.refused
            on_lab(lab, done)
    return outcome


def _publish_lab(
    scores: Sequence[Score],
    *,
    done: Outcome,
    service: Service,
    record: Record,
    platform: str,
    now: Callable[[], datetime],
    recheck: bool,
    on_step: Callable[[str, int, int], object],
) -> None:
    first = scores[0]
    column = service.column(label=first.title, most=first.most, resource_id=first.lab)
    held: Mapping[str, Held] | None = None
    for n, one in enumerate(scores, 1):
        known = None if recheck else record.accepted(column=column.url, user=one.user_id)
        if known == one.fingerprint:
            done.unchanged.append(one)
            continue
        if held is None:
            held = service.results(column)
        there = held.get(one.user_id)
        if there is not None and there.is_share(one.share):
            done.unchanged.append(one)
        else:
            try:
                service.send_score(
                    column, one.user_id, one.body(correction=known is not None or there is not None)
                )
            except ScoreRefusedError as refused:
                done.refused.append((one, str(refused)))
                continue
            done.sent.append(one)
        _accept(record, one, column=column, platform=platform, at=now())
        on_step(first.lab, n, len(scores))


def _accept(record: Record, one: Score, *, column: Column, platform: str, at: datetime) -> None:
    record.accept(
        platform=platform,
        lab=one.lab,
        column=column.url,
        user=one.user_id,
        fingerprint=one.fingerprint,
        at=at,
    )


def to_send(scores: Sequence[Score], *, record: Record, platform: str) -> Iterator[Score]:
    """Yield what the record does not say to be on the platform already; nothing is asked of it."""
    for one in scores:
        column = record.column(platform=platform, lab=one.lab)
        if column is None or record.accepted(column=column, user=one.user_id) != one.fingerprint:
            yield one


class LtiExport(MarksPlugin):
    """Send the marks to the platform that `lti.toml` in the course's folder names."""

    dry_run = Bool(False, help="Say what would be sent, and send nothing.").tag(config=True)
    recheck = Bool(
        False, help="Ask the platform what it holds, even where the record says that it has the mark."
    ).tag(config=True)

    sleep: Callable[[float], None] = staticmethod(time.sleep)

    def export(self, gradebook: Any) -> None:
        """Send the marks of the learners and labs that were asked for, or of all.

        Raises
        ------
        LtiError
            If the platform is away, or does not take all; what it took is in the record.
        """
        course = Path(self.parent.coursedir.root) if self.parent is not None else Path.cwd()
        outcome = send(
            gradebook,
            course=course,
            chosen=self.chosen(gradebook),
            untouched_as_zero=self.untouched_as_zero,
            dry_run=self.dry_run,
            recheck=self.recheck,
            say=self.log.info,
            warn=self.log.warning,
            sleep=self.sleep,
        )
        if outcome.refused:
            raise LtiError(
                f"Marks that the platform did not take: {len(outcome.refused)}. The messages above say which, and why."
            )


def send(
    gradebook: Any,
    *,
    course: Path,
    chosen: tuple[Sequence[Any], Sequence[Any]],
    untouched_as_zero: bool,
    dry_run: bool,
    recheck: bool,
    say: Callable[[str], object],
    warn: Callable[[str], object],
    sleep: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Send a course's marks, and tell how it goes.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
        Open.
    course : Path
        The course's folder, with `lti.toml`.
    chosen : tuple
        The gradebook's assignments and students to send.
    untouched_as_zero, dry_run, recheck : bool
        As `LtiExport` has them.
    say, warn : callable
        Given each line for the instructor.
    sleep : callable
        Waits so many seconds.

    Raises
    ------
    LtiError
        If it is not set up, another program sends at this moment, or the platform is away or takes nothing.
    """
    settings = read_settings(course)
    description = read_description(course) or {}
    titles = {slug: about["title"] for slug, about in description.get("labs", {}).items()}
    planned = plan(
        gradebook,
        *chosen,
        titles=titles,
        lang=description.get("language", "en"),
        untouched_as_zero=untouched_as_zero,
    )
    for line in planned.left_out:
        warn(line)
    place = course / lti_record.FILE
    if dry_run:
        news = list(to_send(planned.scores, record=Record(place), platform=settings.lineitems_url))
        for one in news:
            say(f"Would send {one}.")
        say(
            f"To send: {len(news)}. On the platform already: {len(planned.scores) - len(news)}. Nothing was sent."
        )
        return Outcome()
    key = read_key(settings.key_path)
    try:
        with FileLock(f"{place}.lock", timeout=1), Service(settings, key, sleep=sleep) as service:
            outcome = publish(
                planned.scores,
                service=service,
                record=Record(place),
                platform=settings.lineitems_url,
                recheck=recheck,
                on_lab=lambda lab, done: say(f"{lab}: {done}."),
                on_step=lambda lab, n, n_all: say(f"{lab}: {n} of {n_all} ...") if n % 25 == 0 else None,
            )
    except Timeout:
        raise LtiError(f"Another program is sending the marks of {course}. Wait until it is done.") from None
    for one, why in outcome.refused:
        warn(f"Not accepted: {one}. The platform says: {why}")
    say(f"{outcome}, {len(planned.left_out)} left out.")
    return outcome


def _name(person: Any) -> str:
    name = " ".join(part for part in (person.first_name, person.last_name) if part)
    return f"{name} ({person.id})" if name else str(person.id)


def _told(found: Standing, *, most: float, lang: str) -> dict[str, Any]:
    """Return the parts of a score that a learner's standing decides."""
    _ = translator(lang)
    if found.state == "waiting":
        return {
            "given": None,
            "most": most,
            "activity": "Submitted",
            "grading": "PendingManual",
            "comment": _("Part of this work still waits to be read by your teacher."),
        }
    points = round(found.points, 2)
    slots = {name: _figure(value, lang) for name, value in (("points", points), ("most", most))}
    if found.state == "untouched":
        comment = _("Nothing was handed in.")
    elif found.penalty:
        comment = _("{points} of {most} points, after {penalty} were taken off because it came late.").format(
            penalty=_figure(found.penalty, lang), **slots
        )
    else:
        comment = _("{points} of {most} points.").format(**slots)
    return {
        "given": points,
        "most": most,
        "activity": "Initialized" if found.state == "untouched" else "Completed",
        "grading": "FullyGraded",
        "comment": comment,
    }


def _figure(value: float, lang: str) -> str:
    """Return points as they are written in a language."""
    return number(value).replace(".", ",") if lang == "fr" else number(value)
