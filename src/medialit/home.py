"""Where people's data are kept: one folder for the course, the keys, the registry and what else must not be lost."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

HOME_VARIABLE = "MEDIALIT_HOME"
"""Environment variable that moves everything that concerns people."""


def medialit_home() -> Path:
    """Return `$MEDIALIT_HOME`, else the platform's data folder for medialit; absolute, and not made.

    Examples
    --------
    >>> medialit_home().is_absolute()
    True
    """
    named = os.environ.get(HOME_VARIABLE)
    return Path(named).expanduser().resolve() if named else Path(platformdirs.user_data_dir("medialit"))
