"""Flow matching in numpy: from noise to data along a learnt velocity.

A clip on its way is ``x_t = (1 - t) * noise + t * data``; its velocity is ``v = data - noise``. The network predicts the
data, from which ``v = (predicted - x_t) / (1 - t)``. Sampling walks from t = 0 to 1 in a few straight steps.

References
----------
Liu, Gong and Liu (2022), "Flow straight and fast", arXiv:2209.03003; Lipman et al. (2022), arXiv:2210.02747;
Ho and Salimans (2022), "Classifier-free diffusion guidance", arXiv:2207.12598, equation 6.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Predict = Callable[[Floats, float], tuple[Floats, Floats]]
"""(x_t, t) to the predicted data: with the shot, and with everything left open. Both shape (B, tokens, numbers)."""
OnStep = Callable[[int, int, Floats], None]
"""Told after each step: how many are done, of how many, and the data predicted at that point."""


def noise_for(seeds: list[int], shape: tuple[int, ...]) -> Floats:
    """Return Gaussian noise, shape (len(seeds), *shape); each clip's depends on its own seed alone."""
    return np.stack(
        [np.random.default_rng([seed, 0x0153]).standard_normal(shape, dtype=np.float32) for seed in seeds]
    )


def times(steps: int) -> NDArray[np.float64]:
    """Return the instants of a walk in `steps` steps, from 0 to 1, shape (steps + 1,).

    Examples
    --------
    >>> times(4).tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    return np.linspace(0.0, 1.0, steps + 1)


def integrate(
    predict: Predict, noise: Floats, *, steps: int, guidance: float, on_step: OnStep | None = None
) -> Floats:
    """Walk from noise to data with Euler's method.

    Parameters
    ----------
    predict : callable
        See `Predict`.
    noise : ndarray, shape (B, tokens, numbers)
    steps : int
        Evaluations of the network, at least 1. The last lands exactly on what the network then predicts.
    guidance : float
        1 follows the shot as learnt; above 1 exaggerates the difference that the shot makes; 0 ignores it.
    on_step : callable, optional
        See `OnStep`.

    Returns
    -------
    ndarray, shape (B, tokens, numbers)
    """
    grid = times(steps)
    x = noise
    for i, (t, after) in enumerate(itertools.pairwise(grid)):
        told, untold = predict(x, float(t))
        predicted = untold + np.float32(guidance) * (told - untold)
        x = x + np.float32((after - t) / (1 - t)) * (predicted - x)
        if on_step is not None:
            on_step(i + 1, steps, predicted)
    return x


def attention_mask(
    window: int | None, *, n_words: int = 10, n_props: int = 1, n_frames: int = 24, n_things: int = 2
) -> Floats:
    """Return what is added to attention's scores, shape (N, N): 0 where a token may look, -10,000 where not.

    Parameters
    ----------
    window : int or None
        How many frames away a frame may look; 0 is only itself, None is no limit, and then nothing is masked.
    n_words, n_props, n_frames, n_things : int
        Tokens of the shot, which come first, then those that belong to no frame, then frames of so many tokens.

    Notes
    -----
    Where there is a limit, tokens of the shot see each other only, and what belongs to no frame sees them and itself:
    through either, frames would see each other all the same.

    Examples
    --------
    >>> (attention_mask(0, n_words=1, n_props=1, n_frames=2, n_things=1) == 0).astype(int).tolist()
    [[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]]
    """
    n = n_words + n_props + n_frames * n_things
    if window is None:
        return np.zeros((n, n), np.float32)
    place = np.arange(n)
    word = place < n_words
    first = n_words + n_props
    frame = np.where(
        place < first, -(n_frames + window + place), (place - first) // n_things
    )  # props: far from all
    near = np.abs(frame[:, None] - frame) <= window
    same = place[:, None] == place
    prop = ~word & (place < first)
    allowed = word[None, :] | (~word[:, None] & ~word[None, :] & np.where(prop[:, None], same, near))
    return np.where(allowed, 0.0, -1e4).astype(np.float32)
