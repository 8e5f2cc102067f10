"""Active contexts and context processing (JSON-LD 1.1 API, section 4.1).

A processed context never changes, so what is derived from bundled contexts is kept and shared: the
first credential of a kind pays for its contexts, the next one looks them up. Small contexts that a
document brings along are kept too, large ones live and die with their document. The cache is dropped
whole when it is full, so it has an upper bound and no way to be wrong.
"""

from __future__ import annotations

import re
from typing import Any, Final

import orjson

from vc.canonical import iri
from vc.canonical.define import Definitions
from vc.canonical.term import KEYWORDS, MAX_IRI_LENGTH, Term, looks_like_keyword
from vc.errors import InvalidContext, PoisonGraph, UndefinedTerm, UnknownContext
from vc.loader import load_context

MAX_REMOTE_DEPTH = 10
MAX_CONTEXTS = 500  # that a document makes us process anew; a credential needs a few dozen
MAX_TERMS_COPIED = 200_000  # by them together
MAX_SHARED_CONTEXTS = 2_000  # kept between documents; then the cache starts afresh
MAX_SHARED_TEXT = 2_048  # bytes of a context inside a document that is kept as well

_LANGUAGE_TAG = re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*")


def is_language_tag(text: str) -> bool:
    return _LANGUAGE_TAG.fullmatch(text) is not None


class ActiveContext:
    """What names mean at one place of a document. Never changed after it is built."""

    __slots__ = ("base", "derived", "direction", "language", "previous", "shared", "terms", "type_aliases", "vocab")

    def __init__(self, *, shared: bool) -> None:
        self.terms: dict[str, Term] = {}
        self.vocab: str | None = None
        self.base: str | None = None  # no document has a base of its own
        self.language: str | None = None
        self.direction: str | None = None
        self.previous: ActiveContext | None = None
        self.shared = shared
        self.derived: dict[Any, ActiveContext] = {}
        self.type_aliases: tuple[str, ...] = ("@type",)

    def copy(self, *, shared: bool) -> ActiveContext:
        new = ActiveContext(shared=shared)
        new.terms = self.terms.copy()
        new.vocab, new.base = self.vocab, self.base
        new.language, new.direction = self.language, self.direction
        new.previous = self.previous
        return new

    def seal(self) -> None:
        """Work out what every object asks for, once."""
        self.type_aliases = (
            "@type",
            *sorted(name for name, term in self.terms.items() if term.iri == "@type" and name != "@type"),
        )

    def expand_iri(self, text: str, *, vocab: bool, document_relative: bool) -> str | None:
        """IRI expansion (section 5.2) outside of context processing. None: the name is reserved or unmapped."""
        if text in KEYWORDS:
            return text
        if looks_like_keyword(text):
            return None
        if vocab:
            term = self.terms.get(text)
            if term is not None:
                return term.iri
        prefix, colon, suffix = text.partition(":")
        if colon and prefix:
            if prefix == "_" or suffix.startswith("//"):
                return text
            term = self.terms.get(prefix)
            if term is not None and term.is_prefix and term.iri is not None:
                return term.iri + suffix
            if iri.is_absolute(text):
                return text
        if vocab and self.vocab is not None:
            return self.vocab + text
        if document_relative:
            return iri.resolve(self.base, text)
        return text


class _Shared:
    """The root of all contexts that are kept, and how many hang below it."""

    def __init__(self) -> None:
        self.root: Final = ActiveContext(shared=True)
        self.count = 0


_shared = _Shared()


def initial_context() -> ActiveContext:
    global _shared  # noqa: PLW0603 - the one cache of this module; replaced whole, never edited
    if _shared.count > MAX_SHARED_CONTEXTS:
        _shared = _Shared()
    return _shared.root


