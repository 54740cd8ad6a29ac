"""What is known about a clip's origin, and how a clip is given an origin to know."""
