"""The rules of docs/explanation/consent.md: read twice, by the policy and by the oracle, and broken one at a time."""

import re
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from medialit.consent import book, clerk, policy
from medialit.consent.policy import decide, decide_many
from medialit.consent.reasons import CODES, explain
from medialit.consent.records import Decision, Modality, Purpose, Reason
from medialit.errors import PolicyError
from medialit.language import LANGUAGES

HERE = Path(__file__).parent


def beside(name: str) -> ModuleType:
    """Import a file of this folder, which is no package."""
    spec = spec_from_file_location(f"consent_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oracle = beside("oracle")
Case, Verdict, judge = oracle.Case, oracle.Verdict, oracle.judge
of = beside("oracle_cases")  # it imports the oracle by the name that it has just got
NADIR, NOW, PEOPLE, TIZIRI = of.NADIR, of.NOW, of.PEOPLE, of.TIZIRI
allowed_case, random_cases, table = of.allowed_case, of.random_cases, of.table

DOCS = Path(__file__).parents[3] / "docs" / "explanation" / "consent.md"


def verdict(decision: Decision) -> Verdict:
    met = frozenset((one.code, one.principal, frozenset(one.detail)) for one in decision.reasons)
    return Verdict(decision.allowed, met, frozenset(decision.grant_ids))


def answer(case: Case, **changes) -> Decision:
    return decide(case.request, **(case.records() | changes))


@pytest.fixture(scope="module")
def judged() -> list[tuple[Case, Verdict]]:
    """The table with the oracle's verdicts."""
    return [(case, judge(case)) for case in table(n_pairs=1500, n_random=800)]


def differing(judged: list[tuple[Case, Verdict]], decide=decide) -> str | None:
    """Return the first case that is decided otherwise than the oracle judges."""
    for case, expected in judged:
        if verdict(decide(case.request, **case.records())) != expected:
            return case.label
    return None


def test_the_policy_decides_the_table_as_the_oracle_does(judged):
    assert len(judged) >= 2000
    assert differing(judged) is None


@pytest.mark.long
def test_the_policy_decides_every_pair_of_deviations_as_the_oracle_does():
    assert differing([(case, judge(case)) for case in table(n_pairs=None, n_random=20_000)]) is None


def test_the_table_meets_every_reason_and_allows_enough(judged):
    met = Counter(code for _case, expected in judged for code, _person, _detail in expected.met)
    assert {code for code in CODES if met[code] < 5} == set()
    assert sum(expected.allowed for _case, expected in judged) > len(judged) / 10


# ruff: noqa: E501 (a piece of code that is broken stands on one line)
# Each rule broken once: file, what stands there, what stands there instead.
MUTANTS = [
    (book, "one.at > latest or one.by not in", "one.by not in"),
    (book, "one.by not in _may_refuse(person, now=now):\n            continue\n        if one.grant", "False:\n            continue\n        if one.grant"),
    (book, "grant.at <= everything + tolerance", "grant.at <= everything"),
    (book, "grant.at <= everything + tolerance", "True"),
    (book, "not set(agree) <= set(grant.granted_by)", "not set(agree) & set(grant.granted_by)"),
    (book, "if not agree or not set(agree)", "if not set(agree)"),
    (book, "if grant.at > latest:", "if grant.at > now:"),
    (book, "if grant.at > latest:", "if False:"),
    (book, "if now < scope.starts:", "if now <= scope.starts:"),
    (book, "now >= scope.ends:", "now > scope.ends:"),
    (book, "timedelta(days=366)", "timedelta(days=367)"),
    (book, "scope.ends is None or scope.ends - scope.starts", "scope.ends is not None and scope.ends - scope.starts"),
    (book, "one.width <= scope.audience.width", "one.width == scope.audience.width"),
    (book, "one.width <= scope.audience.width", "True"),
    (book, "return person.estate", "return (person.id,)"),
    (book, "return person.guardians if", "return person.guardians[:1] if"),
    (book, "frozenset((person.id, *guardians, *estate))", "frozenset((person.id, *estate))"),
    (book, "frozenset((person.id, *guardians, *estate))", "frozenset((person.id, *guardians))"),
    (book, "frozenset((person.id, *guardians, *estate))", "frozenset((*guardians, *estate))"),
    (book, "guardians = person.guardians if person.is_minor(on=now.date()) else ()", "guardians = person.guardians"),
    (book, "one.by not in _may_refuse(person, now=now):\n            continue\n        if one.at", "False:\n            continue\n        if one.at"),
    (book, "(one.until is not None and now >= one.until):\n            continue\n        at =", "False:\n            continue\n        at ="),
    (book, "key = (lifting.principal, lifting.prohibition, lifting.by)", "key = (lifting.principal, lifting.prohibition, lifting.principal)"),
    (book, "if at is not None and at >= one.at:", "if at is not None:"),
    (book, "if at is not None and at >= one.at:", "if False:"),
    (book, "if lifting.at <= latest:", "if True:"),
    (book, "if one.at > latest or (one.until is not None and now >= one.until):\n            continue\n        if one.kind", "if one.at > latest:\n            continue\n        if one.kind"),
    (book, "if one.at > latest or (one.until is not None and now >= one.until):\n            continue\n        if one.kind", "if one.until is not None and now >= one.until:\n            continue\n        if one.kind"),
    (book, "protected=minor or person.dead or person.public_figure", "protected=minor or person.dead"),
    (book, "protected=minor or person.dead or person.public_figure", "protected=minor or person.public_figure"),
    (book, "protected=minor or person.dead or person.public_figure", "protected=person.dead or person.public_figure"),
    (book, "grant.grantee_audience is None or grant.grantee_audience is Audience.ONLY_ME:", "grant.grantee_audience is None:"),
    (book, "return ALL_TERRITORIES if WORLDWIDE in codes else", "return"),
    (clerk, "if request.at > book.latest:", "if False:"),
    (clerk, "if requester in self._dead:", "if False:"),
    (clerk, "in (request.topics, request.contexts, request.appearance):", "in (request.topics, request.contexts):"),
    (clerk, "if Modality.VOICE in request.modalities:", "if Modality.FACE not in request.modalities:"),
    (clerk, "if request.audience is Audience.EVERYONE:", "if False:"),
    (clerk, "if request.action is Action.TRAIN:\n            bits |= Code.MINOR", "if False:\n            bits |= Code.MINOR"),
    (clerk, "Purpose.COMMERCIAL, Purpose.ADVERTISING, Purpose.POLITICAL", "Purpose.COMMERCIAL, Purpose.POLITICAL"),
    (clerk, "if getattr(request, kind) is None}:", "if not getattr(request, kind)}:"),
    (clerk, "if request.action is Action.TRAIN:\n            bits |= Code.DEAD", "if False:\n            bits |= Code.DEAD"),
    (clerk, "if request.purpose is Purpose.POLITICAL:\n            bits |= Code.DEAD", "if False:\n            bits |= Code.DEAD"),
    (clerk, "card.public_figure and not own and", "card.public_figure and"),
    (clerk, "own = card.decides_alone and person == requester", "own = person == requester"),
    (clerk, "(not one.whom or asked.request.requester in one.whom)", "True"),
    (clerk, "asked.words & one.words == asked.words", "asked.words & one.words"),
    (clerk, "and asked.reach & one.territories", ""),
    (clerk, "and asked.modalities & one.modalities\n", ""),
    (clerk, "and asked.modalities & one.modalities\n", "and asked.modalities & one.modalities == asked.modalities\n"),
    (clerk, "if found is None:", "if False:"),
    (book, "if follower in cards and (followed, follower) in follows:", "if follower in cards:"),
    (book, "cards[follower].mutuals.add(followed)", "pass"),
    (book, "elif one.from_id in cards:\n            cards[one.from_id].approved.add(one.to_id)", "elif one.to_id in cards:\n            cards[one.to_id].approved.add(one.from_id)"),
    (clerk, "wanted = uncovered = offered = asked.modalities\n", "wanted = uncovered = offered = 1\n"),
    (clerk, "person == original.maker and card.decides_alone", "person == original.maker"),
    (clerk, "if not theirs:", "if False:"),
    (clerk, "if any(one.lacks for one in theirs) else 0", "if False else 0"),
    (clerk, "people = tuple(sorted({*people, *original.principals}))", "pass"),
    (clerk, "if one not in book.grants]:", "if False]:"),
    (clerk, "if original is not None and not own and person", "if original is not None and person"),
    (clerk, "if not uncovered:", "if uncovered != wanted:"),
    (clerk, "bits = card.speechless", "bits = 0"),
    (clerk, "return lacking or _NO_GRANT", "return lacking"),
    (clerk, "if asked.territories & grant.refused_territories:", "if False:"),
    (clerk, "if left := asked.words & grant.refused:", "if left := 0:"),
    (clerk, "elif grant.modalities & wanted:", "else:"),
]  # fmt: skip


BROKEN = ("broken_book", "broken_clerk", "broken_policy")


def broken(module: ModuleType, old: str, new: str) -> ModuleType:
    """Return the policy as it would be with one piece of one module replaced."""
    sources = {one: Path(one.__file__ or "").read_text(encoding="utf-8") for one in (book, clerk, policy)}
    assert sources[module].count(old) == 1, (
        f"{old!r} stands {sources[module].count(old)} times in {module.__name__}"
    )
    sources[module] = sources[module].replace(old, new)
    made = {}
    for one, name in zip(sources, BROKEN, strict=True):
        source = re.sub(
            r"from medialit\.consent\.(book|clerk) import", r"from broken_\1 import", sources[one]
        )
        made[one] = sys.modules[name] = ModuleType(name)
        exec(compile(source, name, "exec"), made[one].__dict__)
    return made[policy]


@pytest.mark.parametrize(("module", "old", "new"), MUTANTS, ids=lambda one: getattr(one, "__name__", None))
def test_the_table_notices_a_broken_rule(judged, module, old, new, monkeypatch):
    for name in BROKEN:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))  # taken out again after the test
    assert differing(judged, decide=broken(module, old, new).decide) is not None


