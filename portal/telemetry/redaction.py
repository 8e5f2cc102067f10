"""What no log may hold: keys, tokens, passwords, people's addresses, and links that are secret by being unguessable."""

import re

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"dcp_[A-Za-z0-9_-]{16,}"), "dcp_…"),
    (re.compile(r"\b(Bearer|Basic|DPoP)(\s+)[^\s\"',]+", re.IGNORECASE), r"\1\2…"),
    # A JWT or SD-JWT: the first part is a JSON object in base64url, so it begins with `{"`.
    (re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_~.-]*"), "<token>"),
    (re.compile(r"(://[^/\s:@]+:)[^/\s@]+@"), r"\1…@"),
    (re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), "<e-mail>"),
    # A credential's page is found by who has its link, and by nobody else (architecture, decision 18).
    (re.compile(r"(/c/|/credentials/)[A-Za-z0-9_-]{16,}"), r"\1…"),
    # Codes and tokens travel in queries; which page was asked for is enough for a log.
    (re.compile(r"((?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) [^\s?\"]+)\?[^\s\"]*"), r"\1?…"),
    (re.compile(r"(?i)\b(password|passphrase|secret|private_key|api_key|token)(\\?[\"']?\s*[=:]\s*\\?[\"']?)[^\s\"',;&}\\]+"),
     r"\1\2…"),
)  # fmt: skip


def redact(text: str) -> str:
    """The text without what should not be written down. Idempotent."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text
