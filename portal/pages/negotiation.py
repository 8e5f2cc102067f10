"""Which representation a client asked for (RFC 9110, section 12.5.1)."""

import math
from collections.abc import Sequence

_MAX_ACCEPT_CHARS = 2_000


def choose(accept: str | None, offers: Sequence[str]) -> str:
    """Return the offer that `accept` likes best; the first one if it names none of them.

    At equal quality the offer that is named exactly wins over one that only a wildcard admits, so that
    `application/json, text/plain, */*` gets JSON; then the server's own order decides.
    """
    ranges = _parse(accept or "*/*")
    best, best_rank = offers[0], (0.0, -1)
    for offer in offers:
        specificity, quality = _match(offer, ranges)
        if quality > 0 and (quality, specificity) > best_rank:
            best, best_rank = offer, (quality, specificity)
    return best


def _parse(accept: str) -> list[tuple[str, float]]:
    ranges: list[tuple[str, float]] = []
    for item in accept[:_MAX_ACCEPT_CHARS].split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, text = parameter.partition("=")
            if key.strip() == "q":
                quality = _quality(text.strip())
        if name:
            ranges.append((name, quality))
    return ranges


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if math.isfinite(quality) and 0.0 <= quality <= 1.0 else 0.0


def _match(offer: str, ranges: Sequence[tuple[str, float]]) -> tuple[int, float]:
    """The most specific range that admits `offer` decides its quality."""
    kind = offer.split("/", 1)[0]
    best = (-1, 0.0)
    for name, quality in ranges:
        specificity = {offer: 2, f"{kind}/*": 1, "*/*": 0}.get(name, -1)
        best = max(best, (specificity, quality))
    return best
