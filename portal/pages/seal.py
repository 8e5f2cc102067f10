"""A guilloche rosette drawn from a digest, as banknotes and diplomas carry.

It is an ornament that follows the content: two copies that differ in one letter show different figures, which
makes tampering easy to *see*. It is no evidence; the pages say so, and the checks decide.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ring:
    """One closed curve, drawn `copies` times, each turned by `step` degrees more."""

    path: str
    copies: int
    step: float

    @property
    def angles(self) -> tuple[str, ...]:
        return tuple(f"{self.step * copy:.2f}".rstrip("0").rstrip(".") for copy in range(self.copies))


@dataclass(frozen=True, slots=True)
class Seal:
    """`name` is unique per digest, for element ids; `rings` fit a circle of radius 100."""

    name: str
    rings: tuple[Ring, ...]


def draw_seal(digest: bytes) -> Seal:
    """Turn the first bytes of a digest into three rings. `digest` has at least 24 bytes."""
    bands = ((78.0, 20.0), (52.0, 17.0), (25.0, 15.0))
    rings = []
    for band, (radius, depth) in enumerate(bands):
        lobes_byte, depth_byte, second_byte, phase_byte, copies_byte = digest[band * 8 : band * 8 + 5]
        lobes = 3 + lobes_byte % (9 - 2 * band)
        swing = depth * (0.55 + 0.45 * depth_byte / 255)
        second = swing * 0.38 * (second_byte / 255)
        copies = 14 + copies_byte % 9
        path = _curve(
            radius=radius, swing=swing - second, lobes=lobes, second=second, phase=math.tau * phase_byte / 255
        )
        rings.append(Ring(path, copies, 360 / copies))
    return Seal("seal-" + digest[:6].hex(), tuple(rings))


def _curve(*, radius: float, swing: float, lobes: int, second: float, phase: float) -> str:
    """r(θ) = radius + swing·cos(lobes·θ) + second·cos((2·lobes + 1)·θ + phase), as cubic Béziers."""
    samples = max(24, 6 * lobes)
    delta = math.tau / samples

    def point(theta: float) -> tuple[float, float]:
        r = radius + swing * math.cos(lobes * theta) + second * math.cos((2 * lobes + 1) * theta + phase)
        return r * math.cos(theta), r * math.sin(theta)

    def tangent(theta: float) -> tuple[float, float]:
        (x0, y0), (x1, y1) = point(theta - 1e-4), point(theta + 1e-4)
        scale = delta / 3 / 2e-4
        return (x1 - x0) * scale, (y1 - y0) * scale

    x, y = point(0.0)
    parts = [f"M{x:.1f} {y:.1f}C"]
    for index in range(samples):
        theta, following = index * delta, (index + 1) * delta
        (x, y), (dx, dy) = point(theta), tangent(theta)
        (u, v), (du, dv) = point(following), tangent(following)
        parts.append(" ".join(f"{n:.1f}" for n in (x + dx, y + dy, u - du, v - dv, u, v)))
    return parts[0] + " ".join(parts[1:]).replace(" -", "-").replace(".0", "") + "z"
