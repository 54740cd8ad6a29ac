"""Who agreed to which use of whose likeness, and whether a use may go ahead."""
