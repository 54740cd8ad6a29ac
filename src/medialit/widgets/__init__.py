"""What the labs show inside a notebook: a judging desk, plots, visible checks."""
