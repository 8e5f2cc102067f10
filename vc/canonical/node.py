"""The members of one object in expanded form (JSON-LD 1.1 API, section 5.1.2, steps 13 to 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vc.canonical.context import ActiveContext, is_language_tag
from vc.canonical.term import UNSET, Term
from vc.canonical.values import (
    Expanded,
    as_list,
    check_reversed,
    expand_scalar,
    finish_value,
    has_meaning,
    is_graph,
    is_node_name,
    reference,
    refuse_dropped,
)
from vc.errors import DroppedData, MalformedValue, UndefinedTerm

if TYPE_CHECKING:
    from vc.canonical.expand import Expander

_NO_TERM: Final = Term()
_IN_LIST: Final = frozenset({"@list"})


class NodeBuilder:
    """Step 13: the members of one object, gathered into the expanded form."""

    def __init__(
        self,
        expander: Expander,
        active: ActiveContext,
        type_scope: ActiveContext,
        name: str | None,
        element: dict[str, Any],
    ) -> None:
        self._expander = expander
        self._contexts = expander.contexts
        self._active = active
        self._type_scope = type_scope
        self._name = name
        self._element = element
        self._result: Expanded = {}

    def add_members(self, members: dict[str, Any]) -> None:
        active, terms, result = self._active, self._active.terms, self._result
        nests: list[str] = []
        for key, value in members.items():
            if key == "@context":
                continue
            term = terms.get(key)
            expanded = term.iri if term is not None else active.expand_iri(key, vocab=True, document_relative=False)
            try:
                if expanded is None or (term is None and not has_meaning(expanded)):
                    raise UndefinedTerm("no context defines this name")
                if expanded.startswith("@"):
                    if expanded == "@nest":
                        nests.append(key)
                    else:
                        self._add_keyword(expanded, value)
                    continue
                if expanded.startswith("_:"):
                    raise DroppedData("a blank node is no property")
                found = self._member_value(key, term or _NO_TERM, value)
                if found is None:
                    continue
                target = result.setdefault("@reverse", {}) if term is not None and term.reverse else result
                if target is not result:
                    check_reversed(found)
                if isinstance(found, list):
                    target.setdefault(expanded, []).extend(found)
                else:
                    target.setdefault(expanded, []).append(found)
            except MalformedValue as error:
                error.under(key)
                raise
        for key in nests:
            self._add_nested(key, members[key])

    def _add_nested(self, key: str, value: Any) -> None:
        # 14
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, dict) or any(
                self._active.expand_iri(inner, vocab=True, document_relative=False) == "@value" for inner in item
            ):
                raise MalformedValue("@nest holds objects without a @value", f"/{key}")
            self._expander.enter()
            try:
                self.add_members(item)
            except MalformedValue as error:
                error.under(key)
                raise
            self._expander.leave()

    # --- 13.4: keywords ----------------------------------------------------------------------------

    def _add_keyword(self, keyword: str, value: Any) -> None:
        # 13.4.1
        if self._name == "@reverse":
            raise MalformedValue("a reverse property map holds no keywords")
        # 13.4.2
        if keyword in self._result and keyword not in ("@included", "@type"):
            raise MalformedValue(f"{keyword} is there twice")
        match keyword:
            case "@id":
                self._add_id(value)
            case "@type":
                self._add_types(value)
            case "@graph":
                if not isinstance(value, dict | list):
                    raise MalformedValue("@graph holds node objects")
                self._result["@graph"] = self._nodes("@graph", value)
            case "@included":
                if value is None:
                    raise MalformedValue("@included holds node objects")
                nodes = self._nodes(None, value)
                self._result.setdefault("@included", []).extend(nodes)
            case "@value":
                self._result["@value"] = value
            case "@language":
                if value is not None:
                    if not isinstance(value, str) or not is_language_tag(value):
                        raise MalformedValue("@language is a language tag")
                    self._result["@language"] = value.lower()
            case "@direction":
                if value not in ("ltr", "rtl"):
                    raise MalformedValue("@direction is ltr or rtl")
                self._result["@direction"] = value
            case "@list":
                own = self._own_term()
                own.container = self._active.terms.get(self._name or "", _NO_TERM).container & _IN_LIST
                if not own.container and isinstance(value, list) and any(isinstance(item, list) for item in value):
                    raise MalformedValue(
                        "processors disagree about an array inside a @list; give it a @list of its own"
                    )
                expanded = self._expander.expand_value(self._active, self._name or "@list", own, value)
                self._result["@list"] = [] if expanded is None else as_list(expanded)
            case "@set":
                self._result["@set"] = self._expander.expand_value(self._active, self._name, self._own_term(), value)
            case "@reverse":
                self._add_reverse_map(value)
            case _:
                # @index and the keywords of contexts and frames carry nothing into the graph.
                raise DroppedData(f"{keyword} would not be signed")

    def _own_term(self) -> Term:
        """The term of the property whose value this object is, without its containers and its scoped context."""
        term = self._active.terms.get(self._name or "", _NO_TERM)
        return Term(iri=term.iri, type=term.type, language=term.language, direction=term.direction)

    def _add_id(self, value: Any) -> None:
        # 13.4.3
        if not isinstance(value, str):
            raise MalformedValue("an identifier is a string")
        self._result["@id"] = reference(self._active, value, vocab=False)

    def _add_types(self, value: Any) -> None:
        # 13.4.4
        names = value if isinstance(value, list) else [value]
        if not names:
            return
        types = self._result.setdefault("@type", [])
        for index, name in enumerate(names):
            path = f"/{index}" if isinstance(value, list) else ""
            if not isinstance(name, str):
                raise MalformedValue("a type is a string", path)
            expanded = self._type_scope.expand_iri(name, vocab=True, document_relative=True)
            if expanded is None or not (is_node_name(expanded) or expanded in ("@json", "@none")):
                raise UndefinedTerm(f"no context defines the type {name[:100]!r}", path)
            types.append(expanded)

    def _nodes(self, name: str | None, value: Any) -> list[Expanded]:
        """Node objects of `@graph` or `@included`; anything else there would be lost."""
        expanded = self._expander.expand_value(self._active, name, _NO_TERM, value)
        nodes = [] if expanded is None else as_list(expanded)
        for node in nodes:
            refuse_dropped(node)
        return nodes

    def _add_reverse_map(self, value: Any) -> None:
        # 13.4.13
        if not isinstance(value, dict):
            raise MalformedValue("@reverse is an object")
        expanded = self._expander.expand_object(self._active, "@reverse", _NO_TERM, value, from_map=False)
        for name, items in expanded.pop("@reverse", {}).items():
            self._result.setdefault(name, []).extend(items)
        for name, items in expanded.items():
            check_reversed(items)
            self._result.setdefault("@reverse", {}).setdefault(name, []).extend(items)

    # --- 13.5 to 13.12: properties -----------------------------------------------------------------

    def _member_value(self, key: str, term: Term, value: Any) -> Any:
        if term.type == "@json":
            # 13.6
            return self._told({"@value": value, "@type": ["@json"]})
        container = term.container
        if not container:
            return self._expander.expand_value(self._active, key, term, value)
        if isinstance(value, dict):
            if "@language" in container:
                return self._language_map(key, term, value)
            if "@index" in container or "@id" in container or "@type" in container:
                return self._keyed_map(key, term, value)
        expanded = self._expander.expand_value(self._active, key, term, value)
        if expanded is None:
            return None
        # 13.11
        if "@list" in container and not (isinstance(expanded, dict) and "@list" in expanded):
            return {"@list": as_list(expanded)}
        # 13.12
        if "@graph" in container and not ("@id" in container or "@index" in container):
            for node in as_list(expanded):
                refuse_dropped(node)
            return [{"@graph": [node]} for node in as_list(expanded)]
        return expanded

    def _language_map(self, key: str, term: Term, value: dict[str, Any]) -> list[Any]:
        # 13.7
        active = self._active
        if term.scoped is not UNSET:
            active = self._contexts.scoped(active, term, by_type=False)
            term = active.terms.get(key, _NO_TERM)
        direction = active.direction if term.direction is UNSET else term.direction
        result: list[Any] = []
        for language, texts in value.items():
            none = active.expand_iri(language, vocab=True, document_relative=False) == "@none"
            if not none and not is_language_tag(language):
                raise MalformedValue("not a language tag", f"/{language}")
            for text in texts if isinstance(texts, list) else [texts]:
                if text is None:
                    continue
                if not isinstance(text, str):
                    raise MalformedValue("a language map holds strings", f"/{language}")
                item: Expanded = {"@value": text}
                if not none:
                    item["@language"] = language.lower()
                if direction is not None:
                    item["@direction"] = direction
                result.append(self._told(item))
        return result

    def _keyed_map(self, key: str, term: Term, value: dict[str, Any]) -> list[Any]:
        # 13.8
        by = next(name for name in ("@index", "@id", "@type") if name in term.container)
        active = self._active
        if by == "@type" and active.previous is not None:
            active = active.previous
        result: list[Any] = []
        for name, items in value.items():
            try:
                result.extend(self._map_entry(active, key, term, by=by, name=name, value=items))
            except MalformedValue as error:
                error.under(name)
                raise
        return result

    def _map_entry(self, active: ActiveContext, key: str, term: Term, *, by: str, name: str, value: Any) -> list[Any]:
        if by == "@type":
            of_type = active.terms.get(name)
            if of_type is not None and of_type.scoped is not UNSET:
                active = self._contexts.scoped(active, of_type, by_type=True)
        expanded_name = active.expand_iri(name, vocab=True, document_relative=False)
        items = value if isinstance(value, list) else [value]
        expanded = self._expander.expand_value(active, key, term, items, from_map=True)
        result = []
        for found in as_list(expanded):
            item = found
            if "@graph" in term.container and not is_graph(item):
                refuse_dropped(item)
                item = {"@graph": [item]}
            if "@value" in item and term.index is None:
                raise MalformedValue("a value cannot stand in this kind of map")
            if expanded_name != "@none":
                self._label(active, item, term, by, name)
            result.append(item)
        return result

    def _label(self, active: ActiveContext, item: Expanded, term: Term, by: str, name: str) -> None:
        """Write the key of a map entry into the value that stands under it."""
        if by == "@index" and term.index is None:
            raise DroppedData("the keys of an @index map would not be signed")
        if "@value" in item:
            raise MalformedValue("a value cannot stand in this kind of map")
        if by == "@type":
            expanded = active.expand_iri(name, vocab=True, document_relative=True)
            if expanded is None or not is_node_name(expanded):
                raise UndefinedTerm("no context defines this type")
            item["@type"] = [expanded, *item.get("@type", [])]
        elif by == "@id":
            item.setdefault("@id", reference(active, name, vocab=False))
        else:
            index = term.index or ""
            index_term = active.terms.get(index, _NO_TERM)
            index_iri = active.expand_iri(index, vocab=True, document_relative=False) or ""
            item[index_iri] = [expand_scalar(active, index_term, name), *item.get(index_iri, [])]

    def _told(self, value: Expanded) -> Expanded:
        if self._expander.on_value is not None:
            self._expander.on_value(value)
        return value

    # --- 15 to 19 ------------------------------------------------------------------------------------

    def finish(self) -> Any:
        result = self._result
        if "@value" in result:
            value = finish_value(result)
            return self._told(value)
        if "@set" in result or "@list" in result:
            # 17
            if len(result) > 1:
                raise MalformedValue("a @set or @list stands alone")
            return result.get("@set") if "@set" in result else result
        if "@language" in result or "@direction" in result:
            # 18, and language or direction of a node, which says nothing
            stray = "@language" if "@language" in result else "@direction"
            raise DroppedData("@language and @direction belong to a @value", f"/{stray}")
        if any(type_ in ("@json", "@none") for type_ in result.get("@type", ())):
            raise UndefinedTerm("@json and @none are no types of a node")
        return result
