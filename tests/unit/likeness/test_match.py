"""1:1: the same face is near, another is far, and a picture without one face is said to be so."""

import cv2
import numpy as np
import pytest

from medialit.likeness.match import LIMIT, distance, match_check, read_reference


@pytest.fixture(scope="module")
def face(puppet, reader):
    return read_reference(puppet.picture, reader=reader).face


def beside(a, b):
    return np.concatenate([a, b], axis=1)


def test_a_turned_darker_or_smaller_picture_of_a_face_is_near(puppet, reader, face):
    others = {
        "turned": np.ascontiguousarray(puppet.posed(yaw=12)[..., :3]),
        "darker": (puppet.picture * 0.6).astype(np.uint8),
        "smaller": cv2.resize(puppet.picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA),
    }
    for name, picture in others.items():
        other = read_reference(picture, reader=reader)
        assert other.problem is None, name
        assert distance(face, [other.face]) < LIMIT - 0.1, name


def test_a_made_up_face_with_other_proportions_is_far(puppet, reader, subjects, face):
    other = read_reference(subjects.made_up(reader, puppet, seed=1).picture, reader=reader).face
    assert not match_check(face, [other]).passed


def test_no_face_two_faces_and_a_tiny_face_are_told_apart(puppet, reader):
    grey = np.full((300, 400, 3), 120, np.uint8)
    tiny = grey.copy()
    tiny[:50, :67] = cv2.resize(puppet.picture, (67, 50), interpolation=cv2.INTER_AREA)
    assert read_reference(grey, reader=reader).problem == "reference-no-face"
    assert (
        read_reference(beside(puppet.picture, puppet.picture), reader=reader).problem == "reference-two-faces"
    )
    assert read_reference(tiny, reader=reader).problem in {"reference-small", "reference-no-face"}


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 900, 3), (900, 2, 3), (2000, 3000, 3)])
def test_any_size_of_picture_is_answered(reader, shape):
    assert read_reference(np.zeros(shape, np.uint8), reader=reader).problem == "reference-no-face"


def test_noise_is_no_face(reader):
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    assert read_reference(noise, reader=reader).problem == "reference-no-face"


def test_the_median_decides_so_that_one_bad_picture_does_not():
    near, far = np.zeros(128, np.float32), np.full(128, 0.2, np.float32)
    assert match_check(near, [near, near, far]).passed
    assert not match_check(near, [near, far, far]).passed
    assert not match_check(near, []).passed