def test_the_table_is_content_with_a_policy_that_only_looks_broken(judged, monkeypatch):
    for name in BROKEN:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    same = broken(clerk, "if not theirs:", "if len(theirs) == 0:")
    assert differing(judged[:500], decide=same.decide) is None


def test_reasons_come_the_weightiest_first_and_each_once(judged):
    for case, _expected in judged[::7]:
        reasons = answer(case).reasons
        keys = [(CODES.index(one.code), one.principal or "") for one in reasons]
        assert keys == sorted(set(keys)), case.label


def test_a_batch_answers_as_single_questions_do():
    for case in random_cases(150, seed=3):
        asked = [
            case.request,
            replace(case.request, requester=TIZIRI),
            replace(case.request, modalities=frozenset(Modality)),
        ]
        singly = [decide(one, **case.records()) for one in asked]
        assert decide_many(asked, **case.records()) == singly, case.label


def test_every_decision_can_be_kept_as_a_record(judged):
    for case, _expected in judged[::17]:
        decision = answer(case)
        assert Decision.from_dict(decision.to_dict()) == decision


@pytest.mark.parametrize("kind", ["adult", "minor", "dead", "figure", "dead minor"])
def test_there_is_a_way_to_agree_for_every_kind_of_person(kind):
    decision = answer(allowed_case(kind))
    assert decision.allowed
    assert decision.grant_ids == ("g1",)
    assert decision.reason == Reason(code="granted", principal=TIZIRI)


