"""Clips, and getting them in and out of files."""

from medialit.media.clip import Clip, Frames, Samples

__all__ = ["Clip", "Frames", "Samples"]
