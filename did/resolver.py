"""DID Resolution 1.0: from a DID to its document.

`Resolver.resolve` follows the algorithm of section "DID Resolution" and reports what happened as
data; `require_document` is the same for callers that cannot go on without the document.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from did.document import DidDocument
from did.errors import DidDeactivated, DidError, DidNotFound, InvalidDid, MethodNotSupported
from did.url import Did

MAX_CACHED = 1_024


@dataclass(frozen=True, slots=True)
class ResolutionOptions:
    """At most one of the two says which version is wanted. The default is the current one."""

    version_id: str | None = None
    version_time: datetime | None = None

    @property
    def is_current(self) -> bool:
        return self.version_id is None and self.version_time is None


CURRENT = ResolutionOptions()


@dataclass(frozen=True, slots=True)
class ResolutionResult:
    """What DID Resolution returns.

    `document` is None after an error and for a deactivated DID. `max_age_s` is how long the source
    lets the answer be kept (None: it does not say).
    """

    document: DidDocument | None
    document_metadata: Mapping[str, Any] = field(default_factory=dict)
    resolution_metadata: Mapping[str, Any] = field(default_factory=dict)
    max_age_s: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The body of `application/did-resolution`."""
        return {
            "didDocument": None if self.document is None else dict(self.document.json),
            "didResolutionMetadata": dict(self.resolution_metadata),
            "didDocumentMetadata": dict(self.document_metadata),
        }


class Method(Protocol):
    """One DID method. `name` is what stands behind `did:`."""

    @property
    def name(self) -> str: ...

    def resolve(self, did: Did, options: ResolutionOptions = CURRENT) -> ResolutionResult:
        """The document, or a result without one for a DID that is deactivated.

        Raises:
            DidError: one of the classes of `did.errors`; `ResolutionUnavailable` when the registry
                could not be asked, `DidNotFound` when it answered no.
        """


class Resolver:
    """Resolves with the methods it was given, and keeps answers for at most `cache_s` seconds.

    Errors are not kept. Safe to share between threads.
    """

    def __init__(self, methods: Iterable[Method], *, cache_s: int = 300, clock: Callable[[], datetime]) -> None:
        self._methods = {method.name: method for method in methods}
        self._cache_s = cache_s
        self._clock = clock
        self._cache: OrderedDict[tuple[str, ResolutionOptions], tuple[datetime, ResolutionResult]] = OrderedDict()
        self._lock = threading.Lock()

    def resolve(self, did: str, options: ResolutionOptions = CURRENT) -> ResolutionResult:
        """Never raises a `DidError`: it is put into the resolution metadata as `error`."""
        try:
            return self._resolve(did, options)
        except DidError as error:
            return ResolutionResult(None, {}, {"error": problem_of(error)})

    def require_document(self, did: str, options: ResolutionOptions = CURRENT) -> DidDocument:
        """Raises the `DidError` that `resolve` would report, and `DidDeactivated`."""
        result = self._resolve(did, options)
        if result.document is None:
            raise DidDeactivated(f"{did} is deactivated")
        return result.document

    def forget(self, did: str) -> None:
        """Ask anew next time; for those who have just changed the document."""
        with self._lock:
            for key in [key for key in self._cache if key[0] == did]:
                del self._cache[key]

    def _resolve(self, text: str, options: ResolutionOptions) -> ResolutionResult:
        # 1: the syntax.
        did = Did.parse(text)
        # 2: the method.
        method = self._methods.get(did.method)
        if method is None:
            raise MethodNotSupported(f"did:{did.method} is not supported here")
        # 3, 4: the method's Read operation, and whether what it gives is a document of this DID.
        key = (text, options)
        cached = self._cached(key)
        if cached is not None:
            return cached
        result = method.resolve(did, options)
        if result.document is not None and result.document.id != text:
            raise InvalidDid(f"{text} led to the document of {result.document.id}")
        if result.document is None and result.document_metadata.get("deactivated") is not True:
            raise DidNotFound(f"there is no document of {text}")
        self._keep(key, result)
        return result

    def _cached(self, key: tuple[str, ResolutionOptions]) -> ResolutionResult | None:
        now = self._clock()
        with self._lock:
            entry = self._cache.get(key)
            # A clock that was set back makes an answer look like one from the future: not used either.
            if entry is None or not timedelta(0) <= now - entry[0] < timedelta(seconds=self._age_limit(entry[1])):
                return None
            self._cache.move_to_end(key)
            return entry[1]

    def _keep(self, key: tuple[str, ResolutionOptions], result: ResolutionResult) -> None:
        if self._age_limit(result) <= 0:
            return
        now = self._clock()
        with self._lock:
            self._cache[key] = (now, result)
            self._cache.move_to_end(key)
            while len(self._cache) > MAX_CACHED:
                self._cache.popitem(last=False)

    def _age_limit(self, result: ResolutionResult) -> int:
        return self._cache_s if result.max_age_s is None else min(self._cache_s, result.max_age_s)


def problem_of(error: DidError) -> dict[str, str]:
    """RFC 9457, as DID Resolution wants it in the metadata."""
    return {"type": error.problem_type, "title": error.title, "detail": str(error)}
