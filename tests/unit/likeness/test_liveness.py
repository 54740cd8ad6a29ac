"""What a recording is asked, on tracks made by hand and on a puppet's."""

from dataclasses import replace

import numpy as np
import pytest

from medialit.likeness import liveness
from medialit.likeness.challenge import Challenge
from medialit.likeness.enrol import judge
from medialit.likeness.match import read_reference
from medialit.likeness.track import Frame, Track, follow, rotation


def turned(points, *, yaw=0.0, pitch=0.0, roll=0.0):
    a, b, c = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return points @ (about_z @ about_x @ about_y).T


def head():
    """Points on half an ellipsoid, the nose towards the camera (z is smaller nearer to it)."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-0.7, 0.7, (2, 468))
    return np.stack([50 * x, 65 * y, -50 * np.sqrt(1 - x**2 - 0.9 * y**2 * 0.9)], axis=1)


def made_track(challenge: Challenge, angles) -> Track:
    """A track of the made head: `angles(step, share of it)` gives yaw and pitch."""
    frames, points, degrees = [], [], []
    for time in np.arange(0, challenge.duration_s, 1 / 12):
        number = sum(time >= step.end_s for step in challenge.steps)
        step = challenge.steps[number]
        yaw, pitch = angles(step, (time - step.start_s) / (step.end_s - step.start_s))
        frames.append(Frame(clip=0, index=len(frames), time_s=float(time), step=number))
        points.append(turned(head(), yaw=yaw, pitch=pitch) + np.array([160, 120, 0]))
        degrees.append((yaw, pitch, 0.0))
    n = len(frames)
    return Track(
        frames=tuple(frames),
        present=np.ones(n, np.bool_),
        points=np.array(points, np.float32),
        openness=np.full((n, 2), 0.3, np.float32),
        angles=np.array(degrees, np.float32),
        scene=np.full((n, 16, 24), 90, np.float32),
        others=0.0,
    )


def obedient(step, share):
    size = np.sin(np.pi * share) ** 2
    yaw, pitch = {"left": (20, 0), "right": (-20, 0), "up": (0, 15)}.get(step.action, (0, 0))
    return yaw * size, pitch * size


def failed(checks):
    return {(check.name, check.step) for check in checks if not check.passed}


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"), [(20, 0, 0), (-20, 0, 0), (0, 15, 0), (0, -15, 0), (0, 0, 10)]
)
def test_a_rotation_is_measured_with_its_sign(yaw, pitch, roll):
    seen = rotation(
        head().astype(np.float32), turned(head(), yaw=yaw, pitch=pitch, roll=roll).astype(np.float32)
    )
    assert seen == pytest.approx((yaw, pitch, roll), abs=0.05)


def test_who_turns_as_asked_passes_and_each_turn_left_out_is_named(challenge):
    steps = [k for k, step in enumerate(challenge.steps) if step.action in liveness.TURN_DEG]
    track = made_track(challenge, obedient)
    assert not {
        one for one in failed(liveness.movement_checks(track, challenge=challenge)) if one[0] == "order"
    }
    for left_out in steps:
        lazy = challenge.steps[left_out]
        track = made_track(
            challenge, lambda step, share, lazy=lazy: (0, 0) if step is lazy else obedient(step, share)
        )
        assert ("order", left_out) in failed(liveness.movement_checks(track, challenge=challenge))


def test_two_steps_exchanged_are_refused_for_every_pair(challenge):
    turns = [step for step in challenge.steps if step.action in liveness.TURN_DEG]
    for a in turns:
        for b in turns:
            if a is not b:
                swap = {a.action: b, b.action: a}
                track = made_track(
                    challenge, lambda step, share, swap=swap: obedient(swap.get(step.action, step), share)
                )
                assert "order" in {
                    name for name, _ in failed(liveness.movement_checks(track, challenge=challenge))
                }


def test_a_mirrored_recording_that_is_not_said_to_be_one_is_refused(challenge):
    track = made_track(challenge, obedient)
    mirrored = replace(track, angles=track.angles * np.array([-1, 1, -1], np.float32))
    assert "order" in {name for name, _ in failed(liveness.movement_checks(mirrored, challenge=challenge))}


def test_eyes_that_stay_open_or_stay_shut_are_no_blink(challenge):
    number = next(k for k, step in enumerate(challenge.steps) if step.action == "blink")
    track = made_track(challenge, obedient)
    now = np.flatnonzero(track.steps == number)
    for shut, fine in ((now[3:9], True), (now[:0], False), (now[4:5], False)):
        openness = track.openness.copy()
        openness[shut] = (
            0.1 if len(shut) != 6 else 0.26
        )  # less than a fifth, and yet far from the usual unrest
        checks = liveness.movement_checks(replace(track, openness=openness), challenge=challenge)
        assert (("blink", number) not in failed(checks)) == fine
    always = replace(track, openness=np.full_like(track.openness, 0.1))
    assert ("blink", number) in failed(liveness.movement_checks(always, challenge=challenge))


def test_a_faint_blink_of_steady_eyes_counts_and_the_same_of_restless_eyes_does_not(challenge):
    number = next(k for k, step in enumerate(challenge.steps) if step.action == "blink")
    track = made_track(challenge, obedient)
    for unrest, passes in ((0.005, True), (0.06, False)):
        openness = 0.3 * (1 + np.random.default_rng(0).normal(0, unrest, track.openness.shape[0]))
        openness[np.flatnonzero(track.steps == number)[3:9]] = 0.3 * 0.86
        both = np.repeat(openness[:, None], 2, axis=1).astype(np.float32)
        checks = liveness.movement_checks(replace(track, openness=both), challenge=challenge)
        assert (("blink", number) not in failed(checks)) == passes


@pytest.mark.parametrize("wide", [0.1, 0.2, 0.45])
def test_a_blink_is_measured_against_the_persons_own_eyes(challenge, wide):
    number = next(k for k, step in enumerate(challenge.steps) if step.action == "blink")
    track = made_track(challenge, obedient)
    openness = np.full_like(track.openness, wide)
    openness[np.flatnonzero(track.steps == number)[3:9]] = 0.8 * wide
    checks = liveness.movement_checks(replace(track, openness=openness), challenge=challenge)
    assert ("blink", number) not in failed(checks)


def test_a_head_has_depth_and_a_tilted_plane_has_none(challenge):
    track = made_track(challenge, obedient)
    assert liveness.depth_check(track).passed
    flat = head() * (1, 1, 0)
    plane = [
        turned(flat, yaw=2 * yaw, pitch=2 * pitch) for yaw, pitch, _ in track.angles
    ]  # seen from far away; perspective is a homography too
    assert not liveness.depth_check(replace(track, points=np.array(plane, np.float32))).passed


def test_a_jump_of_the_face_or_of_the_scene_is_a_splice_and_a_camera_that_moves_is_not(challenge):
    track = made_track(challenge, obedient)
    assert not failed(liveness.splice_checks(track))
    jump = track.points.copy()
    jump[60:, :, 0] += 60
    assert failed(liveness.splice_checks(replace(track, points=jump)))
    cut = track.scene.copy()
    cut[60:] = np.random.default_rng(0).uniform(0, 255, cut.shape[1:])
    assert failed(liveness.splice_checks(replace(track, scene=cut)))
    rng = np.random.default_rng(1)
    restless = rng.uniform(0, 40, track.scene.shape).astype(np.float32)
    assert not failed(liveness.splice_checks(replace(track, scene=restless)))


def test_a_lamp_switched_on_is_no_cut(challenge):
    track = made_track(challenge, obedient)
    lit = track.scene + np.where(np.arange(len(track.scene)) >= 60, 60, 0)[:, None, None]
    assert not failed(liveness.splice_checks(replace(track, scene=lit.astype(np.float32))))


def test_where_there_is_no_face_every_check_fails_and_none_breaks(challenge):
    track = made_track(challenge, obedient)
    nobody = replace(
        track,
        present=np.zeros_like(track.present),
        points=np.full_like(track.points, np.nan),
        angles=np.full_like(track.angles, np.nan),
        openness=np.full_like(track.openness, np.nan),
    )
    assert not liveness.depth_check(nobody).passed
    assert failed(liveness.splice_checks(nobody)) and failed(
        liveness.face_checks(nobody, challenge=challenge)
    )
    assert failed(liveness.movement_checks(nobody, challenge=challenge))
    assert not liveness.identity_check(()).passed


def test_faces_of_two_people_are_a_splice():
    one, two = np.zeros(128, np.float32), np.full(128, 0.06, np.float32)
    assert liveness.identity_check([one, one, one]).passed
    assert not liveness.identity_check([one, one, two]).passed


def test_a_value_that_is_no_number_never_passes():
    assert not liveness.at_least("x", float("nan"), 0.0).passed
    assert not liveness.at_most("x", float("nan"), 1.0).passed


def test_every_check_of_a_puppet_that_obeys_passes(genuine, challenge, puppet, reader):
    face = read_reference(puppet.picture, reader=reader).face
    checks, track = judge(genuine, face=face, challenge=challenge, reader=reader, mirrored=False)
    assert not failed(checks)
    assert {check.name for check in checks} == {
        "short", "no-face", "two-faces", "flat", "screen", "spliced", "wrong-person", "order", "blink", "speech", "lips",
    }  # fmt: skip
    assert track.present.all()


def test_mirrored_pictures_are_read_as_such(genuine, challenge, reader):
    few = genuine.with_frames(genuine.frames[:30])
    there = follow((few,), challenge=challenge, reader=reader, mirrored=False)
    back = few.with_frames(np.ascontiguousarray(few.frames[:, :, ::-1]))
    assert follow((back,), challenge=challenge, reader=reader, mirrored=True).angles == pytest.approx(
        there.angles, abs=6
    )
