"""How high the detector's correlation comes out where there is no mark: measured, not assumed.

Made by ``python benchmarks/watermark_null.py fit``, which judges crops of unmarked pictures, each with a key of
its own. The error-correcting decoder finds some codeword that agrees with any noise, so the correlation lies near
0.50 without a mark.
"""

from __future__ import annotations

import numpy as np

# The statistic and the share of unmarked crops above it, from 3,000 crops (of several frames, read twice: 217).
_POINTS = (
    (0.498, 0.5),
    (0.505, 0.3),
    (0.514, 0.1),
    (0.522, 0.03),
    (0.527, 0.01),
    (0.534, 0.003),
    (0.538, 0.001),
)
# Beyond the last point the share falls by e for each such step. The three crops there lay 0.0044 above it on average.
_SCALE = 0.006
# Pictures differ more than crops of one picture do. The first 5,000 crops of the set that checks this fit, which
# shares no picture with it, came out higher by up to 0.005 at the same share; 0.007 is taken off.
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
