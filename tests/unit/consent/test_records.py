"""Records: what may stand in one, and that text brings back exactly what was written, or a clear no."""

import json
import unicodedata
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medialit.consent.records import (
    COUNTRIES,
    Action,
    Audience,
    Decision,
    Grant,
    Lifting,
    Medium,
    Modality,
    Original,
    Principal,
    Prohibition,
    Purpose,
    Reason,
    Relation,
    RelationKind,
    Request,
    Restrictions,
    Revocation,
    Scope,
    dumps,
    loads,
    record_from_dict,
)
from medialit.errors import ConsentError, RecordError

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
TOLD = {"at": AT, "by": "tiziri", "principal": "tiziri"}

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,20}", fullmatch=True)
moments = st.datetimes(datetime(1990, 1, 2), datetime(2299, 1, 1), timezones=st.just(UTC))
id_sets = st.lists(ids, max_size=4).map(tuple)
words = st.frozensets(
    st.text(st.characters(categories=("L", "Mn", "Nd")), min_size=1, max_size=9).filter(str.strip), max_size=3
)
places = st.just(frozenset({"worldwide"})) | st.frozensets(
    st.sampled_from(sorted(COUNTRIES)), min_size=1, max_size=3
)


def some(kind, least=0):
    return st.frozensets(st.sampled_from(list(kind)), min_size=least)


restrictions = st.builds(Restrictions, topics=words, contexts=words, appearance=words)
scopes = st.builds(
    lambda lasts, **fields: Scope(**fields, ends=None if lasts is None else fields["starts"] + lasts),
    st.none() | st.timedeltas(timedelta(seconds=1), timedelta(days=200)),
    purposes=some(Purpose, 1), actions=some(Action, 1), audience=st.sampled_from(Audience), territories=places,
    media=some(Medium, 1), modalities=some(Modality, 1), starts=moments,
)  # fmt: skip
principals = st.builds(
    Principal, id=ids, name=st.sampled_from(["ⵜⵉⵣⵉⵔⵉ ⵢⵓⵙⴼ", "فاطمة الزهراء", "Zoé d'Aït-Baha", "Ñ́"]), born=st.dates(),
    guardians=st.just(()), public_figure=st.booleans(), estate=st.just(()),
)  # fmt: skip
records = st.one_of(
    principals,
    st.builds(
        Grant, id=ids, principal=ids, grantees=id_sets.filter(bool), scope=scopes, restrictions=restrictions,
        granted_by=id_sets.filter(bool), at=moments,
    ),
    st.builds(
        Prohibition, id=ids, principal=ids, by=ids, at=moments, whom=id_sets, purposes=some(Purpose),
        actions=some(Action), audiences=some(Audience), territories=st.just(frozenset()) | places, media=some(Medium),
        modalities=some(Modality), restrictions=restrictions,
    ),
    st.builds(
        Revocation, id=ids, principal=ids, grant=st.none() | ids, by=ids, at=moments, reason=st.just("لم أعد أوافق")
    ),
    st.builds(Lifting, id=ids, principal=ids, prohibition=ids, by=ids, at=moments),
    st.builds(Relation, kind=st.sampled_from(RelationKind), from_id=ids, to_id=ids.map("x-".__add__), at=moments),
    st.builds(
        Request, id=ids, requester=ids, principals=id_sets.filter(bool), action=st.just(Action.REMIX),
        purpose=st.sampled_from(Purpose), audience=st.sampled_from(Audience), territories=places,
        medium=st.sampled_from(Medium), modalities=some(Modality, 1), topics=st.none() | words,
        contexts=st.none() | words, appearance=st.none() | words, at=moments,
        original=st.builds(Original, maker=ids, principals=id_sets, grant_ids=id_sets),
    ),
)  # fmt: skip


