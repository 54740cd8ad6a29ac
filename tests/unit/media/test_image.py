"""Still pictures, in and out."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from PIL import Image

from medialit.errors import MediaError
from medialit.media import read_image, write_image


def test_png_is_exact_and_jpeg_is_close(tmp_path):
    picture = skimage.data.astronaut()
    assert np.array_equal(read_image(write_image(picture, tmp_path / "a.png")), picture)
    difference = read_image(write_image(picture, tmp_path / "a.jpg")).astype(int) - picture
    assert np.abs(difference).mean() < 2.5 and np.abs(difference.mean(axis=(0, 1))).max() < 0.5


def test_red_stays_red(tmp_path):
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 255
    for name in ("a.png", "a.jpeg"):
        back = read_image(write_image(red, tmp_path / name))
        assert back[8, 8, 0] > 250 and back[8, 8, 1:].max() < 5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_obeyed(tmp_path, orientation):
    upright = np.zeros((8, 16, 3), np.uint8)
    upright[:4, :8] = 255  # light at the top left
    turns = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 1, 7: 3, 8: 3}
    stored = np.rot90(upright if orientation in (1, 3, 6, 8) else upright[:, ::-1], k=turns[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(read_image(tmp_path / "a.png"), upright)


def test_transparency_grey_and_sixteen_bits_become_rgb(tmp_path):
    rgba = np.zeros((4, 4, 4), np.uint8)
    rgba[:2] = (10, 20, 30, 255)
    Image.fromarray(rgba).save(tmp_path / "alpha.png")
    clear = read_image(tmp_path / "alpha.png")
    assert clear[0, 0].tolist() == [10, 20, 30] and clear[3, 3].tolist() == [255, 255, 255]
    Image.fromarray(np.full((4, 4), 77, np.uint8)).save(tmp_path / "grey.png")
    assert read_image(tmp_path / "grey.png")[0, 0].tolist() == [77, 77, 77]
    Image.fromarray(np.full((4, 4), 0xABCD, np.uint16)).save(tmp_path / "deep.png")
    assert read_image(tmp_path / "deep.png")[0, 0].tolist() == [0xAB] * 3


@pytest.mark.parametrize(
    ("name", "picture", "quality"),
    [
        ("a.bmp", np.zeros((2, 2, 3), np.uint8), 90),
        ("a.png", np.zeros((2, 2), np.uint8), 90),
        ("a.png", np.zeros((2, 2, 3), np.float32), 90),
        ("a.jpg", np.zeros((2, 2, 3), np.uint8), 0),
        ("no/a.png", np.zeros((2, 2, 3), np.uint8), 90),
    ],
)
def test_an_impossible_picture_is_refused_and_leaves_nothing(tmp_path, name, picture, quality):
    with pytest.raises(MediaError):
        write_image(picture, tmp_path / name, quality=quality)
    assert list(tmp_path.iterdir()) == []
