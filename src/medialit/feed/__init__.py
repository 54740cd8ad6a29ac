"""A small social-video feed that a class can own: records, ranking, controls, moderation, a store, a simulator."""
