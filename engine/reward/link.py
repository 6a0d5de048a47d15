"""From a latent utility to a chance of agreement: the probit link, and how unsure that chance is.

A member agrees where `slope * utility + shift + noise > 0`, with standard normal noise. A utility known only as a
normal distribution gives a distribution of chances; its mean has a closed form, its standard deviation is integrated.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NODES, _RAW_WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_WEIGHTS = _RAW_WEIGHTS / _RAW_WEIGHTS.sum()
_LEAST_CHANCE = 1e-4
"""Nobody's answer is certain: a slip of the finger alone is likelier than this."""


def normal_cdf(values: Floats) -> Floats:
    """The standard normal distribution function, to within 1e-7 (Abramowitz and Stegun 1964, 7.1.26)."""
    z = np.abs(values) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.3275911 * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    upper = 0.5 * poly * np.exp(-z * z)
    return np.where(values >= 0.0, 1.0 - upper, upper)


def chance(mean: Floats, variance: Floats, slope: float, shift: Floats | float = 0.0) -> Floats:
    """P(agree) for utilities ~ N(mean, variance), elementwise in (0, 1).

    >>> chance(np.array([0.0]), np.array([1.0]), slope=2.0)
    array([0.5])
    """
    found = normal_cdf((shift + slope * mean) / np.sqrt(1.0 + slope**2 * variance))
    return np.clip(found, _LEAST_CHANCE, 1.0 - _LEAST_CHANCE)


def chance_slope(mean: Floats, variance: Floats, slope: float, shift: Floats | float = 0.0) -> Floats:
    """By how much P(agree) grows with the mean utility, elementwise, at least 0."""
    steep = slope / np.sqrt(1.0 + slope**2 * variance)
    z = (shift + slope * mean) / np.sqrt(1.0 + slope**2 * variance)
    return steep * np.exp(-z * z / 2.0) / np.sqrt(2.0 * np.pi)


def chance_spread(mean: Floats, variance: Floats, slope: float, shift: Floats | float = 0.0) -> Floats:
    """The standard deviation of P(agree) when the utility is N(mean, variance): elementwise in [0, 0.5].

    By Gauss-Hermite quadrature, nine nodes.
    """
    deviation = np.sqrt(variance)
    first, second = np.zeros_like(mean), np.zeros_like(mean)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        value = normal_cdf(shift + slope * (mean + node * deviation))
        first += weight * value
        second += weight * value * value
    return np.sqrt(np.maximum(second - first * first, 0.0))
