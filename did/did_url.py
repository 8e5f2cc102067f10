"""DID URL Dereferencing (DID Resolution 1.0, section 5), for those who ask over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from did.document import DidDocument, absolute
from did.errors import DidError, DidNotFound, FeatureNotSupported, InvalidOptions
from did.resolver import ResolutionOptions, ResolutionResult, Resolver, problem_of
from did.url import DidUrl

URI_LIST = "text/uri-list"

_VERSION_PARAMETERS = ("versionId", "versionTime")
_SERVICE_PARAMETERS = ("service", "serviceType", "relativeRef")


@dataclass(frozen=True, slots=True)
class DereferencingResult:
    """`content` is a DID document, one part of it, or a list of service endpoints."""

    content: Any
    content_metadata: Mapping[str, Any] = field(default_factory=dict)
    dereferencing_metadata: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The body of `application/did-url-dereferencing`."""
        return {
            "content": self.content,
            "didUrlDereferencingMetadata": dict(self.dereferencing_metadata),
            "contentMetadata": dict(self.content_metadata),
        }


def dereference(url: str, *, resolver: Resolver, accept: str | None = None) -> DereferencingResult:
    """Never raises a `DidError`: it is put into the metadata as `error`.

    With `accept` of `text/uri-list`, services give their endpoints instead of the document.
    """
    try:
        return _dereference(url, resolver, accept)
    except DidError as error:
        return DereferencingResult(None, {}, {"error": problem_of(error)})


def options_of(parameters: Mapping[str, str]) -> ResolutionOptions:
    """Which version the DID parameters ask for. Raises `InvalidOptions`."""
    version_time = parameters.get("versionTime")
    if version_time is None:
        return ResolutionOptions(version_id=parameters.get("versionId"))
    try:
        moment = datetime.fromisoformat(version_time)
    except ValueError as error:
        raise InvalidOptions(f"versionTime {version_time[:80]!r} is not a date and time") from error
    if moment.tzinfo is None:
        raise InvalidOptions("versionTime has no time zone")
    return ResolutionOptions(parameters.get("versionId"), moment.astimezone(UTC))


def _dereference(text: str, resolver: Resolver, accept: str | None) -> DereferencingResult:
    # 5.4.1, 1: the syntax.
    url = DidUrl.parse(text)
    parameters = url.parameters()
    # 2, 3: the document.
    result = resolver.resolve(str(url.did), options_of(parameters))
    if result.document is None:
        return DereferencingResult(None, result.document_metadata, result.resolution_metadata)
    unknown = set(parameters) - set(_VERSION_PARAMETERS) - set(_SERVICE_PARAMETERS)
    if url.path or unknown:
        raise DidNotFound(f"no DID method here defines what {text[:200]!r} is")
    # 7: services.
    if "service" in parameters or "serviceType" in parameters:
        if url.fragment is not None:
            raise FeatureNotSupported("the fragment of a service is not looked up")
        return _services(result, result.document, parameters, accept)
    # 5.4.2: the fragment.
    if url.fragment is not None:
        part = _part(result.document, f"#{url.fragment}")
        return DereferencingResult(part, result.document_metadata, {"contentType": "application/did"})
    # 6: the document itself.
    return DereferencingResult(dict(result.document.json), result.document_metadata, {"contentType": "application/did"})


def _part(document: DidDocument, fragment: str) -> Mapping[str, Any]:
    method = document.method_json(fragment)
    if method is not None:
        return method
    for service in _service_list(document):
        if absolute(str(service.get("id")), document.id) == document.id + fragment:
            return service
    raise DidNotFound(f"the document of {document.id} has nothing called {fragment}")


def _service_list(document: DidDocument) -> list[Mapping[str, Any]]:
    services = document.json.get("service", [])
    if not isinstance(services, list):
        return []
    return [service for service in services if isinstance(service, Mapping)]


def _services(
    result: ResolutionResult, document: DidDocument, parameters: Mapping[str, str], accept: str | None
) -> DereferencingResult:
    selected = []
    for service in _service_list(document):
        types = service.get("type")
        types = types if isinstance(types, list) else [types]
        wanted = parameters.get("service")
        if wanted is not None and absolute(str(service.get("id")), document.id) not in (
            f"{document.id}#{wanted}",
            wanted,
        ):
            continue
        if "serviceType" in parameters and parameters["serviceType"] not in types:
            continue
        selected.append(service)
    if accept == URI_LIST:
        urls = [url for service in selected for url in _endpoints(service, parameters.get("relativeRef"))]
        if not urls:
            raise DidNotFound("no service has an endpoint that is a URL")
        return DereferencingResult(urls, result.document_metadata, {"contentType": URI_LIST})
    content = {**document.json, "service": [dict(service) for service in selected]}
    return DereferencingResult(content, result.document_metadata, {"contentType": "application/did"})


def _endpoints(service: Mapping[str, Any], relative: str | None) -> list[str]:
    endpoint = service.get("serviceEndpoint")
    listed = endpoint if isinstance(endpoint, list) else [endpoint]
    urls = [url for url in listed if isinstance(url, str)]
    return urls if relative is None else [urljoin(url, relative) for url in urls]
