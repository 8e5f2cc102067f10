"""Text from credentials, made safe to look at.

Escaping stops markup; it does not stop a right-to-left override from turning "drow" into "word" or an
invisible character from making two names look equal. So each value is isolated (`<bdi>`) and characters that
only steer the display, or show nothing, are written out as marks like ⟨U+202E⟩. Joiners and the plain
left-to-right and right-to-left marks stay: Persian, Indic scripts and emoji need them.
"""

import json
import re
from typing import Any

from markupsafe import Markup, escape

# C0 without tab and newline, DEL and C1, soft hyphen, zero width space and word joiners, line and paragraph
# separators, embeddings, overrides, isolates, deprecated format characters, byte order mark, interlinear
# annotation, surrogates that JSON escapes can smuggle in, and tag characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u180e\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def visible(text: str) -> str:
    """Write steering and invisible characters out, so that what is shown is what is there."""
    return _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


def clip(text: str, max_chars: int) -> str:
    """Shorten to `max_chars`, ending in an ellipsis when something was left out."""
    return text if len(text) <= max_chars else text[: max_chars - 1].rstrip() + "…"


def isolated(text: str, max_chars: int = 200) -> str:
    """For places without markup (title, Open Graph): one line, clipped, direction isolated."""
    line = visible(clip(" ".join(text.split()), max_chars))
    return line if line.isascii() else f"{_FIRST_STRONG_ISOLATE}{line}{_POP_ISOLATE}"


def value(text: str) -> Markup:
    """A value as HTML: escaped, isolated, hidden characters marked."""
    parts: list[str] = []
    end = 0
    for match in _HIDDEN.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(f"<mark>⟨U+{ord(match[0]):04X}⟩</mark>")
        end = match.end()
    parts.append(escape(text[end:]))
    return Markup(f"<bdi>{''.join(parts)}</bdi>")  # noqa: S704  every part was escaped above


def fit(text: str, max_chars: int, max_bytes: int) -> str:
    """Clip to `max_chars`, and further until `value` makes at most about `max_bytes` of it."""
    clipped = clip(text, max_chars)
    while (size := len(value(clipped).encode())) > max_bytes and len(clipped) > 1:
        clipped = clip(text, max(1, min(len(clipped) - 1, len(clipped) * max_bytes // size)))
    return clipped


def pretty_json(document: Any, max_bytes: int) -> tuple[str, bool]:
    """Indented JSON, hidden characters as JSON escapes; and whether it had to be cut.

    `max_bytes` counts the page's bytes: UTF-8 after HTML escaping.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False)
    text = _HIDDEN.sub(lambda match: _json_escape(match[0]), text)
    if len(str(escape(text)).encode()) <= max_bytes:
        return text, False
    kept: list[str] = []
    left = max_bytes
    for line in text.splitlines():
        left -= len(str(escape(line)).encode()) + 1
        if left < 0:
            break
        kept.append(line)
    return "\n".join(kept), True


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
