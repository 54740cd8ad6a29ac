"""The closed vocabularies of consent: what a likeness is used for, how, where, by whom and before whom.

A word that is not here is refused when a record is made, so that a misspelt purpose can never be granted.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Word(StrEnum):
    """A word of a closed vocabulary. Its `bit` is its place in the sets of words that `book` keeps as integers."""

    bit: int


class Purpose(Word):
    """What a likeness is used for. A purpose never includes another one."""

    PERSONAL = "personal"
    EDUCATION = "education"
    JOURNALISM = "journalism"
    RESEARCH = "research"
    ART = "art"
    SATIRE = "satire"
    COMMERCIAL = "commercial"
    ADVERTISING = "advertising"
    POLITICAL = "political"


class Action(Word):
    """What is done with a likeness. Each one is a step of its own, asked for by its own gate."""

    GENERATE = "generate"
    PUBLISH = "publish"
    EXPORT = "export"
    REMIX = "remix"
    TRAIN = "train"


class Audience(Word):
    """A circle around the principal, from the closest to the widest.

    Of a grant's `grantee_audience` it says who may use the likeness; of a scope, a request or a prohibition, who
    may see what is made. In the second sense the circles are a scale, and a wider one includes the closer ones.
    """

    ONLY_ME = "only_me"
    APPROVED = "approved"
    MUTUALS = "mutuals"
    EVERYONE = "everyone"

    @property
    def width(self) -> int:
        """0 for the closest circle, 3 for the widest."""
        return _WIDTHS[self]


class Medium(Word):
    """Where what is made is shown."""

    SOCIAL = "social"
    MESSAGING = "messaging"
    WEB = "web"
    BROADCAST = "broadcast"
    CINEMA = "cinema"
    PRINT = "print"
    CLASSROOM = "classroom"


class Modality(Word):
    """Which part of a likeness is used. Consent to one is never consent to the other."""

    FACE = "face"
    VOICE = "voice"


class RelationKind(StrEnum):
    """What one person declared towards another. Two follows, one each way, make mutuals."""

    FOLLOW = "follow"
    APPROVE = "approve"


for _place, _word in enumerate((*Purpose, *Action, *Audience, *Medium)):
    _word.bit = 1 << _place
for _place, _word in enumerate(Modality):
    _word.bit = 1 << _place

_WIDTHS: Final = {one: width for width, one in enumerate(Audience)}

WORLDWIDE: Final = "worldwide"
"""Instead of countries: everywhere. A scope that is not worldwide covers no worldwide use, however long its list."""

_ASSIGNED: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW "
    "BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI "
    "FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN "
    "IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME "
    "MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF "
    "PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
    "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE "
    "YT ZA ZM ZW"
)
COUNTRIES: Final = frozenset(_ASSIGNED.split())
"""ISO 3166-1 alpha-2, the 249 codes that are assigned."""