class ContextProcessor:
    """Processes the contexts of one document, within one document's budget."""

    def __init__(self) -> None:
        self._copied = 0
        self._processed = 0
        self._embedded: dict[tuple[ActiveContext, bytes], ActiveContext] = {}

    def scoped(self, active: ActiveContext, term: Term, *, by_type: bool) -> ActiveContext:
        """Apply the context inside a term definition: of a property, or (`by_type`) of a type."""
        key = (term, by_type)
        found = active.derived.get(key)
        if found is None:
            shared = active.shared and term.shared
            found = self._process(
                active, term.scoped, override_protected=not by_type, propagate=not by_type, shared=shared, remote=()
            )
            active.derived[key] = found
            _count(found)
        return found

    def embedded(self, active: ActiveContext, local: Any) -> ActiveContext:
        """Apply a `@context` member of the document."""
        if isinstance(local, str):
            return self._remote(active, local)
        if isinstance(local, list) and all(isinstance(item, str) for item in local):
            for index, url in enumerate(local):
                try:
                    active = self._remote(active, url)
                except (InvalidContext, UnknownContext) as error:
                    error.under(index)
                    raise
            return active
        text = orjson.dumps(local)
        if active.shared and len(text) <= MAX_SHARED_TEXT:
            found = active.derived.get(text)
            if found is None:
                found = self._process(active, local, override_protected=False, propagate=True, shared=True, remote=())
                active.derived[text] = found
                _count(found)
            return found
        key = (active, text)
        found = self._embedded.get(key)
        if found is None:
            found = self._process(active, local, override_protected=False, propagate=True, shared=False, remote=())
            self._embedded[key] = found
        return found

    def _remote(
        self,
        active: ActiveContext,
        url: str,
        *,
        override_protected: bool = False,
        propagate: bool = True,
        remote: tuple[str, ...] = (),
    ) -> ActiveContext:
        key = (url, override_protected, propagate)
        found = active.derived.get(key)
        if found is None:
            if len(remote) >= MAX_REMOTE_DEPTH:
                raise InvalidContext("contexts name each other without end")
            found = self._process(
                active,
                load_context(url).get("@context"),
                override_protected=override_protected,
                propagate=propagate,
                shared=active.shared,
                remote=(*remote, url),
            )
            active.derived[key] = found
            _count(found)
        return found

    def _process(
        self,
        active: ActiveContext,
        local: Any,
        *,
        override_protected: bool,
        propagate: bool,
        shared: bool,
        remote: tuple[str, ...],
    ) -> ActiveContext:
        """Section 4.1.2, context processing algorithm. Step numbers are those of the standard."""
        self._processed += 1
        if self._processed > MAX_CONTEXTS:
            raise PoisonGraph(f"the document needs more than {MAX_CONTEXTS} different contexts")
        result = active
        contexts = local if isinstance(local, list) else [local]
        # 2
        if contexts and isinstance(contexts[0], dict) and isinstance(contexts[0].get("@propagate"), bool):
            propagate = contexts[0]["@propagate"]
        # 3: a context that does not propagate remembers what to go back to.
        if not propagate and result.previous is None and contexts:
            result = self._copy(result, shared=shared)
            result.previous = active
            result.seal()
        # 5
        for index, context in enumerate(contexts):
            try:
                result = self._apply(
                    result,
                    context,
                    override_protected=override_protected,
                    propagate=propagate,
                    shared=shared,
                    remote=remote,
                )
            except (InvalidContext, UnknownContext) as error:
                if isinstance(local, list):
                    error.under(index)
                raise
        return result

    def _apply(
        self,
        result: ActiveContext,
        context: Any,
        *,
        override_protected: bool,
        propagate: bool,
        shared: bool,
        remote: tuple[str, ...],
    ) -> ActiveContext:
        if context is None:
            return self._nullified(result, override_protected=override_protected, propagate=propagate)
        if isinstance(context, str):
            # 5.2
            return self._remote(result, context, override_protected=override_protected, remote=remote)
        if isinstance(context, dict):
            return self._define(result, context, override_protected=override_protected, shared=shared, remote=remote)
        raise InvalidContext("a context is an object, a URL or null")

    def _nullified(self, result: ActiveContext, *, override_protected: bool, propagate: bool) -> ActiveContext:
        # 5.1
        if not override_protected and any(term.protected for term in result.terms.values()):
            raise InvalidContext("null may not remove protected terms")
        fresh = initial_context()
        if not propagate:
            fresh = fresh.copy(shared=False)
            fresh.previous = result
            fresh.seal()
        return fresh

    def _define(
        self,
        active: ActiveContext,
        context: dict[str, Any],
        *,
        override_protected: bool,
        shared: bool,
        remote: tuple[str, ...],
    ) -> ActiveContext:
        # 5.4
        result = self._copy(active, shared=shared)
        # 5.5
        if context.get("@version", 1.1) != 1.1 or isinstance(context.get("@version"), bool):
            raise InvalidContext("@version is 1.1", "/@version")
        # 5.6
        if "@import" in context:
            context = self._imported(context)
        self._set_base(result, context, remote)
        self._set_vocab(result, context)
        self._set_language(result, context)
        # 5.11
        if not isinstance(context.get("@propagate", True), bool):
            raise InvalidContext("@propagate is true or false", "/@propagate")
        protected = context.get("@protected", False)
        if not isinstance(protected, bool):
            raise InvalidContext("@protected is true or false", "/@protected")
        # 5.12, 5.13
        Definitions(result, context, protected=protected, override_protected=override_protected).define_all()
        self._spend(len(context))
        result.seal()
        return result

    def _imported(self, context: dict[str, Any]) -> dict[str, Any]:
        # 5.6.3 to 5.6.8
        url = context["@import"]
        if not isinstance(url, str):
            raise InvalidContext("@import is a URL", "/@import")
        imported = load_context(url).get("@context")
        if not isinstance(imported, dict) or "@import" in imported:
            raise InvalidContext("@import needs a single context object that imports nothing itself", "/@import")
        return {**imported, **{name: value for name, value in context.items() if name != "@import"}}

    @staticmethod
    def _set_base(result: ActiveContext, context: dict[str, Any], remote: tuple[str, ...]) -> None:
        # 5.7: only a context inside the document can set it.
        if "@base" not in context or remote:
            return
        value = context["@base"]
        if value is None:
            result.base = None
        elif not isinstance(value, str):
            raise InvalidContext("@base is an IRI or null", "/@base")
        else:
            base = iri.resolve(result.base, value)
            if not iri.is_absolute(base):
                raise InvalidContext("@base is not absolute, and there is nothing it could be relative to", "/@base")
            result.base = base

    @staticmethod
    def _set_vocab(result: ActiveContext, context: dict[str, Any]) -> None:
        # 5.8
        if "@vocab" not in context:
            return
        value = context["@vocab"]
        if value is None:
            result.vocab = None
            return
        if not isinstance(value, str):
            raise InvalidContext("@vocab is an IRI or null", "/@vocab")
        expanded = result.expand_iri(value, vocab=True, document_relative=True)
        if expanded is None or not (iri.is_absolute(expanded) or iri.is_blank(expanded)):
            raise UndefinedTerm(f"@vocab {value[:100]!r} is not an absolute IRI", "/@vocab")
        if len(expanded) > MAX_IRI_LENGTH:
            raise PoisonGraph("an IRI of a context is too long")
        result.vocab = expanded

    @staticmethod
    def _set_language(result: ActiveContext, context: dict[str, Any]) -> None:
        # 5.9
        if "@language" in context:
            value = context["@language"]
            if value is not None and not (isinstance(value, str) and is_language_tag(value)):
                raise InvalidContext("@language is a language tag or null", "/@language")
            result.language = value.lower() if value is not None else None
        # 5.10
        if "@direction" in context:
            value = context["@direction"]
            if value not in (None, "ltr", "rtl"):
                raise InvalidContext("@direction is ltr, rtl or null", "/@direction")
            if value is not None:
                # jsonld.js forgets it with the next context, others do not: no signature over it would travel.
                raise InvalidContext(
                    "processors disagree about a default direction; give it with each value", "/@direction"
                )
            result.direction = value

    def _copy(self, active: ActiveContext, *, shared: bool) -> ActiveContext:
        self._spend(len(active.terms))
        return active.copy(shared=active.shared and shared)

    def _spend(self, terms: int) -> None:
        self._copied += terms + 10
        if self._copied > MAX_TERMS_COPIED:
            raise PoisonGraph("the document's contexts take too much work to process")


def _count(context: ActiveContext) -> None:
    if context.shared:
        _shared.count += 1
