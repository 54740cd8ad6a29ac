"""The desk: what needs a yes, what a no reaches, and what is left on the disk."""

import os
import re
import resource
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from medialit.cameo import Desk, Setting, Shelf
from medialit.consent.records import (
    Action,
    Audience,
    Grant,
    Medium,
    Modality,
    Prohibition,
    Purpose,
    Restrictions,
    Scope,
)
from medialit.errors import CameoError, ConsentRefusedError
from medialit.provenance import credentials

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
CLASS = Setting(
    purpose=Purpose.EDUCATION,
    audience=Audience.APPROVED,
    territories=frozenset({"MA"}),
    medium=Medium.CLASSROOM,
)
PROMPT = "a red ball bounces on the beach"


@pytest.fixture
def desk(tmp_path):
    with Desk(tmp_path) as one:
        for cast_id in ("tiziri", "salma"):
            one.enrol_cast(cast_id, by=cast_id, now=NOW)
        yield one


def grant(desk, principal, *actions, id="g1", to="nadir", ends=None, given_by=None, **scope):
    words = {
        "purposes": frozenset({Purpose.EDUCATION}),
        "actions": frozenset(actions),
        "audience": Audience.APPROVED,
        "territories": frozenset({"MA"}),
        "media": frozenset({Medium.CLASSROOM}),
        "modalities": frozenset({Modality.FACE}),
        "starts": NOW,
        "ends": ends,
    } | scope
    by = given_by or principal
    one = Grant(id=id, principal=principal, grantees=(to,), scope=Scope(**words), granted_by=(by,), at=NOW)
    desk.ledger.append(one, by=by, now=NOW)
    return one


def make(desk, **changes):
    words = {
        "principals": ("tiziri",),
        "requester": "nadir",
        "setting": CLASS,
        "seed": 1,
        "now": NOW,
    } | changes
    return desk.generate(words.pop("prompt", PROMPT), **words)


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "has not given you any permission"), ("fr", "autorisation"), ("ar", "إذن")]
)
def test_without_a_grant_nothing_is_made_and_the_reason_is_said_in_the_asker_s_language(
    desk, tmp_path, lang, words
):
    with pytest.raises(ConsentRefusedError, match=words) as refused:
        make(desk, lang=lang)
    assert refused.value.decision.reason.code == "no_grant"
    assert desk.uses() == () and not list((tmp_path / "cameo").glob("*.sealed"))


def test_refusals_are_in_the_ledger_as_well_as_permissions(desk):
    with pytest.raises(ConsentRefusedError):
        make(desk)
    grant(desk, "tiziri", Action.GENERATE)
    make(desk)
    assert [one.decision.allowed for one in desk.ledger.decisions()] == [False, True]
    assert desk.ledger.verify().ok


def test_a_clip_of_two_people_needs_the_yes_of_both(desk):
    grant(desk, "tiziri", Action.GENERATE)
    with pytest.raises(ConsentRefusedError, match="Salma"):
        make(desk, principals=("tiziri", "salma"))
    grant(desk, "salma", Action.GENERATE, id="g2")
    use = make(desk, principals=("tiziri", "salma"))
    assert use.grant_ids == ("g1", "g2")


def test_the_person_is_in_the_picture(desk):
    grant(desk, "tiziri", Action.GENERATE)
    use = make(desk)
    clip = desk.preview(use.id, viewer="tiziri", now=NOW)
    from medialit.generate.sampler import sample

    empty = sample(PROMPT, seed=1).clip
    changed = np.abs(clip.frames.astype(int) - empty.frames).max(axis=(0, 3)) > 40
    assert changed[:, 128:].mean() > 0.05  # she stands right of the middle
    assert changed[:, :60].mean() < 0.01


def test_a_draft_on_the_disk_shows_no_face(desk, tmp_path):
    grant(desk, "tiziri", Action.GENERATE)
    use = make(desk)
    frames = desk.preview(use.id, viewer="nadir", now=NOW).frames
    row = frames[0, 100].tobytes()
    assert len(set(row)) > 20  # a row that would be found
    for path in files(tmp_path):
        data = path.read_bytes()
        assert row[:96] not in data and b"PK\x03\x04" not in data[:4], path


def test_yes_to_making_is_not_yes_to_publishing_nor_to_exporting(desk, tmp_path):
    grant(desk, "tiziri", Action.GENERATE)
    use = make(desk)
    with pytest.raises(ConsentRefusedError):
        desk.publish(use.id, requester="nadir", title="t", now=NOW)
    grant(desk, "tiziri", Action.PUBLISH, id="g2")
    published = desk.publish(use.id, requester="nadir", title="t", now=NOW)
    assert published.stage == "published" and published.grant_ids == ("g2",)
    with pytest.raises(ConsentRefusedError):
        desk.export(use.id, tmp_path / "out.mp4", requester="nadir", now=NOW)
    assert not (tmp_path / "out.mp4").exists()


