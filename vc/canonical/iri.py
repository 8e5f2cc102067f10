"""Internationalized Resource Identifiers, as far as JSON-LD needs them (RFC 3986, RFC 3987)."""

from __future__ import annotations

import re

# A scheme, then no character that an IRI, or the `<…>` of N-Quads, cannot hold. The blanks are those of Unicode:
# other processors take an identifier with one of them for a relative reference.
_FORBIDDEN = (
    r'\x00-\x20<>"{}|^`\\\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\ud800-\udfff\ufffe\uffff'
)
_ABSOLUTE = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:[^{_FORBIDDEN}]*")
_BLANK = re.compile(r"_:[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?")
_PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)


def is_absolute(text: str) -> bool:
    """An absolute IRI (a fragment may follow). A blank node identifier is not one."""
    return _ABSOLUTE.fullmatch(text) is not None


def is_blank(text: str) -> bool:
    """A blank node identifier, with its `_:`."""
    return _BLANK.fullmatch(text) is not None


def resolve(base: str | None, reference: str) -> str:
    """RFC 3986 section 5.2. Without a base the reference stays as it is."""
    if base is None:
        return reference
    scheme, authority, path, query, fragment = _split(reference)
    b_scheme, b_authority, b_path, b_query, _ = _split(base)
    if scheme is not None:
        return _join(scheme, authority, _remove_dot_segments(path), query, fragment)
    if authority is not None:
        return _join(b_scheme, authority, _remove_dot_segments(path), query, fragment)
    if not path:
        return _join(b_scheme, b_authority, b_path, b_query if query is None else query, fragment)
    if path.startswith("/"):
        return _join(b_scheme, b_authority, _remove_dot_segments(path), query, fragment)
    # 5.2.3: merge
    merged = f"/{path}" if b_authority is not None and not b_path else b_path[: b_path.rfind("/") + 1] + path
    return _join(b_scheme, b_authority, _remove_dot_segments(merged), query, fragment)


def _split(text: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    match = _PARTS.fullmatch(text)
    if match is None:  # the expression matches every text
        raise ValueError(text)
    scheme, authority, path, query, fragment = match.groups()
    return scheme, authority, path or "", query, fragment


def _join(scheme: str | None, authority: str | None, path: str, query: str | None, fragment: str | None) -> str:
    text = f"{scheme}:" if scheme is not None else ""
    if authority is not None:
        text += f"//{authority}"
    text += path
    if query is not None:
        text += f"?{query}"
    if fragment is not None:
        text += f"#{fragment}"
    return text


def _remove_dot_segments(path: str) -> str:
    """RFC 3986 section 5.2.4."""
    segments = path.split("/")
    kept: list[str] = []
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
            if last:
                kept.append("")
        elif segment == ".":
            if last:
                kept.append("")
        else:
            kept.append(segment)
    return "/".join(kept)
