"""The notice that fits what happened: to whom, on which ground, by when, and with every field that it must have.

Nothing here is legal advice. Which law gives which channel and deadline, and how sure we are of each, is in
docs/explanation/consent-law.md. The builder refuses to write a notice with an empty field: an incomplete one costs days.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from medialit.consent import checks
from medialit.consent.notice_texts import BODIES, CLOSING, FIELDS, LACKING, SUBJECTS, TERM_SENTENCES
from medialit.consent.vocabulary import COUNTRIES
from medialit.errors import NoticeError, RecordError
from medialit.language import translator

_MEMBERS: Final = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU: Final = frozenset(_MEMBERS.split())
"""The member states; the European Economic Area adds IS, LI and NO."""
EEA: Final = EU | {"IS", "LI", "NO"}


class Harm(StrEnum):
    """What happened."""

    INTIMATE = "intimate"
    """A picture of nakedness or sex, real or made; nothing else counts as this."""
    MONTAGE = "montage"
    """Words or a picture of the person, put together or generated without consent."""
    PRIVATE = "private"
    """Words said in private, or a picture taken in a private place, recorded or spread without consent."""
    DEFAMATION = "defamation"
    """False claims, spread to harm private life or the good name."""
    REVOKED = "revoked"
    """It was agreed to once, and the consent was taken back."""


class Channel(StrEnum):
    """To whom a notice goes, and under which rule."""

    TAKE_IT_DOWN = "take_it_down"
    DSA = "dsa"
    GDPR = "gdpr"
    LAW_09_08 = "law_09_08"
    CNDP = "cndp"
    PROSECUTOR_MA = "prosecutor_ma"
    PLATFORM = "platform"


class Unit(StrEnum):
    """How a deadline is counted."""

    HOURS = "hours"
    CLEAR_DAYS = "clear_days"
    MONTHS = "months"


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """How long the other side has, counted from when it has received the notice."""

    n: int
    unit: Unit

    def due(self, received: datetime) -> datetime:
        """Return the moment by which there must be an answer.

        A month ends on the same day of the next one, or on its last day. Of clear days neither the first nor the
        last is counted. Holidays and weekends, which may lengthen it, are not known here.

        Examples
        --------
        >>> from datetime import UTC
        >>> Deadline(n=1, unit=Unit.MONTHS).due(datetime(2027, 1, 31, 9, tzinfo=UTC)).date().isoformat()
        '2027-02-28'
        """
        at = checks.moment(received, "`received`")
        if self.unit is Unit.HOURS:
            return at + timedelta(hours=self.n)
        if self.unit is Unit.CLEAR_DAYS:
            return at + timedelta(days=self.n + 1)
        years, month = divmod(at.month - 1 + self.n, 12)
        last = calendar.monthrange(at.year + years, month + 1)[1]
        return at.replace(year=at.year + years, month=month + 1, day=min(at.day, last))


@dataclass(frozen=True, kw_only=True)
class Case:
    """What happened, to whom, and where.

    Parameters
    ----------
    harms : frozenset of Harm
        Not empty.
    minor : bool
        Whether the person shown is under 18.
    country : str
        ISO 3166-1 code of where the person lives.
    platform_serves_us, platform_serves_eu : bool
        Whether the platform offers its service to people there; large ones do.
    close : bool
        Whether it was done by a spouse, fiancé, former spouse, relative or somebody with authority over the person.
    """

    harms: frozenset[Harm]
    minor: bool
    country: str
    platform_serves_us: bool = False
    platform_serves_eu: bool = False
    close: bool = False

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "harms", checks.choices(self.harms, Harm, "`harms`"))
            checks.some(self.harms, "`harms`", "say what happened")
            for field in ("minor", "platform_serves_us", "platform_serves_eu", "close"):
                checks.flag(getattr(self, field), f"`{field}`")
        except RecordError as error:
            raise NoticeError(str(error)) from error
        if self.country not in COUNTRIES:
            raise NoticeError(
                f"`country` must be an ISO 3166-1 code such as MA, not {checks.shown(self.country)}."
            )


@dataclass(frozen=True, kw_only=True)
class Route:
    """One way to act.

    Parameters
    ----------
    channel : Channel
    articles : tuple of str
        On which the notice rests, as it names them.
    deadline : Deadline, optional
        None where the law sets none, or "without undue delay" only.
    required : tuple of str
        Keys of the fields that the notice must have.
    """

    channel: Channel
    articles: tuple[str, ...]
    deadline: Deadline | None
    required: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice, ready to be sent by a person who has read it."""

    channel: Channel
    subject: str
    body: str
    lang: str
    due: datetime | None


_WHO: Final = ("name", "contact")
_WHAT: Final = ("urls", "description")
REQUIRED: Final[Mapping[Channel, tuple[str, ...]]] = {
    Channel.TAKE_IT_DOWN: (*_WHO, "platform", *_WHAT, "no_consent", "good_faith", "signature"),
    Channel.DSA: (*_WHO, "platform", *_WHAT, "why_illegal", "bona_fide"),
    Channel.GDPR: (*_WHO, "controller", *_WHAT, "identity"),
    Channel.LAW_09_08: (*_WHO, "controller", *_WHAT, "identity"),
    Channel.CNDP: (*_WHO, "controller", *_WHAT, "steps", "signature"),
    Channel.PROSECUTOR_MA: (*_WHO, "address", "court", *_WHAT, "discovered", "evidence", "signature"),
    Channel.PLATFORM: (*_WHO, "platform", *_WHAT),
}
"""Fields without which a notice of each channel is not written. Of a minor, `guardian` as well."""


