"""The vault: what goes in comes out, nothing can be read without its key, deleting is for good."""

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medialit.errors import VaultError
from medialit.likeness.vault import Enrolment, Template, Vault

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
NAME = "ⵜⵉⵣⵉⵔⵉ ⵓⵎⵍⵉⵍ"


def template(vault: Vault, *, name: str = NAME, seed: int = 0) -> Template:
    rng = np.random.default_rng(seed)
    return Template(
        enrolment=Enrolment(
            id=vault.new_id(), name=name, kind="camera", enrolled_at=NOW, distance=0.25, cast_id=None
        ),
        face=rng.normal(0, 0.1, 128).astype(np.float32),
        picture=rng.integers(0, 256, (30, 40, 3), np.uint8),
        trace=rng.normal(0, 5, (60, 2)).astype(np.float32).round(2),
    )


def every_byte(home: Path) -> bytes:
    return b"\n".join(
        path.name.encode() + b"\n" + path.read_bytes() for path in home.rglob("*") if path.is_file()
    )


@settings(max_examples=25, deadline=None)
@given(
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80),
    face=arrays(np.float32, 128, elements=st.floats(-1, 1, width=32)),
    picture=st.none() | arrays(np.uint8, (5, 7, 3)),
)
def test_what_is_stored_is_loaded(tmp_path_factory, name, face, picture):
    vault = Vault(tmp_path_factory.mktemp("vault"))
    enrolment = Enrolment(id=vault.new_id(), name=name, kind="camera", enrolled_at=NOW)
    vault.store(Template(enrolment=enrolment, face=face, picture=picture))
    back = vault.load(enrolment.id)
    assert back.enrolment == enrolment
    assert np.array_equal(back.face, face)
    assert (back.picture is None) if picture is None else np.array_equal(back.picture, picture)


def test_neither_name_nor_numbers_nor_picture_can_be_read_on_the_disk(vault, tmp_path):
    kept = template(vault)
    vault.store(kept)
    disk = every_byte(tmp_path)
    for secret in (NAME.encode(), kept.face[:2].tobytes(), kept.picture[3].tobytes(), b'"face"', b"camera"):
        assert secret not in disk
    assert (
        kept.picture[3].tobytes() in vault.load(kept.enrolment.id).picture.tobytes()
    )  # the search would find it


def test_only_the_owner_may_read(vault, tmp_path):
    vault.store(template(vault))
    vault.mark("00" * 32)
    for path in tmp_path.rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_keys_and_records_lie_in_two_folders_and_neither_is_enough(vault, tmp_path):
    kept = vault.store(template(vault))
    assert not list((tmp_path / "likeness").rglob("*.key"))
    assert not list((tmp_path / "likeness-keys").rglob("*.enc"))
    (tmp_path / "likeness-keys" / f"{kept.id}.key").unlink()
    with pytest.raises(VaultError, match="key"):
        vault.load(kept.id)


def test_two_people_have_two_keys(vault, tmp_path):
    one, two = (vault.store(template(vault, seed=seed)) for seed in (1, 2))
    keys = tmp_path / "likeness-keys"
    assert (keys / f"{one.id}.key").read_bytes() != (keys / f"{two.id}.key").read_bytes()


def test_a_deleted_person_is_gone_even_for_who_kept_a_copy_of_the_record(vault, tmp_path):
    kept = vault.store(template(vault))
    copy = (tmp_path / "likeness" / "records" / f"{kept.id}.enc").read_bytes()
    vault.delete(kept.id)
    assert vault.list() == () and kept.id.encode() not in every_byte(tmp_path)
    (tmp_path / "likeness" / "records" / f"{kept.id}.enc").write_bytes(copy)
    with pytest.raises(VaultError, match="key"):
        vault.load(kept.id)


def test_the_key_is_overwritten_before_it_is_unlinked(vault, tmp_path):
    kept = vault.store(template(vault))
    key = tmp_path / "likeness-keys" / f"{kept.id}.key"
    with key.open("rb") as still_open:  # the blocks that the name pointed to
        vault.delete(kept.id)
        assert still_open.read() == bytes(32)


def test_deleting_twice_is_an_answer_and_no_traceback(vault):
    kept = vault.store(template(vault))
    vault.delete(kept.id)
    with pytest.raises(VaultError, match="Nobody is enrolled"):
        vault.delete(kept.id)


def test_an_interrupted_deletion_is_finished_when_the_vault_is_opened(vault, tmp_path):
    kept = vault.store(template(vault))
    record = tmp_path / "likeness" / "records" / f"{kept.id}.enc"
    record.replace(record.with_suffix(".deleted"))  # where a power cut may leave it
    Vault(tmp_path)
    assert kept.id.encode() not in every_byte(tmp_path)


def test_what_a_killed_writer_left_is_swept(vault, tmp_path):
    kept = vault.store(template(vault))
    for folder in ("likeness/records", "likeness-keys"):
        (tmp_path / folder / ".0123456789abcdef").write_bytes(b"half a key")
    assert Vault(tmp_path).list() == (kept,)
    assert b"half a key" not in every_byte(tmp_path)


