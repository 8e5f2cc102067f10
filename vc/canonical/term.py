"""Term definitions as data (JSON-LD 1.1 API, section 4.2.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

KEYWORDS: Final = frozenset(
    {
        "@base",
        "@container",
        "@context",
        "@default",
        "@direction",
        "@embed",
        "@explicit",
        "@graph",
        "@id",
        "@included",
        "@index",
        "@json",
        "@language",
        "@list",
        "@nest",
        "@none",
        "@omitDefault",
        "@prefix",
        "@preserve",
        "@protected",
        "@requireAll",
        "@reverse",
        "@set",
        "@type",
        "@value",
        "@version",
        "@vocab",
    }
)

MAX_IRI_LENGTH: Final = 2_048  # of an IRI that a context maps a term to

_KEYWORD_FORM = re.compile(r"@[a-zA-Z]+")


class _Unset:
    """Told apart from null, which contexts use to remove things."""


UNSET: Final = _Unset()


def looks_like_keyword(text: str) -> bool:
    """`@` and letters: reserved, whether defined or not."""
    return text.startswith("@") and _KEYWORD_FORM.fullmatch(text) is not None


@dataclass(slots=True, eq=False)
class Term:
    """One term definition. Compared by identity; `means_the_same` compares the content."""

    iri: str | None = None
    is_prefix: bool = False
    protected: bool = False
    reverse: bool = False
    type: str | None = None
    container: frozenset[str] = frozenset()
    scoped: Any = UNSET
    language: Any = UNSET
    direction: Any = UNSET
    index: str | None = None
    nest: str | None = None
    shared: bool = False

    def means_the_same(self, other: Term) -> bool:
        """Equal in everything but protection (section 4.2.2, step 27.1)."""
        return (
            self.iri == other.iri
            and self.is_prefix == other.is_prefix
            and self.reverse == other.reverse
            and self.type == other.type
            and self.container == other.container
            and self.index == other.index
            and self.nest == other.nest
            and _same(self.scoped, other.scoped)
            and _same(self.language, other.language)
            and _same(self.direction, other.direction)
        )


def _same(a: Any, b: Any) -> bool:
    return a is b or (not isinstance(a, _Unset) and not isinstance(b, _Unset) and bool(a == b))
