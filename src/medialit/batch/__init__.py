"""Many prompts become many clips."""