def scope(**changes: Any) -> Scope:
    return Scope(
        **{
            "purposes": {"education"}, "actions": ["generate"], "audience": "approved", "territories": {"MA"},
            "media": {"classroom"}, "modalities": {"face"}, "starts": AT,
        }
        | changes
    )  # fmt: skip


def grant(**changes: Any) -> Grant:
    told = {
        "id": "g1",
        "principal": "tiziri",
        "grantees": ("nadir",),
        "scope": scope(),
        "granted_by": ("tiziri",),
        "at": AT,
    }
    return Grant(**told | changes)


def person(**changes: Any) -> Principal:
    return Principal(**{"id": "tiziri", "name": "ⵜⵉⵣⵉⵔⵉ", "born": date(2000, 1, 1)} | changes)


def request(**changes: Any) -> Request:
    return Request(
        **{
            "id": "r1", "requester": "nadir", "principals": ("tiziri",), "action": "generate", "purpose": "education",
            "audience": "approved", "territories": {"MA"}, "medium": "classroom", "modalities": {"face"}, "at": AT,
        }
        | changes
    )  # fmt: skip


@given(records)
def test_text_brings_back_what_was_written(record):
    text = dumps(record)
    assert loads(text) == record
    assert loads(text.encode()) == record
    assert dumps(loads(text)) == text
    assert type(record).from_dict(json.loads(text)) == record


@given(records, st.data())
def test_a_record_without_one_of_its_fields_is_refused_or_has_the_default(record, data):
    plain = record.to_dict()
    field = data.draw(st.sampled_from(sorted(plain)))
    del plain[field]
    default = next((one.default for one in fields(record) if one.name == field), None)
    try:
        assert getattr(record_from_dict(plain), field) == default
    except RecordError as error:
        assert str(error)


@given(
    records,
    st.data(),
    st.sampled_from([None, True, 7, 1.5, "", "‮", [], ["", ""], [7], {}, {"a": []}, "2026-01-01", [None]]),
)
def test_a_wrong_value_anywhere_is_refused_or_a_valid_record(record, data, wrong):
    plain = record.to_dict()
    plain[data.draw(st.sampled_from(sorted(plain)))] = wrong
    try:
        changed = record_from_dict(plain)
    except RecordError:
        return
    assert loads(dumps(changed)) == changed


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5)
    | st.binary()
)
def test_whatever_is_no_record_is_refused_as_such(data):
    with pytest.raises(RecordError):
        record_from_dict(data)
    with pytest.raises(RecordError):
        loads(data if isinstance(data, bytes) else json.dumps(data))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "not JSON as records are written"),
        ('{"type": "lifting", "type": "grant"}', "key stands twice"),
        ('{"type": NaN}', "NaN is not JSON"),
        (" " * 1_000_001, "1000001 characters"),
        (b"\xff\xfe", "not JSON as records are written"),
        ('{"type": "weather"}', "No record has the type 'weather'. Known: decision, grant"),
        ('{"type": "lifting", "version": 2}', "version 2 cannot be read; this medialit reads version 1"),
        ('{"type": "lifting", "version": true}', "version True cannot be read"),
        ('{"type": "lifting", "version": 1}', "lacks the field `id`"),
        ('{"type": "lifting", "version": 1, "colour": 1}', "no field 'colour'"),
        ('{"id": "' + "9" * 5000 + '", "type": "relation", "version": 1, "at": 1}', "no field 'id'"),
        ("1" * 5000, "not JSON as records are written"),
    ],
    ids=range(12),
)  # fmt: skip
def test_hostile_text_is_refused_with_what_is_wrong(text, said):
    with pytest.raises(RecordError, match=said):
        loads(text)


def test_a_record_of_one_type_is_not_read_as_another():
    with pytest.raises(RecordError, match="This is 'grant', not a lifting"):
        Lifting.from_dict(grant().to_dict())


