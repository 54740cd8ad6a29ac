"""How each of the fictional people looks, and where that is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medialit.errors import CastError
from medialit.world.colour import Colour

SKULL_WIDTH = 0.88  # of a head, as a share of its height

_CHOICES = {
    "hair_style": ("short", "crop", "curly", "long", "bob", "bun", "braids", "receding", "bald", "waves"),
    "beard": ("none", "stubble", "short", "full", "moustache"),
    "glasses": ("none", "round", "square"),
    "headwear": ("none", "hijab", "hood", "turban", "fez", "taqiya", "band"),
    "outfit": (
        "djellaba",
        "caftan",
        "gandoura",
        "suit",
        "football",
        "tunic",
        "coat",
        "apron",
        "jacket",
        "jumper",
        "dress",
    ),
    "shoes": ("balgha", "shoes", "trainers", "boots"),
}


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a person looks like; colours are sRGB from 0 to 1.

    Parameters
    ----------
    skin, hair, eyes : Colour
    hair_style, beard, glasses, headwear, outfit, shoes : str
        As `cast.toml` names them.
    main, second, trim : Colour
        Of the outfit.
    head_colour : Colour
        Of what is worn on the head.
    shoe_colour : Colour
    lips : Colour or None
        None is the skin's own colour, deeper.
    lashes, freckles, stripes : bool
    wrinkles : float
        0 to 1.
    jaw : float
        0 is a round face, 1 a square one.
    eye_size, nose, face : float
        Size of the eyes and of the nose, width of the face; 1 is average.
    head : float
        Half the height of the head, in body heights; a child's is larger.
    width : float
        Of the body; 1 is average.
    number : int or None
        On a football shirt.
    """

    skin: Colour
    hair: Colour
    eyes: Colour = (0.24, 0.14, 0.08)
    hair_style: str = "short"
    beard: str = "none"
    glasses: str = "none"
    headwear: str = "none"
    outfit: str = "jumper"
    shoes: str = "shoes"
    main: Colour = (0.5, 0.5, 0.5)
    second: Colour = (0.2, 0.25, 0.35)
    trim: Colour = (0.95, 0.93, 0.88)
    head_colour: Colour = (0.5, 0.5, 0.5)
    shoe_colour: Colour = (0.2, 0.17, 0.16)
    lips: Colour | None = None
    lashes: bool = False
    freckles: bool = False
    stripes: bool = False
    wrinkles: float = 0.0
    jaw: float = 0.4
    eye_size: float = 1.0
    nose: float = 1.0
    face: float = 1.0
    head: float = 0.150
    width: float = 1.0
    number: int | None = None

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise CastError(
                    f"{getattr(self, name)!r} is no {name} that can be drawn; use one of: {', '.join(allowed)}."
                )

    @property
    def lip_colour(self) -> Colour:
        """The colour of the lips."""
        if self.lips is not None:
            return self.lips
        r, g, b = self.skin
        return r * 0.80, g * 0.58, b * 0.56


def look(table: Mapping[str, Any]) -> Look:
    """Return the look that a table of `cast.toml` describes; its colours are ``"#rrggbb"``.

    Raises
    ------
    CastError
        If a word or a colour is none that can be drawn.
    """
    values: dict[str, Any] = {}
    for name, value in table.items():
        values[name] = hex_colour(value) if isinstance(value, str) and value.startswith("#") else value
    try:
        return Look(**values)
    except TypeError as error:
        raise CastError(
            f"A look cannot be read: {error}. The fields are those of Look; correct the table."
        ) from None


def hex_colour(text: str) -> Colour:
    """Return ``"#rrggbb"`` as sRGB from 0 to 1."""
    try:
        code = int(text.removeprefix("#"), 16)
    except ValueError:
        code = -1
    if len(text) != 7 or code < 0:
        raise CastError(f'{text!r} is no colour; write it as "#rrggbb".')
    return (code >> 16) / 255, (code >> 8 & 255) / 255, (code & 255) / 255
