"""A small seeded run of the network: what is found, what is left alone, and what happens to each copy."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from medialit.consent.spread import Fate, Posting
from medialit.media import Clip, degrade
from medialit.provenance import watermark
from medialit.provenance.fingerprint import planes
from medialit.provenance.registry import Registry
from medialit.reach import Traced, find, trace
from medialit.reach_compare import MIN_MOTION, MIN_PICTURE, Alignment, align
from medialit.reach_network import (
    CHANGES,
    KEY,
    PLACES,
    REVOKED_AT,
    SIZE,
    Case,
    clip_id,
    copies,
    publish_originals,
    strangers,
)
from medialit.world import draw_scene, render

SEED = 4
WAYS = ("stripped of its credentials", "cropped to 60 to 75 %", "screen-recorded", "mirrored")


@dataclass(frozen=True)
class Network:
    """What was published and posted, and what became of it."""

    registry: Registry
    originals: tuple[Clip, ...]
    cases: dict[str, Case]
    traced: Traced


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("network")
    with Registry(folder / "registry") as registry:
        originals = publish_originals(registry, folder, n=3, seed=SEED)
        changes = {kind: CHANGES[kind] for kind in WAYS}
        cases = {
            case.posting.id: case
            for case in (
                *copies(originals, n_revoked=2, seed=SEED, changes=changes),
                *strangers(n=4, seed=SEED),
            )
        }
        traced = trace(
            [(case.posting, case.clip) for case in cases.values()],
            PLACES,
            registry=registry,
            key=KEY,
            revoked=("grant-0", "grant-1"),
            at=REVOKED_AT,
        )
        yield Network(registry, originals, cases, traced)


def test_every_copy_is_traced_to_its_own_original(network: Network) -> None:
    wanted = {id: case.original for id, case in network.cases.items() if case.original is not None}
    assert {id: one.clip for id, one in network.traced.found.items()} == wanted


def test_only_copies_of_revoked_clips_are_acted_on(network: Network) -> None:
    reached = {one.posting.id for one in network.traced.reached}
    assert reached == {id for id, case in network.cases.items() if case.revoked}
    assert reached.isdisjoint(network.traced.untouched)
    assert reached | set(network.traced.untouched) == set(network.cases)


def test_each_fate_is_that_of_the_place_and_the_moment(network: Network) -> None:
    for one in network.traced.reached:
        late = one.posting.at >= REVOKED_AT
        expected = {
            "network": Fate.BLOCKED if late else Fate.UNPUBLISHED,
            "video-site": Fate.BLOCKED if late else Fate.UNPUBLISHED,
            "forum": Fate.NOTIFIED,
            "family-group": Fate.UNREACHABLE,
            "gone": Fate.UNREACHABLE,
        }
        assert one.fate is expected[one.posting.place]


def test_nothing_is_reached_where_nothing_was_revoked(network: Network) -> None:
    case = next(iter(network.cases.values()))
    traced = trace(
        [(case.posting, case.clip)], PLACES, registry=network.registry, key=KEY, revoked=(), at=REVOKED_AT
    )
    assert traced.reached == () and traced.untouched == (case.posting.id,)


def test_a_copy_without_a_readable_mark_is_found_by_its_looks(network: Network) -> None:
    copy = degrade.recompress(network.originals[0], crf=28)
    found = find(copy, registry=network.registry, key=b"another key")
    assert found is not None
    assert (found.clip, found.by, found.same, found.doubtful) == (clip_id(0), "fingerprint", True, False)


def piece_of(clip: Clip) -> Clip:
    """A strong crop from a corner, mirrored and compressed, too small a share for any fingerprint."""
    return degrade.recompress(degrade.flip(degrade.crop(clip, keep=0.55, anchor=(0.9, 0.1))), crf=28)


def test_a_strong_crop_is_found_only_where_its_clip_is_watched(network: Network) -> None:
    piece = piece_of(network.originals[1])
    alone = find(piece, registry=network.registry, key=b"another key")
    watched = find(
        piece, registry=network.registry, key=b"another key", watched=[clip_id(n) for n in range(3)]
    )
    assert alone is None and watched is not None
    assert (watched.clip, watched.by, watched.same, watched.doubtful) == (
        clip_id(1),
        "fingerprint",
        True,
        False,
    )


def test_only_clips_that_were_revoked_are_watched(network: Network) -> None:
    posting = Posting(id="piece", place="network", at=REVOKED_AT)
    for number, grant in ((0, "grant-0"), (0, "grant-1")):
        traced = trace(
            [(posting, piece_of(network.originals[number]))],
            PLACES,
            registry=network.registry,
            key=b"another key",
            revoked=(grant,),
            at=REVOKED_AT,
        )
        assert [one.posting.id for one in traced.reached] == (["piece"] if grant == "grant-0" else [])


def test_a_marked_crop_that_the_kept_file_confirms_needs_no_look(network: Network) -> None:
    clip = marked_piece(network.originals[0])
    found = find(clip, registry=network.registry, key=KEY)
    assert found is not None and found.by == "watermark"
    assert (found.same, found.doubtful) == (True, False)


def marked_piece(clip: Clip) -> Clip:
    """A crop that the fingerprint does not know, enlarged so that the mark is well readable."""
    return degrade.resize(degrade.crop(clip, keep=0.6, anchor=(0.8, 0.9)), scale=2.0)


def test_what_only_a_fingerprint_leads_to_and_no_file_confirms_is_for_a_person_to_look_at(
    tmp_path: Path,
) -> None:
    with Registry(tmp_path / "registry") as registry:
        (clip,) = publish_originals(registry, tmp_path, n=1, seed=SEED)
        still = Clip(clip.frames[6:7].copy(), clip.fps)
        found = find(still, registry=registry, key=b"another key", min_similarity=0.8)
        assert found is not None and (found.same, found.doubtful) == (None, True)
        registry.discard_original(clip_id(0))
        gone = find(degrade.recompress(clip, crf=28), registry=registry, key=b"another key")
        assert gone is not None and (gone.same, gone.doubtful) == (None, True)
        piece = find(piece_of(clip), registry=registry, key=b"another key", watched=[clip_id(0)])
        assert piece is None  # without the file a strong crop is not found


def test_a_clip_in_front_of_the_same_wall_does_not_fit(network: Network) -> None:
    scene = draw_scene(SEED, duration_s=1.0, fps=12.0)
    other = render(replace(scene, seed=scene.seed + 1), size=SIZE)
    fits = align(planes(other), planes(network.originals[0]))
    own = align(planes(piece_of(network.originals[0])), planes(network.originals[0]))
    assert fits is not None and own is not None and own.same and own.mirrored
    assert own.motion > fits.motion and own.picture >= MIN_PICTURE
    assert np.allclose(own.window, (0.9 * 0.45, 0.1 * 0.45, 0.55), atol=0.03)


def test_a_still_picture_cannot_be_laid_over_a_clip(network: Network) -> None:
    still = Clip(network.originals[0].frames[:1].copy(), 12.0)
    assert align(planes(still), planes(network.originals[0])) is None
    assert align(planes(network.originals[0]), planes(still)) is None


@pytest.mark.parametrize(("picture", "motion"), [(MIN_PICTURE - 0.01, 1.0), (1.0, MIN_MOTION - 0.01)])
def test_both_the_picture_and_the_motion_must_fit(picture: float, motion: float) -> None:
    assert not Alignment(picture=picture, motion=motion, window=(0.0, 0.0, 1.0), mirrored=False).same


def test_a_mark_that_was_moved_to_other_pictures_is_for_a_person_to_look_at(network: Network) -> None:
    payload = watermark.detect(network.originals[0], key=KEY).payload
    assert payload is not None
    stranger = render(draw_scene(77, duration_s=1.0, fps=12.0), size=SIZE)
    moved = watermark.embed(stranger, payload, key=KEY)
    posting = Posting(id="moved", place="network", at=REVOKED_AT)
    traced = trace(
        [(posting, moved)], PLACES, registry=network.registry, key=KEY, revoked=("grant-0",), at=REVOKED_AT
    )
    assert traced.found["moved"].by == "watermark"
    assert traced.to_look_at == ("moved",)


def test_a_stranger_without_a_mark_leads_to_nothing(network: Network) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (6, 40, 40, 3), np.uint8)  # too small for a mark
    assert find(Clip(noise, 12.0), registry=network.registry, key=KEY) is None


def test_the_network_is_the_same_from_the_same_seed(network: Network) -> None:
    one, again = (next(copies(network.originals, n_revoked=2, seed=SEED)) for _ in range(2))
    assert one == again
    assert one != next(copies(network.originals, n_revoked=2, seed=SEED + 1))
