"""A small seeded run of the network: what is found, what is left alone, and what happens to each copy."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from medialit.consent.spread import Fate, Posting
from medialit.media import Clip, degrade
from medialit.provenance import watermark
from medialit.provenance.registry import Registry
from medialit.reach import Traced, find, trace
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
WAYS = ("stripped of its credentials", "cropped to 75 to 95 %", "screen-recorded", "mirrored")


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
    assert (found.clip, found.by, found.doubtful) == (clip_id(0), "fingerprint", False)


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