def test_nothing_is_allowed_where_nothing_is_known():
    case = replace(allowed_case("adult"), principals=(), grants=())
    assert answer(case).reasons == (Reason(code="unknown_person", principal=TIZIRI),)


def test_two_people_in_one_clip_must_both_agree():
    case = allowed_case("adult")
    other = replace(PEOPLE["adult"], id="idir")
    both = replace(
        case, request=replace(case.request, principals=(TIZIRI, "idir")), principals=(*case.principals, other)
    )
    assert answer(both).reasons == (Reason(code="no_grant", principal="idir"),)
    agreed = replace(
        both, grants=(*case.grants, replace(case.grants[0], id="g7", principal="idir", granted_by=("idir",)))
    )
    assert answer(agreed).grant_ids == ("g1", "g7")


def test_two_grants_for_half_of_the_limits_each_do_not_add_up():
    case = allowed_case("adult")
    (grant,) = case.grants
    halves = [
        replace(grant, id="a", scope=replace(grant.scope, purposes=frozenset({Purpose.ART}))),
        replace(grant, id="b", scope=replace(grant.scope, territories=frozenset({"FR"}))),
    ]
    assert not answer(case, grants=halves).allowed


@pytest.mark.parametrize("what", ["principals", "grants"])
def test_two_different_records_with_one_id_are_refused(what):
    case = allowed_case("adult")
    (one,) = getattr(case, what)
    changed = (
        replace(one, name="Somebody else")
        if what == "principals"
        else replace(one, at=NOW - timedelta(days=1))
    )
    with pytest.raises(PolicyError, match=r"Two different .*s have the id"):
        answer(case, **{what: (one, changed)})


