"""QR codes as small SVG files: one path, dark on light in both colour schemes, quiet zone included."""

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M

_QUIET_ZONE = 4


def qr_svg(text: str) -> Markup:
    """Return an SVG document. Scanners want dark modules on light, so the ground is always white."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    side = len(matrix)
    path = "".join(_runs(row, y) for y, row in enumerate(matrix))
    return Markup(  # noqa: S704  numbers only
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side * 4}" height="{side * 4}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path fill="#101a2b" d="{path}"/></svg>'
    )


def _runs(row: list[bool], y: int) -> str:
    """Dark modules of one row, neighbours joined."""
    parts: list[str] = []
    x = 0
    while x < len(row):
        if not row[x]:
            x += 1
            continue
        start = x
        while x < len(row) and row[x]:
            x += 1
        parts.append(f"M{start} {y}h{x - start}v1H{start}z")
    return "".join(parts)
