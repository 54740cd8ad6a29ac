"""Laws of grading hold on a busy machine too: no example has a deadline."""

from hypothesis import settings

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")
