"""Values and node objects in expanded form (JSON-LD 1.1 API, sections 5.1.2 and 5.3.2)."""

from __future__ import annotations

from typing import Any

from vc.canonical import iri
from vc.canonical.context import ActiveContext
from vc.canonical.term import KEYWORDS, UNSET, Term
from vc.errors import DroppedData, MalformedValue, UndefinedTerm

Expanded = dict[str, Any]


def finish_value(result: Expanded) -> Expanded:
    # 15
    types = result.get("@type")
    if not result.keys() <= {"@value", "@type", "@language", "@direction"}:
        raise MalformedValue("an object with a @value has no other members")
    if types is not None and (len(types) != 1 or "@language" in result or "@direction" in result):
        raise MalformedValue("a @value has one type, or a language and direction")
    value = result["@value"]
    if types == ["@json"]:
        return result
    if isinstance(value, dict | list):
        raise MalformedValue("a @value is a string, a number or a truth value")
    if value is None:
        raise DroppedData("a @value of null says nothing")
    if ("@language" in result or "@direction" in result) and not isinstance(value, str):
        raise MalformedValue("only text has a language or a direction")
    if types is not None and not iri.is_absolute(types[0]):
        raise MalformedValue("the type of a @value is an absolute IRI")
    return result


def expand_scalar(active: ActiveContext, term: Term, value: Any) -> Expanded:
    """Value expansion (section 5.3.2)."""
    coercion = term.type
    if isinstance(value, str):
        if coercion == "@id":
            return {"@id": reference(active, value, vocab=False)}
        if coercion == "@vocab":
            return {"@id": reference(active, value, vocab=True)}
        if coercion is None or coercion == "@none":
            language = active.language if term.language is UNSET else term.language
            direction = active.direction if term.direction is UNSET else term.direction
            result: Expanded = {"@value": value}
            if language is not None:
                result["@language"] = language
            if direction is not None:
                result["@direction"] = direction
            return result
        return {"@value": value, "@type": [coercion]}
    if not isinstance(value, bool | int | float):
        raise MalformedValue(f"JSON has no {type(value).__name__}")
    if coercion in (None, "@none", "@id", "@vocab"):
        return {"@value": value}
    return {"@value": value, "@type": [coercion]}


def reference(active: ActiveContext, text: str, *, vocab: bool) -> str:
    """The IRI or blank node that `text` names. A relative reference names nothing here."""
    expanded = active.expand_iri(text, vocab=vocab, document_relative=True)
    if expanded is None or not is_node_name(expanded):
        raise UndefinedTerm(f"{text[:100]!r} is not an absolute IRI, and there is nothing it could be relative to")
    return expanded


def has_meaning(expanded: str) -> bool:
    return expanded in KEYWORDS or iri.is_absolute(expanded) or iri.is_blank(expanded)


def is_node_name(expanded: str) -> bool:
    return iri.is_absolute(expanded) or iri.is_blank(expanded)


def is_graph(item: Expanded) -> bool:
    return "@graph" in item and item.keys() <= {"@graph", "@id"}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def check_reversed(items: Any) -> None:
    # 13.13.4
    for item in as_list(items):
        if "@value" in item or "@list" in item:
            raise MalformedValue("a value or a list cannot point back")


def refuse_dropped(node: Expanded) -> None:
    """19: what expansion drops at the top of a graph."""
    if not node:
        raise DroppedData("an empty object says nothing")
    if "@value" in node or "@list" in node:
        raise DroppedData("a value that belongs to nothing")
    if node.keys() == {"@id"}:
        raise DroppedData("an identifier about which nothing is said")
