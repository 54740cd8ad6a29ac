"""How high the detector's correlation comes out where there is no mark: measured, not assumed.

Made by ``python benchmarks/watermark_null.py fit``, which judges crops of unmarked pictures, each with a key of
its own. The error-correcting decoder finds some codeword that agrees with any noise, so the correlation lies near
0.51 without a mark.
"""

from __future__ import annotations

import numpy as np

# The statistic and the share of unmarked crops above it, from 3,000 crops.
_POINTS = (
    (0.505, 0.5),
    (0.510, 0.3),
    (0.519, 0.1),
    (0.526, 0.03),
    (0.530, 0.01),
    (0.534, 0.003),
    (0.537, 0.001),
)
_SCALE = 0.006  # beyond the last point the share falls by e for each such step
# Pictures differ more than crops of one picture do. The first 3,000 crops of the set that checks this fit, which
# shares no picture with it, came out higher by up to 0.007 at the same share, so that much is taken off.
_MARGIN = 0.007


def tail(statistic: float) -> float:
    """Return the share of unmarked pictures whose statistic is at least this high, 0 to 1.

    Parameters
    ----------
    statistic : float
        From `measure`: the highest normalised correlation.

    Returns
    -------
    float
        Log-linear between measured points, exponential beyond the last; 1 below the median.
    """
    places, shares = zip(*_POINTS, strict=True)
    statistic -= _MARGIN
    if statistic >= places[-1]:
        return float(shares[-1] * np.exp(-(statistic - places[-1]) / _SCALE))
    if statistic < places[0]:
        return 1.0
    return float(np.exp(np.interp(statistic, places, np.log(shares))))
