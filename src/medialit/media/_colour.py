"""From the colours of a file to RGB, and back, with the matrix and the range that the file names.

swscale's defaults are fast and biased: flat colours come back too dark by more than a level. The flags below
cost about half the speed and bring them back within 2 levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from av import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)

from medialit.media.clip import Frames

_EXACT: Final = (
    Interpolation.BILINEAR
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.BITEXACT
)
_N_THREADS: Final = 2
BT709: Final = (
    1  # the number of BT.709 in the tables of ISO/IEC 23091-2: matrix, primaries and transfer alike
)
_UNSPECIFIED: Final = 2
# ISO/IEC 23091-2 matrix numbers that swscale converts; 6 (SMPTE 170M) is 5 by another name, 10 is close to 9.
_MATRICES: Final = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
_HD_HEIGHT: Final = 720
PAPER: Final = (255, 255, 255)  # what shows through transparent pixels


def to_rgb(frame: VideoFrame, reformatter: VideoReformatter) -> Frames:
    """Return one decoded frame as uint8 RGB of shape (H, W, 3); the reformatter keeps its tables for the next.

    A matrix that the file does not name is BT.709 from 720 lines up and BT.601 below, which is what browsers
    assume. A range that it does not name is limited for YUV, full for RGB, grey and the old ``yuvj`` formats.
    Transparent pixels are laid on white. High dynamic range is not tone-mapped.
    """
    alpha = _has_alpha(frame)
    rgb = reformatter.reformat(
        frame,
        format="rgba" if alpha else "rgb24",
        src_colorspace=_matrix(frame),
        dst_colorspace=Colorspace.ITU709,
        src_color_range=_range(frame),
        dst_color_range=ColorRange.JPEG,
        interpolation=_EXACT,
        threads=_N_THREADS,
    )
    array = np.asarray(rgb.to_ndarray(), dtype=np.uint8)
    return over(array, PAPER) if alpha else array


def to_yuv420(picture: Frames, reformatter: VideoReformatter) -> VideoFrame:
    """Return an RGB picture (H, W, 3) as an 8-bit 4:2:0 frame in limited range, tagged BT.709 throughout."""
    source = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    frame = reformatter.reformat(
        source,
        format="yuv420p",
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        dst_color_trc=ColorTrc.BT709,
        dst_color_primaries=ColorPrimaries.BT709,
        interpolation=_EXACT,
        threads=_N_THREADS,
    )
    frame.colorspace = BT709
    frame.color_range = int(ColorRange.MPEG)
    return frame


def over(rgba: Frames, background: Sequence[int]) -> Frames:
    """Lay an RGBA picture (H, W, 4), straight alpha, on one colour; returns (H, W, 3)."""
    alpha = rgba[..., 3:].astype(np.uint16)
    paper = np.asarray(background, dtype=np.uint16)
    mixed = rgba[..., :3] * alpha + paper * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


def _matrix(frame: VideoFrame) -> Colorspace:
    number = int(frame.colorspace)
    if number == _UNSPECIFIED or number not in _MATRICES:
        return Colorspace.ITU709 if frame.height >= _HD_HEIGHT else Colorspace.ITU601
    return _MATRICES[number]


def _range(frame: VideoFrame) -> ColorRange:
    if int(frame.color_range) in (ColorRange.MPEG, ColorRange.JPEG):
        return ColorRange(int(frame.color_range))
    name = frame.format.name
    full = frame.format.is_rgb or name.startswith(("yuvj", "gray", "mono", "pal8", "ya"))
    return ColorRange.JPEG if full else ColorRange.MPEG


def _has_alpha(frame: VideoFrame) -> bool:
    return any(component.is_alpha for component in frame.format.components)