@pytest.mark.parametrize(
    "name", ["ⵜⵉⵣⵉⵔⵉ", "فاطمة الزهراء", "Zoé", "می‌خواهم", "ⴰⵢⵜ ⵡⴰⵔⴰⵢⵏ", "X Æ A-12"]
)  # fmt: skip
def test_a_name_may_be_in_any_script(name):
    assert person(name=name).name == name


def test_a_name_is_kept_in_nfc_so_that_equal_names_are_equal():
    decomposed = unicodedata.normalize("NFD", "Zoé Aït آيت")
    assert person(name=decomposed) == person(name="Zoé Aït آيت")
    assert person(name="  Tiziri \n Aït  ").name == "Tiziri Aït"


@pytest.mark.parametrize(
    "name",
    ["", " ", "\u200d", "…", "a\u202eb", "a\x00b", "\ud800", "a" * 201, 7, None, "a\ufeffb", "ｶ\u2067"],
)
def test_a_name_that_is_empty_hidden_or_endless_is_refused(name):
    with pytest.raises(RecordError, match="principal's name"):
        person(name=name)


@pytest.mark.parametrize("id", ["", "a b", "ⵜⵉⵣⵉⵔⵉ", "a\n", "-a", "a" * 129, 7, None, True])
def test_an_id_is_short_ascii_and_the_message_says_where_a_name_goes(id):
    with pytest.raises(RecordError, match=r"A person's own name goes into `name`"):
        person(id=id)


def test_collections_are_kept_in_one_form():
    assert grant(grantees=("b", "a", "b")) == grant(grantees=["a", "b"])
    assert scope(purposes=["art", "education"]) == scope(purposes=frozenset({Purpose.EDUCATION, Purpose.ART}))
    assert Restrictions(topics=frozenset({"Politics", " politics "})).topics == {"politics"}


def test_moments_are_kept_in_utc_and_need_a_zone():
    morocco = timezone(timedelta(hours=1))
    assert grant(at=datetime(2026, 11, 27, 10, tzinfo=morocco)) == grant(at=AT)
    for naive in (datetime(2026, 11, 27), "2026-11-27T09:00:00Z", None, date(2026, 11, 27)):
        with pytest.raises(RecordError, match="with a time zone"):
            grant(at=naive)
    for absurd in (datetime.max.replace(tzinfo=timezone(-timedelta(hours=5))), datetime(1, 1, 1, tzinfo=UTC)):
        with pytest.raises(RecordError, match="Check the clock"):
            grant(at=absurd)
    plain = grant().to_dict() | {"at": "2026-11-27T09:00:00"}
    with pytest.raises(RecordError, match="with a time zone"):
        Grant.from_dict(plain)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: person(born=None), "needs a day of birth or else"),
        (lambda: person(minor=True), "not both"),
        (lambda: person(minor=1, born=None), "`minor` must be true or false"),
        (lambda: person(born=AT), "`born` must be a day"),
        (lambda: person(died=date(1999, 1, 1)), "before being born"),
        (lambda: person(guardians=("tiziri",)), "their own guardian"),
        (lambda: person(guardians="yto"), "must be a list"),
        (lambda: person(estate=[f"e{n}" for n in range(1001)]), "holds 1000 at most"),
        (lambda: scope(purposes=()), "`purposes` is empty"),
        (lambda: scope(purposes={"educaton"}), "must be one of personal, education"),
        (lambda: scope(territories={"ma"}), "ISO 3166 country code in capitals"),
        (lambda: scope(territories={"MA", "worldwide"}), "names countries and worldwide"),
        (lambda: scope(territories={"UK"}), "not 'UK'"),
        (lambda: scope(ends=AT), "not after its start"),
        (lambda: scope(audience="all"), "only_me, approved, mutuals, everyone"),
        (lambda: grant(grantees=()), "`grantees` or else a `grantee_audience`"),
        (lambda: grant(grantee_audience="everyone"), "one of the two"),
        (lambda: grant(granted_by=()), "say who gave the grant g1"),
        (lambda: grant(scope={}), "must be a Scope"),
        (lambda: Prohibition(id="n", until=AT, **TOLD), "is not after `at`"),
        (lambda: Revocation(id="v", reason="x" * 2001, **TOLD), "Shorten it to 2000"),
        (lambda: Relation(kind="follow", from_id="a", to_id="a", at=AT), "a cannot follow themselves"),
        (lambda: Relation(kind="hate", from_id="a", to_id="b", at=AT), "follow, approve"),
        (lambda: request(principals=()), "say whose likeness is used"),
        (
            lambda: request(principals=(), action="remix", original=Original(maker="a", principals=())),
            "say whose likeness is used",
        ),
        (lambda: request(modalities=()), "whether the face or the voice"),
        (lambda: request(action="remix"), "names no original"),
        (lambda: request(original=Original(maker="a", principals=())), "names an original"),
        (lambda: request(topics={""}), "one is empty"),
        (lambda: Decision(allowed=True, reason=Reason(code="a"), reasons=()), "the first of its `reasons`"),
        (lambda: refusal(grant_ids=("g1",)), "A refusal uses no grant"),
    ],
    ids=range(31),
)
def test_a_record_that_breaks_a_rule_is_refused_with_what_to_do(make, said):
    with pytest.raises(RecordError, match=said):
        make()


