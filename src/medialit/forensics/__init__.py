"""Measuring: what a clip shows, and how well an eye or a detector tells synthetic from camera."""
