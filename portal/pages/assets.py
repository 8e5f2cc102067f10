"""Style sheet, fonts and pictures under names that carry their digest, so that browsers keep them for a year."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

_STATIC = Path(__file__).parent / "static"
_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_URL = re.compile(r'url\("([a-z0-9_./-]+)"\)')
_CSS_NOISE = re.compile(r"/\*.*?\*/|^\s+|\n", re.DOTALL | re.MULTILINE)
PREFIX = "/static/"


@dataclass(frozen=True, slots=True)
class Asset:
    path: str
    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """`by_path` is what is served; `paths` maps a file's own name to the path with its digest."""

    by_path: Mapping[str, Asset]
    paths: Mapping[str, str]
    icons: Mapping[str, Markup]

    def path(self, name: str) -> str:
        return self.paths[name]

    def icon(self, name: str) -> Markup:
        """One of our own SVG files, to stand inside the page and take its colour from the text."""
        return self.icons[name]


@cache
def load_assets() -> Assets:
    by_path: dict[str, Asset] = {}
    paths: dict[str, str] = {}
    for file in sorted(_STATIC.rglob("*"), key=lambda file: (file.suffix == ".css", file.name)):
        if file.suffix not in _MEDIA_TYPES or file.parent.name == "icons":
            continue
        body = file.read_bytes()
        if file.suffix == ".css":  # comes last: what it refers to has its path by now
            text = _URL.sub(lambda match: f'url("{paths[match[1]]}")', body.decode())
            body = _CSS_NOISE.sub("", text).encode()
        path = f"{PREFIX}{file.stem}.{hashlib.sha256(body).hexdigest()[:12]}{file.suffix}"
        by_path[path] = Asset(path, body, _MEDIA_TYPES[file.suffix])
        paths[file.name] = path
    icons = {
        file.stem: Markup(file.read_text(encoding="utf-8").strip())  # noqa: S704  our own files
        for file in sorted((_STATIC / "icons").glob("*.svg"))
    }
    return Assets(by_path, paths, icons)
