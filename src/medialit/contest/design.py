"""How many clips of which sort a form has, and what every form must keep to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from medialit.contest.records import BLOCKS, BlockName
from medialit.errors import ContestError
from medialit.language import msgid as _msgid

LEAST_CAMERA: Final = 0.5
RARE: Final = (0.75, 0.90)
"""Share of camera clips in the block in which synthetic ones are rare."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A series of clips within a form.

    Parameters
    ----------
    name : {"even", "rare", "advice"}
    n_camera : int
    n_odd : int
        So many of the camera clips are real but odd.
    n_synthetic : int
        Fakes of the kinds that all forms have.
    n_unseen : int
        Fakes of the kind that this form alone has.
    """

    name: BlockName
    n_camera: int
    n_odd: int
    n_synthetic: int
    n_unseen: int = 0

    @property
    def n(self) -> int:
        """Number of clips."""
        return self.n_camera + self.n_synthetic + self.n_unseen


@dataclass(frozen=True, kw_only=True)
class Design:
    """The blocks of every form.

    Parameters
    ----------
    blocks : tuple of Block
        One of each name, in the order in which they are shown.

    Raises
    ------
    ContestError
        If a form would have fewer camera clips than fakes, the rare block other than 75 to 90 % camera clips, no clip
        that is real but odd, no unseen method, or too few of anything.
    """

    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        camera = sum(block.n_camera for block in self.blocks)
        rare = [block for block in self.blocks if block.name == "rare"]
        fine = (
            tuple(block.name for block in self.blocks) == BLOCKS
            and all(0 <= block.n_odd <= block.n_camera for block in self.blocks)
            and all(
                block.n_camera > 0 and block.n_synthetic > 0 and block.n_unseen >= 0 for block in self.blocks
            )
            and camera >= LEAST_CAMERA * self.n
            and all(RARE[0] <= block.n_camera / block.n <= RARE[1] for block in rare)
            and self.n_odd > 0
            and self.n_unseen > 0
        )
        if not fine:
            raise ContestError(
                _msgid(
                    "A form has the blocks even, rare and advice, each with both kinds of clips; at least half of all "
                    "clips and 75 to 90 % of the rare block are camera clips; some of them are odd; and some fakes are "
                    "of a kind that no other form has."
                )
            )

    @property
    def n(self) -> int:
        """Clips in a form."""
        return sum(block.n for block in self.blocks)

    @property
    def n_camera(self) -> int:
        """Camera clips in a form."""
        return sum(block.n_camera for block in self.blocks)

    @property
    def n_odd(self) -> int:
        """Camera clips in a form that are real but odd."""
        return sum(block.n_odd for block in self.blocks)

    @property
    def n_synthetic(self) -> int:
        """Fakes in a form of the kinds that all forms have."""
        return sum(block.n_synthetic for block in self.blocks)

    @property
    def n_unseen(self) -> int:
        """Fakes in a form of the kind that it alone has."""
        return sum(block.n_unseen for block in self.blocks)


STANDARD: Final = Design(
    blocks=(
        Block(name="even", n_camera=8, n_odd=3, n_synthetic=5, n_unseen=3),
        Block(name="rare", n_camera=12, n_odd=5, n_synthetic=3),
        Block(name="advice", n_camera=4, n_odd=2, n_synthetic=4),
    )
)
"""39 clips a form, 6 to 8 minutes; a pack of 300 holds three such forms."""

QUICK: Final = Design(
    blocks=(
        Block(name="even", n_camera=4, n_odd=1, n_synthetic=3, n_unseen=1),
        Block(name="rare", n_camera=4, n_odd=1, n_synthetic=1),
        Block(name="advice", n_camera=3, n_odd=1, n_synthetic=3),
    )
)
"""19 clips a form, about 3 minutes: to see how a contest goes, not to measure a class."""
