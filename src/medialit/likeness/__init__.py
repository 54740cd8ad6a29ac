"""Likeness: enrolling a person once, and putting an enrolled person into a scene."""
