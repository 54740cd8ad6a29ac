"""A miniature world with exact truth: scenes, motion, pictures, words and planted errors.

Everything follows from a `Scene`, which is plain data: `simulate` solves its motion, `render` draws it at any size,
`caption` says it in words, `medialit.world.camera.film` adds what a real camera would, and
`medialit.world.violations.plant` breaks one law in it by a measured amount.
"""

from medialit.world.camera import Sensor, film
from medialit.world.captions import caption, captions
from medialit.world.motion import simulate
from medialit.world.pack import PackClip, spotting_pack, write_pack
from medialit.world.render import render
from medialit.world.scene import ACTIONS, BACKGROUNDS, COLOURS, KINDS, PANS, SIZES_M, Scene, Thing, draw_scene
from medialit.world.tracks import Collision, Tracks
from medialit.world.violations import VIOLATIONS, Planted, Truth, plant, scene_for

__all__ = [
    "ACTIONS",
    "BACKGROUNDS",
    "COLOURS",
    "KINDS",
    "PANS",
    "SIZES_M",
    "VIOLATIONS",
    "Collision",
    "PackClip",
    "Planted",
    "Scene",
    "Sensor",
    "Thing",
    "Tracks",
    "Truth",
    "caption",
    "captions",
    "draw_scene",
    "film",
    "plant",
    "render",
    "scene_for",
    "simulate",
    "spotting_pack",
    "write_pack",
]
