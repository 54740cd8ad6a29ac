"""How high the detector's correlation comes out where there is no mark: measured, not assumed.

Made by ``python benchmarks/watermark_null.py fit``, which judges crops of unmarked pictures, each with a key of
its own. The error-correcting decoder finds some codeword that agrees with any noise, so the correlation lies near
0.51 without a mark.
"""

from __future__ import annotations

import numpy as np

# The statistic and the share of unmarked crops above it.
_POINTS = (
    (0.506, 0.5),
    (0.511, 0.3),
    (0.520, 0.1),
    (0.524, 0.03),
    (0.529, 0.01),
    (0.535, 0.003),
    (0.540, 0.001),
)
_SCALE = 0.006  # beyond the last point the share falls by e for each such step


def tail(statistic: float) -> float:
    """Return the share of unmarked pictures whose statistic is at least this high, 0 to 1.

    Parameters
    ----------
    statistic : float
        From `measure`: the highest normalised correlation.

    Returns
    -------
    float
        Log-linear between measured points, exponential beyond the last; 1 below the first measured point's reach.
    """
    places, shares = zip(*_POINTS, strict=True)
    if statistic >= places[-1]:
        return float(shares[-1] * np.exp(-(statistic - places[-1]) / _SCALE))
    if statistic < places[0]:
        return 1.0
    return float(np.exp(np.interp(statistic, places, np.log(shares))))