def routes(case: Case) -> tuple[Route, ...]:
    """Return every way that is open, the fastest first.

    Taking down an intimate picture within 48 hours is a duty under the law of the United States towards whoever is
    shown, and never applies to anything else.
    """
    found = []
    if Harm.INTIMATE in case.harms and case.platform_serves_us:
        found.append(
            _route(
                case,
                Channel.TAKE_IT_DOWN,
                ("TAKE IT DOWN Act, section 3(a)",),
                Deadline(n=48, unit=Unit.HOURS),
            )
        )
    in_europe = case.country in EEA
    if case.harms - {Harm.REVOKED} and (case.platform_serves_eu or case.country in EU):
        found.append(_route(case, Channel.DSA, ("Regulation (EU) 2022/2065, art. 16",), None))
    if case.country == "MA":
        found += _moroccan(case)
    if in_europe:
        articles = ["Regulation (EU) 2016/679 (GDPR), art. 17(1)"]
        articles += ["art. 7(3)"] if Harm.REVOKED in case.harms else []
        articles += ["art. 12(3)"]
        found.append(_route(case, Channel.GDPR, tuple(articles), Deadline(n=1, unit=Unit.MONTHS)))
    if not any(one.channel in (Channel.TAKE_IT_DOWN, Channel.DSA) for one in found):
        found.append(_route(case, Channel.PLATFORM, (), None))
    return tuple(found)


def missing(route: Route, facts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of the required fields that are empty."""
    return tuple(key for key in route.required if not str(facts.get(key, "")).strip())


def build_notice(
    route: Route, facts: Mapping[str, str], *, lang: str, received: datetime | None = None
) -> Notice:
    """Return the notice in a language, with every required field in it.

    Parameters
    ----------
    route : Route
        From `routes`.
    facts : mapping of str to str
        By field; what each is, `how_to_fill` says.
    lang : str
    received : datetime, optional
        Aware. When the other side has it, for the date in `due`.

    Raises
    ------
    NoticeError
        If a field is missing, unknown, or not text. What is missing is said in the person's language, with how to
        fill it.
    """
    _ = translator(lang)
    lacking = missing(route, facts)
    if lacking:
        told = " ".join(how_to_fill(key, lang=lang) for key in lacking)
        raise NoticeError(_(LACKING).format(n=len(lacking), what=told))
    if unknown := [key for key in facts if key not in FIELDS]:
        raise NoticeError(f"A notice has no field {checks.shown(unknown[0])}. Known: {', '.join(FIELDS)}.")
    try:
        said = {
            key: "\n".join(checks.text(line, f"`{key}`") for line in value.splitlines())
            for key, value in facts.items()
        }
    except (RecordError, AttributeError) as error:
        raise NoticeError(f"A field of the notice cannot be written: {error}.") from error
    paragraphs = [_(one) for one in BODIES[route.channel.value]]
    fields = [f"{_(FIELDS[key][0])}\n{said[key]}" for key in FIELDS if said.get(key)]
    due = route.deadline.due(received) if route.deadline is not None and received is not None else None
    term = _(TERM_SENTENCES["none" if route.deadline is None else route.deadline.unit.value])
    n = 0 if route.deadline is None else route.deadline.n
    law = "; ".join(_(one) for one in route.articles)
    return Notice(
        channel=route.channel,
        subject=_(SUBJECTS[route.channel.value]),
        body="\n\n".join(
            [*(one.format(law=law) for one in paragraphs), *fields, term.format(n=n), _(CLOSING)]
        ),
        lang=lang,
        due=due,
    )


def how_to_fill(key: str, *, lang: str) -> str:
    """Return what a field is and how to fill it.

    Raises
    ------
    NoticeError
        If there is no such field.
    """
    if key not in FIELDS:
        raise NoticeError(f"A notice has no field {checks.shown(key)}. Known: {', '.join(FIELDS)}.")
    return translator(lang)(FIELDS[key][1])


def _moroccan(case: Case) -> list[Route]:
    articles = []
    taken = (
        Harm.INTIMATE in case.harms and Harm.MONTAGE not in case.harms
    )  # a montage was never in a private place
    if taken or Harm.PRIVATE in case.harms:
        articles.append("Code pénal, art. 447-1")
    if case.harms & {Harm.MONTAGE, Harm.DEFAMATION}:
        articles.append("Code pénal, art. 447-2")
    if articles and (case.minor or case.close):
        articles.append("Code pénal, art. 447-3")
    found = []
    if articles:
        found.append(_route(case, Channel.PROSECUTOR_MA, tuple(articles), None))
    ten_days = Deadline(n=10, unit=Unit.CLEAR_DAYS)
    found.append(_route(case, Channel.LAW_09_08, ("Loi 09-08, art. 8", "Loi 09-08, art. 9"), ten_days))
    found.append(_route(case, Channel.CNDP, ("Loi 09-08, art. 28",), None))
    return found


def _route(case: Case, channel: Channel, articles: tuple[str, ...], deadline: Deadline | None) -> Route:
    required = REQUIRED[channel]
    if channel is Channel.DSA and case.minor and Harm.INTIMATE in case.harms:
        required = tuple(key for key in required if key not in _WHO)  # art. 16(2)(c): may stay without a name
    elif case.minor:
        required += ("guardian",)
    if Harm.REVOKED in case.harms and channel in (Channel.GDPR, Channel.LAW_09_08, Channel.PLATFORM):
        required += ("revocation",)
    return Route(channel=channel, articles=articles, deadline=deadline, required=required)