def test_the_credentials_of_what_leaves_name_the_grant(desk, tmp_path):
    grant(desk, "tiziri", Action.GENERATE, Action.PUBLISH, Action.EXPORT)
    use = desk.publish(make(desk).id, requester="nadir", title="t", now=NOW)
    out = desk.export(use.id, tmp_path / "out.mp4", requester="nadir", now=NOW)
    manifest = credentials.read(out).active
    assert "g1" in str(manifest)
    assert desk.uses("tiziri")[0].exports == (str(out),)
    with pytest.raises(CameoError, match="already"):
        desk.export(use.id, out, requester="nadir", now=NOW)


def test_an_export_that_finds_no_room_leaves_nothing_and_can_be_asked_for_again(desk, tmp_path):
    """No file may grow to the clip's size meanwhile, so the disk takes a part of it and refuses the rest."""
    grant(desk, "tiziri", Action.GENERATE, Action.PUBLISH, Action.EXPORT)
    use = desk.publish(make(desk).id, requester="nadir", title="t", now=NOW)
    out = tmp_path / "away" / "out.mp4"
    out.parent.mkdir()
    desk.ledger._store.wipe()  # its log is short now, for it has to take the decision
    size = desk._published(use.id).stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - 1, before[1]))
    try:
        with pytest.raises(CameoError, match="cannot be written"):
            desk.export(use.id, out, requester="nadir", now=NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(out.parent.iterdir()) == []
    assert desk.uses("tiziri")[0].exports == ()
    desk.export(use.id, out, requester="nadir", now=NOW)
    assert out.stat().st_size == size and desk.uses("tiziri")[0].exports == (str(out),)


def test_a_copy_that_could_not_be_noted_on_the_card_does_not_stay(desk, tmp_path):
    """A name that is no text, as an old disk may have it, can be a file's name and cannot stand on a card."""
    grant(desk, "tiziri", Action.GENERATE, Action.PUBLISH, Action.EXPORT)
    use = desk.publish(make(desk).id, requester="nadir", title="t", now=NOW)
    out = tmp_path / os.fsdecode(b"copy-\xff.mp4")
    with pytest.raises(UnicodeEncodeError):
        desk.export(use.id, out, requester="nadir", now=NOW)
    assert not out.exists() and desk.uses("tiziri")[0].exports == ()


def test_a_remix_needs_a_yes_to_remixing_from_everybody_in_the_original(desk):
    grant(desk, "tiziri", Action.GENERATE, Action.PUBLISH)
    use = desk.publish(make(desk).id, requester="nadir", title="t", now=NOW)
    again = {"requester": "nadir", "setting": CLASS, "seed": 2, "now": NOW}
    with pytest.raises(ConsentRefusedError):
        desk.remix(use.id, "a blue car rolls to the left in the desert", **again)
    grant(desk, "tiziri", Action.REMIX, Action.GENERATE, id="g2")
    made = desk.remix(use.id, "a blue car rolls to the left in the desert", **again)
    assert made.parent == use.id and made.principals == ("tiziri",)


def test_revoking_destroys_drafts_unpublishes_clips_and_lists_what_is_out_of_reach(desk, tmp_path):
    grant(desk, "tiziri", Action.GENERATE, Action.PUBLISH, Action.EXPORT)
    draft = make(desk)
    clip = desk.publish(make(desk, seed=2).id, requester="nadir", title="t", now=NOW)
    out = desk.export(clip.id, tmp_path / "out.mp4", requester="nadir", now=NOW)
    kept = list((tmp_path / "registry" / "originals").iterdir())
    assert len(kept) == 1
    after = desk.revoke("tiziri", by="tiziri", now=LATER)
    assert [one.id for one in after.destroyed] == [draft.id]
    assert [one.id for one in after.unpublished] == [clip.id]
    assert after.out_of_reach == (str(out),)
    assert not list((tmp_path / "cameo").rglob("*.sealed")) and not list((tmp_path / "cameo").rglob("*.mp4"))
    assert not kept[0].exists()
    for step in (
        lambda: desk.preview(draft.id, viewer="tiziri", now=LATER),
        lambda: desk.export(clip.id, tmp_path / "two.mp4", requester="nadir", now=LATER),
        lambda: desk.publish(draft.id, requester="nadir", title="t", now=LATER),
    ):
        with pytest.raises((CameoError, ConsentRefusedError)):
            step()


def test_revoking_one_grant_leaves_what_another_one_covers(desk):
    grant(desk, "tiziri", Action.GENERATE)
    grant(desk, "tiziri", Action.GENERATE, id="g2", to="amal")
    hers, his = make(desk, requester="amal"), make(desk)
    after = desk.revoke("tiziri", by="tiziri", now=LATER, grant="g1")
    assert [one.id for one in after.destroyed] == [his.id]
    assert desk.preview(hers.id, viewer="amal", now=LATER).n_frames == 24


def test_what_has_run_out_is_withdrawn_by_a_sweep(desk):
    grant(desk, "tiziri", Action.GENERATE, ends=NOW + timedelta(minutes=30))
    use = make(desk)
    assert desk.sweep(now=NOW).destroyed == ()
    assert [one.id for one in desk.sweep(now=LATER).destroyed] == [use.id]
    assert desk.sweep(now=LATER).destroyed == ()


def test_a_stranger_sees_nothing_revokes_nothing_and_withdraws_nothing(desk):
    grant(desk, "tiziri", Action.GENERATE)
    use = make(desk)
    for step in (
        lambda: desk.preview(use.id, viewer="salma", now=NOW),
        lambda: desk.withdraw(use.id, by="salma", now=NOW),
        lambda: desk.revoke("tiziri", by="salma", now=NOW),
    ):
        with pytest.raises(CameoError, match="salma"):
            step()
    assert desk.withdraw(use.id, by="tiziri", now=NOW).stage == "withdrawn"


def test_a_topic_that_a_person_forbids_is_found_in_every_language_of_the_prompt(desk):
    grant(desk, "tiziri", Action.GENERATE)
    forbidden = Prohibition(
        id="p1",
        principal="tiziri",
        by="tiziri",
        at=NOW,
        restrictions=Restrictions(contexts=frozenset({"beach"})),
    )
    desk.ledger.append(forbidden, by="tiziri", now=NOW)
    for prompt in (
        "a red ball bounces on the beach",
        "un ballon rouge rebondit sur la plage",
        "كرة حمراء تقفز على الشاطئ",
    ):
        with pytest.raises(ConsentRefusedError, match="beach"):
            make(desk, prompt=prompt)
    assert make(desk, prompt="a red ball bounces in the desert").stage == "draft"


def test_a_minor_is_never_shown_to_everyone_even_if_the_guardian_agrees(desk):
    child, _ = desk.enrol_cast("ines", by="salma", now=NOW)
    guardian = child.guardians[0]
    desk.enrol_cast(guardian, by=guardian, now=NOW)
    grant(
        desk,
        "ines",
        Action.GENERATE,
        given_by=guardian,
        audience=Audience.EVERYONE,
        ends=NOW + timedelta(days=30),
    )
    everyone = Setting(
        purpose=Purpose.EDUCATION,
        audience=Audience.EVERYONE,
        territories=frozenset({"MA"}),
        medium=Medium.CLASSROOM,
    )
    with pytest.raises(ConsentRefusedError, match="under 18"):
        make(desk, principals=("ines",), setting=everyone)


def test_who_is_not_enrolled_cannot_be_put_in_even_with_a_grant(desk):
    enrolment = next(one for one in desk.vault.list() if one.cast_id == "tiziri")
    grant(desk, "tiziri", Action.GENERATE)
    desk.vault.delete(enrolment.id)
    with pytest.raises(CameoError, match="not enrolled"):
        make(desk)


@pytest.mark.parametrize(
    "id", ["", "../../etc/passwd", "use-", "use-zzzzzzzzzzzzzzzz", "use-0123456789abcdef"]
)
def test_an_id_that_is_none_is_refused_and_reads_no_file(desk, id):
    with pytest.raises(CameoError, match=re.escape(repr(id)[:20]) if id else "id of a use"):
        desk.preview(id, viewer="tiziri", now=NOW)


def test_a_broken_seal_is_found(desk, tmp_path):
    grant(desk, "tiziri", Action.GENERATE)
    use = make(desk)
    path = tmp_path / "cameo" / f"{use.id}.sealed"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(CameoError, match="seal"):
        desk.preview(use.id, viewer="tiziri", now=NOW)


def test_enrolling_and_publishing_twice_change_nothing(desk):
    desk.enrol_cast("tiziri", by="tiziri", now=LATER)
    assert len(desk.ledger.state().principals) == 2
    grant(desk, "tiziri", Action.GENERATE, Action.PUBLISH)
    use = desk.publish(make(desk).id, requester="nadir", title="t", now=NOW)
    assert desk.publish(use.id, requester="nadir", title="t", now=LATER) == use


def test_a_damaged_card_stops_nobody_s_revocation_and_opens_nothing(desk, tmp_path):
    grant(desk, "tiziri", Action.GENERATE)
    broken, whole = make(desk), make(desk, seed=2)
    (tmp_path / "cameo" / f"{broken.id}.json").write_text("{")
    after = desk.revoke("tiziri", by="tiziri", now=LATER)
    assert [one.id for one in after.destroyed] == [whole.id]
    with pytest.raises(CameoError, match="damaged"):
        desk.preview(broken.id, viewer="tiziri", now=LATER)
    assert Shelf(tmp_path / "cameo").damaged() == (broken.id,)
