"""Create Term Definition (JSON-LD 1.1 API, section 4.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vc.canonical import iri
from vc.canonical.term import KEYWORDS, MAX_IRI_LENGTH, Term, looks_like_keyword
from vc.errors import InvalidContext, PoisonGraph, UndefinedTerm

if TYPE_CHECKING:
    from vc.canonical.context import ActiveContext

MAX_CHAIN = 40  # terms defined through terms defined through terms …

_CONTEXT_KEYWORDS = frozenset(
    {"@base", "@direction", "@import", "@language", "@propagate", "@protected", "@version", "@vocab"}
)
_DEFINITION_KEYWORDS = frozenset(
    {
        "@container",
        "@context",
        "@direction",
        "@id",
        "@index",
        "@language",
        "@nest",
        "@prefix",
        "@protected",
        "@reverse",
        "@type",
    }
)
_GEN_DELIMS = (":", "/", "?", "#", "[", "]", "@")


class Definitions:
    """Defines the terms of one local context into one active context that is being built."""

    def __init__(
        self, active: ActiveContext, local: dict[str, Any], *, protected: bool, override_protected: bool
    ) -> None:
        self._active = active
        self._local = local
        self._protected = protected
        self._override_protected = override_protected
        self._defined: dict[str, bool] = {}
        self._chain = 0

    def define_all(self) -> None:
        for term in self._local:
            if term not in _CONTEXT_KEYWORDS:
                try:
                    self._define(term)
                except InvalidContext as error:
                    error.under(term)
                    raise

    def _check_no_circle(self, term: str) -> None:
        if term in self._defined:
            raise InvalidContext("terms are defined through each other in a circle")

    def _define(self, term: str) -> None:
        # 1
        if self._defined.get(term):
            return
        self._check_no_circle(term)
        # 2
        if term == "":
            raise InvalidContext("a term is not empty")
        self._chain += 1
        if self._chain > MAX_CHAIN:
            raise PoisonGraph("terms are defined through too long a chain of other terms")
        self._defined[term] = False
        value = self._local[term]
        # 4, 5
        if term == "@type":
            _check_type_redefinition(value)
        elif term in KEYWORDS:
            raise InvalidContext("a keyword cannot be defined anew")
        elif looks_like_keyword(term):
            raise UndefinedTerm("names of an @ and letters are reserved; the term would be dropped", f"/{term}")
        # 6
        previous = self._active.terms.pop(term, None)
        # 7, 8
        simple = value is None or isinstance(value, str)
        definition: dict[str, Any] = {"@id": value} if simple else value
        if not isinstance(definition, dict):
            raise InvalidContext("a term is defined by an IRI, an object or null")
        if not _DEFINITION_KEYWORDS.issuperset(definition):
            raise InvalidContext(f"a term definition has no {sorted(set(definition) - _DEFINITION_KEYWORDS)}")
        # 10 to 26
        created = self._create(term, definition, simple=simple)
        # 27
        if previous is not None and previous.protected and not self._override_protected:
            if not created.means_the_same(previous):
                raise InvalidContext("a protected term cannot be given another meaning")
            created.protected = True
        # 28
        self._active.terms[term] = created
        self._defined[term] = True
        self._chain -= 1

    def _create(self, term: str, definition: dict[str, Any], *, simple: bool) -> Term:
        created = Term(shared=self._active.shared)
        # 11
        protected = definition.get("@protected", self._protected)
        if not isinstance(protected, bool):
            raise InvalidContext("@protected is true or false")
        created.protected = protected
        self._set_iri(created, term, definition, simple=simple)
        if created.iri is not None and len(created.iri) > MAX_IRI_LENGTH:
            raise PoisonGraph("an IRI of a context is too long")
        if created.iri in ("@context", "@preserve"):
            raise InvalidContext(f"{created.iri} has no alias")
        self._set_type(created, definition)
        _set_container(created, definition)
        _set_index(created, definition, self._active)
        # 21: the scoped context is kept as it is and processed where it is used.
        if "@context" in definition:
            created.scoped = definition["@context"]
        _set_language(created, definition)
        _set_nest(created, definition)
        _set_prefix(created, term, definition)
        return created

    def _set_iri(self, created: Term, term: str, definition: dict[str, Any], *, simple: bool) -> None:
        if "@reverse" in definition:
            # 13
            self._set_reverse(created, definition)
            return
        target = definition.get("@id")
        if "@id" in definition and target is None:
            # 14.1: the term is explicitly without meaning.
            created.iri = None
        elif "@id" in definition and target != term:
            # 14.2
            if not isinstance(target, str):
                raise InvalidContext("@id is an IRI or null")
            created.iri = self._mapped(term, target)
            created.is_prefix = (
                simple and ":" not in term and "/" not in term and created.iri.endswith(_GEN_DELIMS)
            ) or (simple and created.iri.startswith("_:") and ":" not in term)
        elif ":" in term[1:]:
            # 15
            created.iri = self._from_compact(term)
        elif "/" in term:
            # 16
            expanded = self._active.expand_iri(term, vocab=True, document_relative=False)
            if expanded is None or not iri.is_absolute(expanded):
                raise InvalidContext("the term is not an absolute IRI")
            created.iri = expanded
        elif term == "@type":
            # 17
            created.iri = "@type"
        elif self._active.vocab is not None:
            # 18
            created.iri = self._active.vocab + term
        else:
            raise InvalidContext("the term has no IRI")

    def _mapped(self, term: str, target: str) -> str:
        if target not in KEYWORDS and looks_like_keyword(target):
            raise UndefinedTerm("the @id of a term is reserved; the term would be dropped", f"/{term}")
        expanded = self._expand(target)
        if expanded is None or not (expanded in KEYWORDS or iri.is_absolute(expanded) or iri.is_blank(expanded)):
            raise InvalidContext("@id is neither an absolute IRI nor a keyword")
        # 14.2.4: a term that looks like an IRI must mean that IRI.
        if ":" in term[1:-1] or "/" in term:
            self._defined[term] = True
            if self._expand(term) != expanded:
                raise InvalidContext("a term in the form of an IRI means that IRI")
            self._defined[term] = False
        return expanded

    def _from_compact(self, term: str) -> str:
        prefix, _, suffix = term.partition(":")
        if prefix in self._local:
            self._define(prefix)
        mapping = self._active.terms.get(prefix)
        if mapping is not None and mapping.iri is not None:
            return mapping.iri + suffix
        return term

    def _set_reverse(self, created: Term, definition: dict[str, Any]) -> None:
        if "@id" in definition or "@nest" in definition:
            raise InvalidContext("a reverse property has neither @id nor @nest")
        target = definition["@reverse"]
        if not isinstance(target, str):
            raise InvalidContext("@reverse is an IRI")
        if looks_like_keyword(target):
            raise UndefinedTerm("a @reverse of an @ and letters is reserved; the term would be dropped")
        expanded = self._expand(target)
        if expanded is None or not (iri.is_absolute(expanded) or iri.is_blank(expanded)):
            raise InvalidContext("@reverse is not an absolute IRI")
        created.iri = expanded
        created.reverse = True

    def _set_type(self, created: Term, definition: dict[str, Any]) -> None:
        # 12
        if "@type" not in definition:
            return
        target = definition["@type"]
        if not isinstance(target, str):
            raise InvalidContext("@type is a string")
        if target in ("@id", "@vocab", "@json", "@none"):
            created.type = target
            return
        expanded = self._expand(target)
        if expanded is None or not iri.is_absolute(expanded):
            raise InvalidContext("@type is neither an absolute IRI nor @id, @vocab, @json or @none")
        created.type = expanded

    def _expand(self, text: str) -> str | None:
        """IRI expansion with the terms of the context being defined (section 5.2, steps 3 and 6.3)."""
        if text in KEYWORDS or looks_like_keyword(text):
            return text if text in KEYWORDS else None
        if text in self._local and not self._defined.get(text) and text not in _CONTEXT_KEYWORDS:
            self._define(text)
        prefix, colon, suffix = text.partition(":")
        known = text in self._active.terms
        if colon and prefix not in ("", "_") and not known and not suffix.startswith("//") and prefix in self._local:
            self._define(prefix)
        return self._active.expand_iri(text, vocab=True, document_relative=False)


def _check_type_redefinition(value: Any) -> None:
    allowed = {"@container", "@id", "@protected"}
    if (
        not isinstance(value, dict)
        or not value
        or not allowed.issuperset(value)
        or value.get("@container", "@set") not in ("@set", ["@set"])
        or value.get("@id", "@type") != "@type"
    ):
        raise InvalidContext("@type can be given a @set container and protection, nothing else")


def _set_container(created: Term, definition: dict[str, Any]) -> None:
    # 19
    if "@container" not in definition:
        return
    value = definition["@container"]
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidContext("@container is a keyword or a list of keywords")
    container = frozenset(names)
    allowed = (
        container == {"@list"}
        or ("@graph" in container and container <= {"@graph", "@id", "@set"})
        or ("@graph" in container and container <= {"@graph", "@index", "@set"})
        or ("@graph" not in container and len(container - {"@set"}) <= 1)
    )
    known = {"@graph", "@id", "@index", "@language", "@list", "@set", "@type"}
    if not allowed or not container <= known or ("@list" in container and "@set" in container):
        raise InvalidContext("this @container does not exist")
    if created.reverse and not container <= {"@index", "@set"}:
        raise InvalidContext("a reverse property is a @set or an @index")
    if "@type" in container:
        created.type = created.type or "@id"
        if created.type not in ("@id", "@vocab"):
            raise InvalidContext("a @type container holds node objects")
    created.container = container


def _set_index(created: Term, definition: dict[str, Any], active: ActiveContext) -> None:
    # 20
    if "@index" not in definition:
        return
    value = definition["@index"]
    if "@index" not in created.container or not isinstance(value, str) or value.startswith("@"):
        raise InvalidContext("@index names a property and needs an @index container")
    expanded = active.expand_iri(value, vocab=True, document_relative=False)
    if expanded is None or not iri.is_absolute(expanded):
        raise InvalidContext("@index is not an absolute IRI")
    created.index = value


def _set_language(created: Term, definition: dict[str, Any]) -> None:
    # 22
    if "@language" in definition and "@type" not in definition:
        value = definition["@language"]
        if value is not None and not isinstance(value, str):
            raise InvalidContext("@language is a language tag or null")
        created.language = value.lower() if isinstance(value, str) else None
    # 23
    if "@direction" in definition and "@type" not in definition:
        value = definition["@direction"]
        if value not in (None, "ltr", "rtl"):
            raise InvalidContext("@direction is ltr, rtl or null")
        created.direction = value


def _set_nest(created: Term, definition: dict[str, Any]) -> None:
    # 24
    if "@nest" in definition:
        value = definition["@nest"]
        if not isinstance(value, str) or (value.startswith("@") and value != "@nest"):
            raise InvalidContext("@nest is @nest or a term")
        created.nest = value


def _set_prefix(created: Term, term: str, definition: dict[str, Any]) -> None:
    # 25
    if "@prefix" not in definition:
        return
    if ":" in term or "/" in term:
        raise InvalidContext("a compact IRI is not a prefix")
    if not isinstance(definition["@prefix"], bool):
        raise InvalidContext("@prefix is true or false")
    if definition["@prefix"] and created.iri in KEYWORDS:
        raise InvalidContext("a keyword is not a prefix")
    created.is_prefix = definition["@prefix"]
