"""How well somebody tells synthetic clips from camera clips, and how sure one may be of that.

The signal is "synthetic" throughout: a hit is a synthetic clip called synthetic, a false alarm is a
camera clip called synthetic. Sensitivity (d') says how far apart the two kinds look to the observer;
the criterion (c) says how much evidence the observer asks for before saying "synthetic". A lesson
that lowers c and leaves d' where it was has taught suspicion, not sight: `compare` tells the two apart.

Confidence in ratings and probabilities is measured in `medialit.forensics.calibration`, every
threshold at once in `medialit.forensics.roc`.

References
----------
Green and Swets (1966), Signal Detection Theory and Psychophysics.
Gourevitch and Galanter (1967), Psychometrika 32:25 (variance of d').
Hautus (1995), Behavior Research Methods, Instruments & Computers 27:46 (log-linear correction).
Macmillan and Creelman (2005), Detection Theory: A User's Guide, 2nd edition.
Newcombe (1998), Statistics in Medicine 17:873 (the difference of two shares).
Mercaldo, Lau and Zhou (2007), Statistics in Medicine 26:2170 (intervals of predictive values).
Wilson (1927), Journal of the American Statistical Association 22:209.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from statistics import NormalDist
from typing import NamedTuple, Self

from medialit.errors import EmptyCountsError, StatisticsError

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Counts:
    """The four outcomes of judging clips; the signal is "synthetic".

    Parameters
    ----------
    hits, misses : int
        Synthetic clips called synthetic, and called camera.
    false_alarms, correct_rejections : int
        Camera clips called synthetic, and called camera.

    Raises
    ------
    StatisticsError
        If a count is negative or is not a whole number.

    Examples
    --------
    >>> monday = Counts(hits=7, misses=3, false_alarms=2, correct_rejections=8)
    >>> monday.n_synthetic, monday.n_camera, monday.base_rate
    (10, 10, 0.5)
    >>> monday + Counts(hits=1, misses=0, false_alarms=0, correct_rejections=0)
    Counts(hits=8, misses=3, false_alarms=2, correct_rejections=8)
    """

    hits: int
    misses: int
    false_alarms: int
    correct_rejections: int

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise StatisticsError(f"{field.name} must be a whole number from 0 up, not {value!r}.")

    @property
    def n_synthetic(self) -> int:
        """Number of synthetic clips that were judged."""
        return self.hits + self.misses

    @property
    def n_camera(self) -> int:
        """Number of camera clips that were judged."""
        return self.false_alarms + self.correct_rejections

    @property
    def n(self) -> int:
        """Number of clips that were judged."""
        return self.n_synthetic + self.n_camera

    @property
    def base_rate(self) -> float:
        """Share of the judged clips that are synthetic; NaN where none was judged."""
        return self.n_synthetic / self.n if self.n else math.nan

    def __add__(self, other: Self) -> Counts:
        """Pool two sets of judgements."""
        return Counts(
            hits=self.hits + other.hits,
            misses=self.misses + other.misses,
            false_alarms=self.false_alarms + other.false_alarms,
            correct_rejections=self.correct_rejections + other.correct_rejections,
        )


class Rates(NamedTuple):
    """Shares of the two kinds of clip that were called synthetic, from 0 to 1."""

    hit: float
    false_alarm: float


@dataclass(frozen=True)
class Estimate:
    """A number with the interval that belongs to it.

    Parameters
    ----------
    value, low, high : float
        The point estimate and the ends of its interval.

    Examples
    --------
    >>> print(Estimate(1.25, low=0.1, high=2.4))
    1.25 [0.10, 2.40]
    >>> f"{Estimate(0.07, low=0.02, high=0.2):.0%}"
    '7% [2%, 20%]'
    """

    value: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        spec = spec or ".2f"
        return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"

    def __str__(self) -> str:
        return format(self)


class Verdict(StrEnum):
    """What two blocks of judgements allow one to say."""

    BETTER = "better"
    WORSE = "worse"
    MORE_SUSPICIOUS = "more suspicious"
    MORE_TRUSTING = "more trusting"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Change:
    """The change between two blocks of judgements, after minus before.

    Parameters
    ----------
    d_prime : Estimate
        Change of sensitivity; above 0 is better.
    criterion : Estimate
        Change of criterion; below 0 is more suspicious.
    """

    d_prime: Estimate
    criterion: Estimate

    @property
    def verdict(self) -> Verdict:
        """The verdict by the rule of `verdict`."""
        return verdict(self.d_prime, self.criterion)


def count(truths: Iterable[bool], answers: Iterable[bool]) -> Counts:
    """Return the four outcomes of a series of judgements.

    Parameters
    ----------
    truths : iterable of bool
        True where the clip is synthetic.
    answers : iterable of bool, equally long
        True where the observer said "synthetic".

    Raises
    ------
    StatisticsError
        If one series is longer than the other.

    Examples
    --------
    >>> count([True, True, False, False], [True, False, True, False])
    Counts(hits=1, misses=1, false_alarms=1, correct_rejections=1)
    """
    try:
        pairs = [(bool(truth), bool(answer)) for truth, answer in zip(truths, answers, strict=True)]
    except ValueError as error:
        raise StatisticsError(
            "There must be one answer for each clip: the two series differ in length."
        ) from error
    return Counts(
        hits=pairs.count((True, True)),
        misses=pairs.count((True, False)),
        false_alarms=pairs.count((False, True)),
        correct_rejections=pairs.count((False, False)),
    )


def rates(counts: Counts) -> Rates:
    """Return the hit rate and the false-alarm rate as they were observed.

    Raises
    ------
    EmptyCountsError
        If no synthetic, or no camera, clip was judged.

    Examples
    --------
    >>> rates(Counts(hits=7, misses=3, false_alarms=2, correct_rejections=8))
    Rates(hit=0.7, false_alarm=0.2)
    """
    _require_both_kinds(counts)
    return Rates(counts.hits / counts.n_synthetic, counts.false_alarms / counts.n_camera)


def corrected_rates(counts: Counts) -> Rates:
    """Return the two rates after the log-linear correction, strictly between 0 and 1.

    Half a clip is added to the hits and to the false alarms, one clip to each total, whether a rate is
    extreme or not, so that z() of a perfect score stays finite and the bias stays small.

    Raises
    ------
    EmptyCountsError
        If no synthetic, or no camera, clip was judged.

    References
    ----------
    Hautus (1995), Behavior Research Methods, Instruments & Computers 27:46.

    Examples
    --------
    >>> corrected_rates(Counts(hits=9, misses=0, false_alarms=0, correct_rejections=9))
    Rates(hit=0.95, false_alarm=0.05)
    """
    _require_both_kinds(counts)
    return Rates(
        (counts.hits + 0.5) / (counts.n_synthetic + 1), (counts.false_alarms + 0.5) / (counts.n_camera + 1)
    )


def d_prime(counts: Counts) -> float:
    """Return sensitivity d' = z(H) - z(F), log-linear corrected.

    Parameters
    ----------
    counts : Counts
        Hits, misses, false alarms, correct rejections; the signal is "synthetic".

    Returns
    -------
    float
        In standard deviations; 0 is chance, negative is worse than chance.

    Raises
    ------
    EmptyCountsError
        If no synthetic, or no camera, clip was judged.

    References
    ----------
    Hautus (1995), Behavior Research Methods, Instruments & Computers 27:46.

    Examples
    --------
    >>> round(d_prime(Counts(hits=20, misses=5, false_alarms=10, correct_rejections=15)), 3)
    1.044
    """
    hit, false_alarm = corrected_rates(counts)
    return _NORMAL.inv_cdf(hit) - _NORMAL.inv_cdf(false_alarm)


def criterion(counts: Counts) -> float:
    """Return the criterion c = -(z(H) + z(F)) / 2, log-linear corrected.

    Returns
    -------
    float
        In standard deviations; 0 favours neither answer, negative says "synthetic" too readily
        (suspicious), positive says "camera" too readily (trusting).

    Raises
    ------
    EmptyCountsError
        If no synthetic, or no camera, clip was judged.

    References
    ----------
    Macmillan and Creelman (2005), equation 2.1.

    Examples
    --------
    Somebody who calls nearly everything synthetic:

    >>> criterion(Counts(hits=9, misses=1, false_alarms=9, correct_rejections=1)) < -1
    True
    """
    hit, false_alarm = corrected_rates(counts)
    return -(_NORMAL.inv_cdf(hit) + _NORMAL.inv_cdf(false_alarm)) / 2


def d_prime_interval(counts: Counts, *, confidence: float = 0.95) -> Estimate:
    """Return d' with its normal-theory interval.

    Parameters
    ----------
    counts : Counts
        The judgements.
    confidence : float
        Coverage that is wanted, between 0 and 1. With 10 clips of each kind and a true d' from 0 to 2.5
        the interval of 0.95 covers the truth at least 0.95 of the time (computed exactly in the tests).

    References
    ----------
    Gourevitch and Galanter (1967), Psychometrika 32:25, with the corrected rates of Hautus (1995).

    Examples
    --------
    >>> print(d_prime_interval(Counts(hits=7, misses=3, false_alarms=2, correct_rejections=8)))
    1.22 [0.04, 2.40]
    """
    return _interval(d_prime(counts), math.sqrt(sum(_z_variances(counts))), confidence=confidence)


def criterion_interval(counts: Counts, *, confidence: float = 0.95) -> Estimate:
    """Return c with its normal-theory interval; its standard error is half that of d'.

    Examples
    --------
    >>> print(criterion_interval(Counts(hits=7, misses=3, false_alarms=2, correct_rejections=8)))
    0.14 [-0.45, 0.73]
    """
    return _interval(criterion(counts), math.sqrt(sum(_z_variances(counts))) / 2, confidence=confidence)


def compare(before: Counts, after: Counts, *, confidence: float = 0.95) -> Change:
    """Return how sensitivity and criterion changed between two separate blocks of clips.

    Parameters
    ----------
    before, after : Counts
        Judgements of different clips: the blocks are taken to be independent.
    confidence : float
        Of each of the two intervals, between 0 and 1.

    Examples
    --------
    Everything was called synthetic more often, whatever it was:

    >>> before = Counts(hits=60, misses=40, false_alarms=30, correct_rejections=70)
    >>> after = Counts(hits=80, misses=20, false_alarms=55, correct_rejections=45)
    >>> change = compare(before, after)
    >>> print(change.d_prime, change.criterion, change.verdict)
    -0.06 [-0.58, 0.45] -0.61 [-0.87, -0.35] more suspicious

    >>> after = Counts(hits=85, misses=15, false_alarms=20, correct_rejections=80)
    >>> print(compare(before, after).verdict)
    better
    """
    standard_error = math.sqrt(sum(_z_variances(before)) + sum(_z_variances(after)))
    return Change(
        d_prime=_interval(d_prime(after) - d_prime(before), standard_error, confidence=confidence),
        criterion=_interval(criterion(after) - criterion(before), standard_error / 2, confidence=confidence),
    )


def verdict(d_prime_change: Estimate, criterion_change: Estimate) -> Verdict:
    """Return what the intervals of the two changes allow one to say.

    Sight comes first: an interval of the change of d' that leaves out 0 decides. Otherwise an interval
    of the change of c that leaves out 0 says that only the readiness to say "synthetic" moved.
    Otherwise nothing can be said; "no change was seen" is not "nothing changed".

    Examples
    --------
    >>> print(verdict(Estimate(0.4, low=-0.2, high=1.0), Estimate(-0.5, low=-0.8, high=-0.2)))
    more suspicious
    """
    if d_prime_change.low > 0:
        return Verdict.BETTER
    if d_prime_change.high < 0:
        return Verdict.WORSE
    if criterion_change.high < 0:
        return Verdict.MORE_SUSPICIOUS
    if criterion_change.low > 0:
        return Verdict.MORE_TRUSTING
    return Verdict.CANNOT_TELL


def wilson(n_successes: int, n: int, *, confidence: float = 0.95) -> Estimate:
    """Return a share with its Wilson score interval, which stays inside 0 and 1.

    Raises
    ------
    StatisticsError
        If there are no trials, or more successes than trials.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22:209.

    Examples
    --------
    >>> print(wilson(0, 10))
    0.00 [0.00, 0.28]
    """
    if n <= 0 or not 0 <= n_successes <= n:
        raise StatisticsError(f"{n_successes} of {n} is not a share: give 0 to n successes of n > 0 trials.")
    z = _z_of(confidence)
    share = n_successes / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low = 0.0 if n_successes == 0 else centre - half  # exactly, where rounding would leave 1e-18
    high = 1.0 if n_successes == n else centre + half
    return Estimate(share, low=low, high=high)


def share_difference(before: Estimate, after: Estimate) -> Estimate:
    """Return the change of a share between two separate series, with its interval, from their Wilson intervals.

    Parameters
    ----------
    before, after : Estimate
        From `wilson`, with one confidence; it is that of the change.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873, method 10.

    Examples
    --------
    Of 20 odd clips 3 were called synthetic before a lesson, 9 after it:

    >>> print(share_difference(wilson(3, 20), wilson(9, 20)))
    0.30 [0.02, 0.53]
    """
    change = after.value - before.value
    return Estimate(
        change,
        low=change - math.hypot(after.value - after.low, before.high - before.value),
        high=change + math.hypot(after.high - after.value, before.value - before.low),
    )


def ppv(*, hit_rate: float, false_alarm_rate: float, base_rate: float) -> float | None:
    """Return the positive predictive value: the share of alarms that are right.

    Parameters
    ----------
    hit_rate, false_alarm_rate : float
        From 0 to 1.
    base_rate : float
        Share of all clips that are synthetic, from 0 to 1.

    Returns
    -------
    float or None
        None where there is never an alarm, so that no share of them exists.

    Raises
    ------
    StatisticsError
        If a rate lies outside 0 to 1.

    Examples
    --------
    >>> [round(ppv(hit_rate=0.8, false_alarm_rate=0.1, base_rate=share), 3) for share in (0.01, 0.1, 0.5)]
    [0.075, 0.471, 0.889]
    """
    _require_shares(hit_rate=hit_rate, false_alarm_rate=false_alarm_rate, base_rate=base_rate)
    right = hit_rate * base_rate
    alarms = right + false_alarm_rate * (1 - base_rate)
    return right / alarms if alarms > 0 else None


def npv(*, hit_rate: float, false_alarm_rate: float, base_rate: float) -> float | None:
    """Return the negative predictive value: the share of clips called camera that are from a camera.

    Returns
    -------
    float or None
        None where nothing is ever called camera.

    Examples
    --------
    >>> round(npv(hit_rate=0.8, false_alarm_rate=0.1, base_rate=0.1), 3)
    0.976
    """
    return ppv(hit_rate=1 - false_alarm_rate, false_alarm_rate=1 - hit_rate, base_rate=1 - base_rate)


def ppv_interval(counts: Counts, *, base_rate: float, confidence: float = 0.95) -> Estimate:
    """Return the positive predictive value at a base rate, with an interval from the judgements.

    The rates are log-linear corrected, so that a block without false alarms does not promise 1.

    Parameters
    ----------
    counts : Counts
        The judgements from which the two rates are estimated.
    base_rate : float
        Strictly between 0 and 1. It is taken as known; it is not that of `counts`.

    Raises
    ------
    EmptyCountsError
        If no synthetic, or no camera, clip was judged.
    StatisticsError
        If the base rate is not strictly between 0 and 1.

    References
    ----------
    Mercaldo, Lau and Zhou (2007), Statistics in Medicine 26:2170 (the logit interval).

    Examples
    --------
    >>> print(ppv_interval(Counts(hits=8, misses=2, false_alarms=1, correct_rejections=9), base_rate=0.01))
    0.05 [0.01, 0.22]
    """
    if not 0 < base_rate < 1:
        raise StatisticsError(f"A base rate here lies strictly between 0 and 1, unlike {base_rate!r}.")
    hit, false_alarm = corrected_rates(counts)
    logit = math.log(hit / false_alarm) + math.log(base_rate / (1 - base_rate))
    variance = (1 - hit) / (hit * counts.n_synthetic) + (1 - false_alarm) / (false_alarm * counts.n_camera)
    around = _interval(logit, math.sqrt(variance), confidence=confidence)
    return Estimate(_logistic(around.value), low=_logistic(around.low), high=_logistic(around.high))


def npv_interval(counts: Counts, *, base_rate: float, confidence: float = 0.95) -> Estimate:
    """Return the negative predictive value at a base rate, with an interval; all else as in `ppv_interval`.

    Examples
    --------
    >>> print(npv_interval(Counts(hits=8, misses=2, false_alarms=1, correct_rejections=9), base_rate=0.1))
    0.97 [0.91, 0.99]
    """
    turned = Counts(
        hits=counts.correct_rejections,
        misses=counts.false_alarms,
        false_alarms=counts.misses,
        correct_rejections=counts.hits,
    )
    return ppv_interval(turned, base_rate=1 - base_rate, confidence=confidence)


def expected_cost(
    *,
    hit_rate: float,
    false_alarm_rate: float,
    base_rate: float,
    cost_of_miss: float,
    cost_of_false_alarm: float,
) -> float:
    """Return the mean cost of a judgement at an operating point, in the unit of the two costs.

    "Always say camera" is the operating point (0, 0): any other has to cost less than that.

    Raises
    ------
    StatisticsError
        If a rate lies outside 0 to 1.

    References
    ----------
    Green and Swets (1966), section 1.7.

    Examples
    --------
    >>> desk = dict(base_rate=0.01, cost_of_miss=10.0, cost_of_false_alarm=5.0)
    >>> round(expected_cost(hit_rate=0.0, false_alarm_rate=0.0, **desk), 3)
    0.1
    >>> round(expected_cost(hit_rate=0.8, false_alarm_rate=0.1, **desk), 3)
    0.515
    """
    _require_shares(hit_rate=hit_rate, false_alarm_rate=false_alarm_rate, base_rate=base_rate)
    missed = base_rate * (1 - hit_rate) * cost_of_miss
    return missed + (1 - base_rate) * false_alarm_rate * cost_of_false_alarm


def _require_both_kinds(counts: Counts) -> None:
    if counts.n_synthetic == 0 or counts.n_camera == 0:
        missing = "synthetic" if counts.n_synthetic == 0 else "camera"
        raise EmptyCountsError(
            f"No {missing} clip was judged, so one of the two rates does not exist: "
            "judge at least one clip of each kind."
        )


def _require_shares(**shares: float) -> None:
    for name, share in shares.items():
        if not 0 <= share <= 1:  # refuses NaN too
            raise StatisticsError(f"{name} is a share from 0 to 1, not {share!r}.")


def _z_variances(counts: Counts) -> tuple[float, float]:
    """Return the sampling variances of z(H) and z(F) (Gourevitch and Galanter 1967)."""
    hit, false_alarm = corrected_rates(counts)
    return (
        hit * (1 - hit) / (counts.n_synthetic * _NORMAL.pdf(_NORMAL.inv_cdf(hit)) ** 2),
        false_alarm * (1 - false_alarm) / (counts.n_camera * _NORMAL.pdf(_NORMAL.inv_cdf(false_alarm)) ** 2),
    )


def _z_of(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise StatisticsError(f"A confidence lies strictly between 0 and 1, unlike {confidence!r}.")
    return _NORMAL.inv_cdf(0.5 + confidence / 2)


def _interval(value: float, standard_error: float, *, confidence: float) -> Estimate:
    half = _z_of(confidence) * standard_error
    return Estimate(value, low=value - half, high=value + half)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