def refusal(**changes: Any) -> Decision:
    no = Reason(code="no_grant", principal="tiziri")
    return Decision(**{"allowed": False, "reason": no, "reasons": (no,)} | changes)


def test_a_message_about_a_hostile_value_is_short_and_plain():
    with pytest.raises(RecordError) as caught:
        person(name=["‮" * 5000])
    assert len(str(caught.value)) < 200
    assert str(caught.value).isascii()


def test_errors_of_records_are_errors_of_consent():
    assert issubclass(RecordError, ConsentError)


@pytest.mark.parametrize(
    ("born", "died", "on", "minor"),
    [
        (date(2008, 11, 27), None, date(2026, 11, 26), True),
        (date(2008, 11, 27), None, date(2026, 11, 27), False),
        (date(2008, 2, 29), None, date(2026, 2, 28), True),
        (date(2008, 2, 29), None, date(2026, 3, 1), False),
        (date(2001, 1, 1), date(2015, 1, 1), date(2026, 1, 1), True),
        (date(2001, 1, 1), date(2019, 1, 1), date(2026, 1, 1), False),
    ],
)
def test_a_person_comes_of_age_after_18_full_years_and_not_after_death(born, died, on, minor):
    assert person(born=born, died=died).is_minor(on=on) is minor


def test_whoever_is_recorded_as_a_minor_without_a_birthday_stays_one():
    assert person(born=None, minor=True).is_minor(on=date(2090, 1, 1))
    assert not person(born=None, minor=False).is_minor(on=date(2026, 1, 1))


def test_a_record_cannot_be_changed_and_its_copy_is_checked():
    one = grant()
    with pytest.raises(AttributeError):
        one.principal = "idir"  # type: ignore[misc]
    with pytest.raises(RecordError):
        replace(one, granted_by=())


def test_the_canonical_text_of_a_grant_is_frozen():
    """Ledgers and receipts hash it: it may only change together with the version."""
    assert dumps(grant(restrictions=Restrictions(topics=frozenset({"السياسة"})))) == (
        '{"at":"2026-11-27T09:00:00Z","granted_by":["tiziri"],"grantee_audience":null,"grantees":["nadir"],"id":"g1",'
        '"principal":"tiziri","restrictions":{"appearance":[],"contexts":[],"topics":["السياسة"]},"scope":{"actions":'
        '["generate"],"audience":"approved","ends":null,"media":["classroom"],"modalities":["face"],"purposes":'
        '["education"],"starts":"2026-11-27T09:00:00Z","territories":["MA"]},"type":"grant","version":1}'
    )
