"""Hypothesis strategies for JSON-LD documents that try a canonicalizer: strings, ties, nesting, numbers, languages."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import strategies as st

from tests.peers.samples import CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS

# Everything that N-Quads escapes, nearly escapes or orders differently in UTF-8 and UTF-16.
_SPECIAL = [
    *(chr(code) for code in range(0x20)),
    '"', "\\", "\x7f", "\x80", "\x85", "\xa0", "\u2028", "\u2029", "\ufeff", "\ud7ff", "\ue000", "\ufdd0",
    "\ufffd", "\U00010000", "\U0001f469\u200d\U0001f393", "\U0010ffff", "e\u0301", "\u00e9", "\u0300", "\u202e",
    "{", "}", "^", "`", "|", "<", ">", "@", "_:b0", "\\u0041", "\\n", "^^", " .\n",
]  # fmt: skip

texts = st.lists(st.one_of(st.sampled_from(_SPECIAL), st.text(max_size=6)), max_size=6).map("".join)
"""Unpaired surrogates too: `st.text()` leaves them out, `surrogates` below puts them in."""


def keep_apart(value: Any, *, astral: bool | None = None) -> Any:
    """The value, with U+E000–U+FFFF replaced in it wherever characters beyond U+FFFF occur too.

    rdf-canonize sorts by UTF-16 units, where those two ranges change places (see test_canonize.py).
    """
    if astral is None:
        astral = any(ord(c) > 0xFFFF for c in json.dumps(value, ensure_ascii=False))
    if isinstance(value, str):
        return re.sub("[\ue000-\uffff]", "?", value) if astral else value
    if isinstance(value, dict):
        return {keep_apart(name, astral=astral): keep_apart(inner, astral=astral) for name, inner in value.items()}
    if isinstance(value, list):
        return [keep_apart(inner, astral=astral) for inner in value]
    return value


surrogates = st.sampled_from(["\ud800", "a\udfff", "\udc00\ud800"])
# A value with a direction says so in its text: jsonld.js takes values that differ only in direction for the
# same value (see test_canonize.py), and the corpus is about everything else.
language_values = st.builds(
    lambda value, language, direction: {
        "@value": f"{direction} {value}" if direction else value,
        **({"@language": language} if language else {}),
        **({"@direction": direction} if direction else {}),
    },
    texts,
    st.sampled_from([None, "en", "EN-gb", "ar-EG", "zh-Hant"]),
    st.sampled_from([None, "ltr", "rtl"]),
)
names = st.one_of(texts, texts, texts, language_values, st.lists(language_values, max_size=3))
ids = st.one_of(
    st.integers(0, 3).map(lambda n: f"urn:uuid:{n}"),
    st.text("abcXYZ019-._~:/?#[]@!$&'()*+,;=%é小", min_size=1, max_size=12).map(lambda t: f"https://example.org/{t}"),
    st.sampled_from(
        [
            "did:example:1",
            "did:web:localhost%3A8443",
            "mailto:a@b.example",
            "https://example.org/ä",
            "data:text/plain,x",
        ]
    ),
)
numbers = st.one_of(
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.integers(-5, 5).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.1, 1e21, 1e-7, -0.0, 0.0, 1e16, 123456789012345680.0, 5e-324, 1.7976931348623157e308, 1e20]),
)

identities = st.builds(
    lambda value, kind, hashed: {
        "type": "IdentityObject",
        "hashed": hashed,
        "identityHash": value,
        "identityType": kind,
    },
    st.sampled_from(["a", "b"]) | texts,
    st.sampled_from(["name", "identifier", "emailAddress"]),
    st.booleans(),
)
images = st.builds(lambda id_, caption: {"id": id_, "type": "Image", "caption": caption}, ids, texts)
result_descriptions = st.builds(
    lambda id_, name, maximum: {
        "id": id_,
        "type": ["ResultDescription"],
        "name": name,
        "resultType": "GradePointAverage",
        "valueMax": maximum,
    },
    ids,
    texts,
    texts,
)


def _object(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """All of the members or fewer, in any order."""
    return st.fixed_dictionaries({}, optional=members)


achievements = st.builds(
    lambda fixed, more: {**fixed, **more},
    st.fixed_dictionaries({"type": st.just(["Achievement"]), "name": names}),
    _object(
        id=ids,
        description=names,
        criteria=st.one_of(st.builds(lambda text: {"narrative": text}, texts), st.builds(lambda id_: {"id": id_}, ids)),
        image=images,
        tag=st.lists(texts, max_size=4) | texts,
        creditsAvailable=numbers,
        version=texts,
        inLanguage=st.sampled_from(["en", "de-DE"]),
        resultDescription=st.lists(result_descriptions, max_size=3),
        fieldOfStudy=texts,
    ),
)
subjects = st.builds(
    lambda more: {"type": ["AchievementSubject"], **more},
    _object(
        id=ids,
        achievement=achievements | st.lists(achievements, max_size=2),
        identifier=st.lists(identities, max_size=5),
        creditsEarned=numbers,
        activityStartDate=st.sampled_from(["2026-01-01T00:00:00Z", "not a date"]),
        narrative=texts,
        term=texts,
        image=images,
    ),
)
evidence = st.builds(
    lambda text, audience: {"type": ["Evidence"], "narrative": text, "audience": audience}, texts, texts
)
credentials = st.builds(
    lambda fixed, more: {**fixed, **more},
    st.fixed_dictionaries(
        {
            "@context": st.just([CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS]),
            "type": st.just(["VerifiableCredential", "OpenBadgeCredential"]),
            "issuer": ids | st.builds(lambda id_, name: {"id": id_, "type": ["Profile"], "name": name}, ids, names),
            "credentialSubject": subjects | st.lists(subjects, min_size=1, max_size=3),
        }
    ),
    _object(
        id=ids,
        name=names,
        description=names,
        validFrom=st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00+01:00"]) | texts,
        evidence=evidence | st.lists(evidence, max_size=3),
        awardedDate=texts,
    ),
).map(keep_apart)

# Documents that mean something only because of JSON-LD's own rules, or that no processor may sign.
odd_members = st.dictionaries(
    st.sampled_from(
        [
            "undefinedTerm",
            "@id",
            "@type",
            "@graph",
            "@language",
            "@index",
            "@included",
            "@reverse",
            "@nest",
            "@foo",
            "ex:p",
            "https://example.org/p",
            "_:p",
            "",
            "null",
        ]
    ),
    st.one_of(
        st.none(),
        st.booleans(),
        numbers,
        texts,
        ids,
        st.just({}),
        st.just([]),
        st.builds(lambda t: {"@value": t}, texts),
    ),
    min_size=1,
    max_size=2,
)
odd_credentials = st.builds(
    lambda document, more, where: {**document, **more} if where else {**document, "credentialSubject": more},
    credentials,
    odd_members,
    st.booleans(),
).map(keep_apart)
broken_strings = st.builds(lambda document, text: {**document, "name": text}, credentials, surrogates)