@pytest.mark.parametrize("place", [0, 25, 40, -1])
def test_a_changed_byte_is_found_and_the_others_are_still_listed(vault, tmp_path, place):
    good, bad = (vault.store(template(vault, seed=seed)) for seed in (1, 2))
    path = tmp_path / "likeness" / "records" / f"{bad.id}.enc"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(VaultError, match="damaged"):
        vault.load(bad.id)
    assert vault.list() == (good,) and vault.damaged() == (bad.id,)
    vault.delete(bad.id)
    assert vault.damaged() == ()


@pytest.mark.parametrize("n_bytes", [0, 10, 20, 31, 32, 60])
def test_a_record_that_was_cut_off_is_found(vault, tmp_path, n_bytes):
    kept = vault.store(template(vault))
    path = tmp_path / "likeness" / "records" / f"{kept.id}.enc"
    path.write_bytes(path.read_bytes()[:n_bytes])
    assert vault.damaged() == (kept.id,)


def test_a_record_cannot_be_passed_off_as_anothers(vault, tmp_path):
    one, two = (vault.store(template(vault, seed=seed)) for seed in (1, 2))
    records, keys = tmp_path / "likeness" / "records", tmp_path / "likeness-keys"
    (records / f"{two.id}.enc").write_bytes((records / f"{one.id}.enc").read_bytes())
    (keys / f"{two.id}.key").write_bytes((keys / f"{one.id}.key").read_bytes())
    with pytest.raises(VaultError, match="damaged"):
        vault.load(two.id)


@pytest.mark.parametrize(
    "id", ["", "lik-", "lik-XYZ", "../../etc/passwd", "lik-0123456789abcdef/..", "lik-0123456789abcdef\n"]
)
def test_an_id_cannot_lead_out_of_the_vault(vault, id):
    for verb in (vault.load, vault.delete):
        with pytest.raises(VaultError, match="16 hexadecimal digits"):
            verb(id)


@pytest.mark.parametrize("nonce", ["", "../ledger", "A" * 32, "0" * 31])
def test_a_nonce_cannot_lead_out_of_the_ledger(vault, nonce):
    assert vault.noted(nonce) is None


def test_a_template_of_another_size_than_any_picture_is_refused(vault):
    huge = Template(
        enrolment=Enrolment(id=vault.new_id(), name="x", kind="camera", enrolled_at=NOW),
        picture=np.zeros((5000, 5000, 3), np.uint8),
    )
    with pytest.raises(VaultError, match="smaller picture"):
        vault.store(huge)
    assert vault.list() == ()


def test_the_ledger_forgets_whose_challenge_it_was_and_not_that_it_was_used(vault):
    kept = vault.store(template(vault))
    vault.note("0" * 32, {"challenge": "x", "recording": "m", "enrolment": kept.id, "refusals": []})
    vault.delete(kept.id)
    noted = vault.noted("0" * 32)
    assert noted["enrolment"] is None and noted["recording"] is None and "recording" in noted


def test_marks_say_nothing_without_this_vaults_key(vault, tmp_path_factory):
    other = Vault(tmp_path_factory.mktemp("other"))
    assert vault.mark("ab" * 32) == vault.mark("ab" * 32) != other.mark("ab" * 32)


def test_many_at_once_lose_nobody(vault, tmp_path):
    def work(number: int) -> str:
        return Vault(tmp_path).store(template(vault, name=f"P{number}", seed=number)).id

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(work, range(24)))
    assert {one.id for one in vault.list()} == set(ids)


def test_kill_9_while_storing_loses_nothing_that_was_acknowledged(tmp_path):
    script = (
        "import sys, itertools; from pathlib import Path; from datetime import datetime, UTC\n"
        "from medialit.likeness.vault import *\n"
        "vault = Vault(Path(sys.argv[1]))\n"
        "for n in itertools.count():\n"
        "    one = Enrolment(id=vault.new_id(), name=str(n), kind='fictional', enrolled_at=datetime.now(UTC))\n"
        "    print(vault.store(Template(enrolment=one)).id, flush=True)\n"
        "    if n % 3 == 2: vault.delete(one.id); print('-' + one.id, flush=True)\n"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    acknowledged = [worker.stdout.readline().strip() for _ in range(40)]
    os.kill(worker.pid, signal.SIGKILL)
    acknowledged += worker.stdout.read().split()
    worker.stdout.close()
    worker.wait()
    gone = {line[1:] for line in acknowledged if line.startswith("-")}
    there = {line for line in acknowledged if line.startswith("lik-")} - gone
    vault = Vault(tmp_path)
    listed = {one.id for one in vault.list()}
    assert not (listed & gone) and vault.damaged() == ()
    # The last one may have been on its way out, or one more on its way in, when the process was killed.
    assert len(there - listed) <= 1 and len(listed - there) <= 1


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "likeness").write_text("a file in its place")
    with pytest.raises(VaultError, match="MEDIALIT_HOME"):
        Vault(tmp_path)


def test_a_damaged_ledger_entry_is_said(vault, tmp_path):
    (tmp_path / "likeness" / "ledger" / f"{'0' * 32}.json").write_text("{")
    with pytest.raises(VaultError, match="new challenge"):
        vault.noted("0" * 32)
    assert vault.used_by("m") is None