@pytest.mark.parametrize("tolerance", [timedelta(seconds=-1), timedelta(hours=2)])
def test_a_tolerance_out_of_range_is_refused(tolerance):
    with pytest.raises(PolicyError, match="tolerance between clocks is 0 to 1:00:00"):
        answer(allowed_case("adult"), tolerance=tolerance)


@pytest.mark.parametrize("now", [datetime(2026, 1, 1), datetime(1, 1, 1, tzinfo=UTC)])
def test_a_time_without_zone_or_out_of_range_is_refused(now):
    with pytest.raises(PolicyError, match="`now` must"):
        answer(allowed_case("adult"), now=now)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_reason_is_a_sentence_in_every_language(code, lang):
    reason = Reason(code=code, principal=TIZIRI, detail=("MA", "education"))
    (said,) = explain(
        Decision(allowed=False, reason=reason, reasons=(reason,)), lang=lang, names={TIZIRI: "ⵜⵉⵣⵉⵔⵉ"}
    )
    assert "{" not in said
    assert TIZIRI not in said
    assert said.endswith((".", "؟", "!"))


def test_a_purpose_is_named_in_the_readers_language_and_a_forbidden_word_is_quoted():
    known = Reason(code="purpose_not_granted", principal=NADIR, detail=("advertising",))
    quoted = Reason(code="prohibited_topic", principal=NADIR, detail=("art", "السياسة"))
    decision = Decision(allowed=False, reason=known, reasons=(known, quoted))
    first, second = explain(decision, lang="ar")
    assert "الإشهار" in first
    assert "art، السياسة" in second


def test_a_reason_of_another_version_cannot_be_explained():
    reason = Reason(code="phase_of_the_moon")
    with pytest.raises(PolicyError, match="phase_of_the_moon"):
        explain(Decision(allowed=False, reason=reason, reasons=(reason,)), lang="en")


def test_every_rule_that_the_code_names_is_a_rule_of_the_page():
    rules = {int(n) for n in re.findall(r"^(\d+)\. ", DOCS.read_text(encoding="utf-8"), flags=re.M)}
    named = {
        int(n)
        for module in (book, clerk)
        for n in re.findall(r"rules? (\d+)", Path(module.__file__ or "").read_text(encoding="utf-8"))
    }
    assert rules == set(range(1, 18))
    assert named <= rules
