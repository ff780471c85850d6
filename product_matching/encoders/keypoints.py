"""Local features of a photo: SIFT keypoints with RootSIFT descriptors, compressed to 18 bytes each.

The descriptors are projected on the first principal axes of the descriptors of the demo's photos (part train), the
same basis for every photo; ``recipes/data/keypoint_basis.py`` makes it. There is nothing else to be trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from product_matching.encoders.colours import GRID, Colours, colour_cells, colour_grid

#: Names the features: it changes whenever the keypoints of the same photo do.
KEYPOINTS_NAME = "rootsift-384-200-32x4"
#: Longer edge that a photo is scaled to, in pixels.
EDGE = 384
#: Keypoints of a photo at most, the strongest.
MAX_KEYPOINTS = 200
#: Components of a descriptor, and the largest absolute value of one: four bits each.
DIMENSION = 32
LARGEST = 7
#: A coordinate of this value is the right or the lower edge of the photo.
FULL = 255

BASIS_FILE = Path(__file__).with_name("keypoint_basis.npy")
#: A shorter edge than this is taken for it: SIFT needs some pixels in each direction.
_SHORTEST = 16
_SHIFT = 8
#: Bytes of the parts: width and height, colours, a point, a descriptor.
_SIZE_BYTES, _COLOUR_BYTES, _POINT_BYTES, _PACKED_BYTES = 4, 3 * GRID * GRID, 2, DIMENSION // 2


@dataclass(frozen=True, eq=False)
class Keypoints:
    """The K keypoints of one photo, the strongest first.

    Attributes
    ----------
    points
        Where they are, x and y; shape (K, 2), uint8, from 0 (left, top) to `FULL` (right, bottom).
    descriptors
        Their surroundings; shape (K, `DIMENSION`), int8, from -`LARGEST` to `LARGEST`.
    size
        Width and height of the photo on the scale that it was looked at, in pixels; the longer is `EDGE`.
    colours
        The photo's colours; see `product_matching.encoders.colours.colour_grid`.
    """

    points: npt.NDArray[np.uint8]
    descriptors: npt.NDArray[np.int8]
    size: tuple[int, int]
    colours: Colours

    def __len__(self) -> int:
        return len(self.points)

    def pixels(self) -> npt.NDArray[np.float32]:
        """The points in pixels of `size`; shape (K, 2), float32."""
        return self.points.astype(np.float32) * np.array([edge / FULL for edge in self.size], dtype=np.float32)

    def to_bytes(self) -> bytes:
        """All of it in 304 bytes and 18 a keypoint."""
        size = np.array(self.size, dtype="<u2")
        return b"".join(part.tobytes() for part in (size, self.colours, self.points, _pack(self.descriptors)))

    @classmethod
    def from_bytes(cls, content: bytes) -> Keypoints:
        """Read what `to_bytes` wrote.

        Raises
        ------
        ValueError
            It is something else.
        """
        count, left = divmod(len(content) - _SIZE_BYTES - _COLOUR_BYTES, _POINT_BYTES + _PACKED_BYTES)
        if left or not 0 <= count <= MAX_KEYPOINTS:
            raise ValueError(f"{len(content)} bytes are no keypoints")
        width, height = np.frombuffer(content[:_SIZE_BYTES], dtype="<u2").tolist()
        if max(width, height) != EDGE or min(width, height) < _SHORTEST:
            raise ValueError(f"a photo of {width} x {height} pixels has no keypoints")
        rest = np.frombuffer(content, dtype=np.uint8, offset=_SIZE_BYTES)
        colours, points, packed = np.split(rest, [_COLOUR_BYTES, _COLOUR_BYTES + _POINT_BYTES * count])
        return cls(
            points=points.reshape(count, _POINT_BYTES),
            descriptors=_unpack(packed.reshape(count, _PACKED_BYTES)),
            size=(width, height),
            colours=colours.reshape(GRID, GRID, 3),
        )


@dataclass(frozen=True, eq=False)
class KeypointView:
    """What is looked at of a photo for its keypoints.

    Attributes
    ----------
    grey
        The photo in grey, the longer side `EDGE`; shape (height, width), uint8.
    cells
        See `product_matching.encoders.colours.colour_cells`.
    """

    grey: npt.NDArray[np.uint8]
    cells: npt.NDArray[np.uint8]


def view_for_keypoints(photo: Image.Image) -> KeypointView:
    """Scale a photo of any size and shape as `keypoints_in` looks at it."""
    return KeypointView(np.asarray(_scaled_grey(photo, scaled_size(photo.size))), colour_cells(photo))


def find_keypoints(photo: Image.Image) -> Keypoints:
    """Find the keypoints of a photo; the same photo gives the same ones.

    Parameters
    ----------
    photo
        Of any size and shape, upright, as `product_matching.listings.photos.decode_photo` gives it.

    Returns
    -------
    Keypoints
        At most `MAX_KEYPOINTS`; none for a photo of one colour.
    """
    return keypoints_in(view_for_keypoints(photo))


def keypoints_in(view: KeypointView) -> Keypoints:
    """Find the keypoints of a photo of which there is the view for them; see `find_keypoints`."""
    grey = Image.fromarray(view.grey)
    points, responses, descriptors = detect(grey, grey.size)
    strongest = np.lexsort((points[:, 0], points[:, 1], -responses))[:MAX_KEYPOINTS]
    places = np.clip(np.rint(points[strongest] * (FULL / np.array(grey.size))), 0, FULL).astype(np.uint8)
    found = compress(root_sift(descriptors[strongest]))
    return Keypoints(places, found, grey.size, colour_grid(Image.fromarray(view.cells)))


def scaled_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a photo once its longer edge is `EDGE`."""
    longer = max(size)
    width, height = (max(round(edge * EDGE / longer), _SHORTEST) for edge in size)
    return width, height


