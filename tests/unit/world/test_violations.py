import numpy as np
import pytest

from medialit.errors import WorldError
from medialit.world import VIOLATIONS, Scene, Thing, plant, render, scene_for, simulate

SIZE = (96, 96)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("violation", VIOLATIONS)
def test_exactly_the_frames_of_the_truth_differ_from_the_honest_clip(violation, seed):
    scene = scene_for(violation, seed=seed, fps=12.0)
    planted = plant(scene, violation=violation, strength=1.0, seed=seed, size=SIZE)
    honest = render(scene, size=SIZE)
    differs = (planted.clip.frames != honest.frames).any(axis=(1, 2, 3))
    truth = planted.truth
    assert not differs[: truth.first_frame].any() and not differs[truth.last_frame + 1 :].any()
    assert differs[truth.first_frame : truth.last_frame + 1].mean() > 0.5
    assert len(truth.boxes_px) == truth.last_frame - truth.first_frame + 1
    assert (planted.clip.fps, planted.clip.size, planted.clip.n_frames) == (
        honest.fps,
        honest.size,
        honest.n_frames,
    )


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_seed_plants_the_same_violation_again(violation):
    scene = scene_for(violation, seed=9, duration_s=1.5, fps=12.0)
    first, second = (plant(scene, violation=violation, strength=0.6, seed=4, size=(32, 32)) for _ in range(2))
    assert first.clip == second.clip and first.truth == second.truth


def test_a_teleport_is_one_jump_of_the_stated_length():
    scene = Scene("studio", (Thing("ball", "red", "stand"),))
    planted = plant(scene, violation="teleport", strength=0.5, seed=2, size=SIZE)
    steps = np.abs(np.diff(planted.staging.tracks.position_m[:, 0, 0]))
    assert planted.truth.magnitude == pytest.approx(steps.max()) == pytest.approx(0.6)
    assert (steps > 1e-9).sum() == 1 and steps.argmax() + 1 == planted.truth.first_frame


def test_an_impossible_bounce_returns_more_speed_than_it_got():
    scene = scene_for("impossible_bounce", seed=1)
    planted = plant(scene, violation="impossible_bounce", strength=1.0, seed=1, size=SIZE)
    assert planted.truth.magnitude > 1.05
    times = planted.staging.tracks.times_s
    drop = planted.staging.tracks.position_m[: planted.truth.first_frame, 0, 1].max()
    assert (
        planted.staging.tracks.position_m[planted.truth.first_frame :, 0, 1].max() > drop or times[-1] < 1.5
    )
    honest = simulate(scene).collisions
    assert all(c.speed_after_m_s < c.speed_before_m_s for c in honest)


def test_what_vanished_is_not_present_in_the_truth():
    scene = scene_for("vanish", seed=2)
    planted = plant(scene, violation="vanish", strength=0.8, seed=2, size=SIZE)
    gone = ~planted.staging.tracks.present[:, 0]
    assert gone.sum() == planted.truth.magnitude == round(0.4 * 0.8 * scene.n_frames)
    assert not planted.staging.tracks.visible(SIZE)[gone, 0].any()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"violation": "gravity"}, "'gravity' is not a known violation; use one of: teleport"),
        ({"strength": 0.0}, "For none, use render"),
        ({"strength": 1.5}, "1.5 does not"),
        ({"violation": "impossible_bounce"}, 'whose action is "stand"; draw the scene with scene_for'),
        ({"fps": 1.0}, "at least 4 frames"),
    ],
)
def test_what_cannot_be_planted_is_refused(change, says):
    scene = Scene("studio", (Thing("ball", "red", "stand"),))
    with pytest.raises(WorldError, match=says):
        plant(scene, **{"violation": "vanish", "strength": 0.5, "seed": 1, "size": SIZE, **change})


def test_a_scene_for_an_unknown_violation_is_refused():
    with pytest.raises(WorldError, match="not a known violation"):
        scene_for("gravity", seed=1)
