"""Expansion (JSON-LD 1.1 API, section 5.1), in the strict reading that signatures need.

Everything that expansion would leave out of the result silently is refused, with the member's path:
names without meaning, relative references, reserved words, free-floating values, `@index`. What is
left out legitimately is only what says nothing: null and empty arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from vc.canonical.context import ActiveContext, ContextProcessor, initial_context
from vc.canonical.node import NodeBuilder
from vc.canonical.term import UNSET, Term
from vc.canonical.values import Expanded, expand_scalar, refuse_dropped
from vc.errors import DroppedData, MalformedValue, PoisonGraph

MAX_DEPTH: Final = 64

_NO_TERM: Final = Term()


class Expander:
    """Expands one document.

    `on_blank_node` is told each node object that has no `@id`, as it stands in the input; `on_value` each value
    object. An error that either raises gets the path of the place.
    """

    def __init__(
        self,
        *,
        on_blank_node: Callable[[dict[str, Any]], None] | None = None,
        on_value: Callable[[Expanded], object] | None = None,
    ) -> None:
        self.contexts = ContextProcessor()
        self.on_value = on_value
        self._on_blank_node = on_blank_node
        self._depth = 0

    def expand(self, document: dict[str, Any]) -> list[Expanded]:
        """The document in expanded form, as a list of node objects.

        Raises:
            MalformedValue: the path says which member breaks which rule; `UndefinedTerm`, `DroppedData`,
                `InvalidContext` and `UnknownContext` are kinds of it.
            PoisonGraph: nested too deep, or contexts that take too much work.
        """
        result = self.expand_object(initial_context(), None, _NO_TERM, document, from_map=False)
        if result is None:
            return []
        if isinstance(result, dict) and result.keys() == {"@graph"}:
            graph: list[Expanded] = result["@graph"]
            return graph
        nodes = result if isinstance(result, list) else [result]
        for node in nodes:
            refuse_dropped(node)
        return nodes

    # --- values, arrays, objects ------------------------------------------------------------------

    def expand_value(
        self, active: ActiveContext, name: str | None, term: Term, value: Any, *, from_map: bool = False
    ) -> Any:
        """Expand the value of the member `name`: None, one expanded object, or a list of them."""
        if isinstance(value, dict):
            return self.expand_object(active, name, term, value, from_map=from_map)
        if isinstance(value, list | tuple):
            return self._array(active, name, term, value, from_map=from_map)
        if value is None:
            return None
        # 4
        if name is None:
            raise DroppedData("a value that belongs to nothing")
        if term.scoped is not UNSET:
            active = self.contexts.scoped(active, term, by_type=False)
            term = active.terms.get(name, _NO_TERM)
        result = expand_scalar(active, term, value)
        if self.on_value is not None and "@value" in result:
            self.on_value(result)
        return result

    def _array(self, active: ActiveContext, name: str | None, term: Term, items: Any, *, from_map: bool) -> list[Any]:
        # 5
        result: list[Any] = []
        as_list = "@list" in term.container
        self.enter()
        for index, item in enumerate(items):
            try:
                expanded = self.expand_value(active, name, term, item, from_map=from_map)
            except MalformedValue as error:
                error.under(index)
                raise
            if isinstance(expanded, list):
                # 5.2.2: a list inside a list is a list of its own.
                if as_list:
                    result.append({"@list": expanded})
                else:
                    result.extend(expanded)
            elif expanded is not None:
                result.append(expanded)
        self.leave()
        return result

    def expand_object(
        self, active: ActiveContext, name: str | None, term: Term, element: dict[str, Any], *, from_map: bool
    ) -> Any:
        self.enter()
        # 7: leave a type-scoped context, unless this is a value or a mere reference.
        if active.previous is not None and not from_map and not _keeps_type_scope(active, element):
            active = active.previous
        # 8
        if term.scoped is not UNSET:
            active = self.contexts.scoped(active, term, by_type=False)
        # 9
        if "@context" in element:
            try:
                active = self.contexts.embedded(active, element["@context"])
            except MalformedValue as error:
                error.under("@context")
                raise
        # 10, 11
        type_scope = active
        for alias in type_scope.type_aliases:
            if alias in element:
                active = self._enter_types(active, type_scope, element[alias])
        # 13, 14
        node = NodeBuilder(self, active, type_scope, name, element)
        node.add_members(element)
        result = node.finish()
        if (
            self._on_blank_node is not None
            and isinstance(result, dict)
            and not ("@id" in result or "@value" in result or "@list" in result)
        ):
            self._on_blank_node(element)
        self.leave()
        return result

    def _enter_types(self, active: ActiveContext, type_scope: ActiveContext, types: Any) -> ActiveContext:
        # 11.2
        names = [types] if isinstance(types, str) else types
        if not isinstance(names, list):
            return active  # refused where @type itself is expanded
        for name in sorted(name for name in names if isinstance(name, str)):
            term = type_scope.terms.get(name)
            if term is not None and term.scoped is not UNSET:
                active = self.contexts.scoped(active, term, by_type=True)
        return active

    def leave(self) -> None:
        self._depth -= 1

    def enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise PoisonGraph(f"the document is nested deeper than {MAX_DEPTH}")


def _keeps_type_scope(active: ActiveContext, element: dict[str, Any]) -> bool:
    """7: a value object, or an object with nothing but an identifier."""
    terms = active.terms
    for key in element:
        term = terms.get(key)
        name = key if term is None else term.iri
        if name == "@value" or (name == "@id" and len(element) == 1):
            return True
    return False