def detect(
    photo: Image.Image, size: tuple[int, int]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """All SIFT keypoints of a photo scaled to a size: points (M, 2) in pixels, responses (M,), descriptors (M, 128)."""
    import cv2

    found, descriptors = cv2.SIFT.create().detectAndCompute(np.asarray(_scaled_grey(photo, size)), None)
    if not found:
        return np.zeros((0, 2), np.float32), np.zeros(0, np.float32), np.zeros((0, 128), np.float32)
    points = np.array([keypoint.pt for keypoint in found], dtype=np.float32)
    responses = np.array([keypoint.response for keypoint in found], dtype=np.float32)
    return points, responses, np.asarray(descriptors, dtype=np.float32)


def _scaled_grey(photo: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Of a photo that is grey and of this size already, a copy."""
    return photo.convert("L").resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)


def root_sift(descriptors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Root of the L1-normalised descriptors (Arandjelovic and Zisserman 2012); shape (M, 128), rows of norm 1."""
    sums = descriptors.sum(axis=1, keepdims=True)
    rooted: npt.NDArray[np.float32] = np.sqrt(descriptors / np.maximum(sums, np.finfo(np.float32).tiny))
    return rooted


def compress(rooted: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    """Project RootSIFT descriptors (M, 128) on the basis; shape (M, `DIMENSION`), int8."""
    basis = _basis()
    components = (rooted.astype(np.float64) - basis[0]) @ basis[1:].T
    whole: npt.NDArray[np.int8] = np.clip(np.rint(components), -LARGEST, LARGEST).astype(np.int8)
    return whole


def _pack(descriptors: npt.NDArray[np.int8]) -> npt.NDArray[np.uint8]:
    """Put two components into one byte; shape (K, `DIMENSION` / 2)."""
    shifted = (descriptors + _SHIFT).astype(np.uint8)
    return np.asarray(shifted[:, ::2] << 4 | shifted[:, 1::2], dtype=np.uint8)


def _unpack(packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """The descriptors that were packed; shape (K, `DIMENSION`)."""
    halves = np.stack([packed >> 4, packed & 15], axis=2).reshape(len(packed), DIMENSION)
    return halves.astype(np.int8) - np.int8(_SHIFT)


@cache
def _basis() -> npt.NDArray[np.float64]:
    """The mean descriptor, and below it the axes, scaled to the range of a component; shape (1 + `DIMENSION`, 128)."""
    return np.asarray(np.load(BASIS_FILE, allow_pickle=False), dtype=np.float64)
