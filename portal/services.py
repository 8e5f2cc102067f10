"""The nine services in one table: which routers, queues and plugins each owns (architecture, decision 12).

One process serves them all by default; deployment files that split them follow from this table.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fastapi import APIRouter

from portal.audit.endpoints import router as audit_router
from portal.auth.endpoints import router as api_keys_router
from portal.awards.endpoints import router as awards_router
from portal.docs import router as docs_router
from portal.doorbell import QUEUES
from portal.health import router as health_router
from portal.issuance.endpoints import router as issuance_router
from portal.issuance.progress import router as progress_router
from portal.keys.endpoints import resolution_router
from portal.keys.jwt_vc_issuer import router as jwt_vc_issuer_router
from portal.pages.endpoints import pages_router
from portal.people.endpoints import auth_router, me_router
from portal.people.member_endpoints import router as members_router
from portal.public import NodeSource
from portal.published import router as published_router
from portal.security_txt import router as security_txt_router
from portal.templates.endpoints import router as templates_router
from portal.templates.published import router as types_router
from portal.tenants.endpoints import router as tenants_router
from portal.vc_api.endpoints import issuing_router as vc_api_issuing_router
from portal.vc_api.endpoints import verifying_router as vc_api_verifying_router
from portal.verification.endpoints import verification_router
from portal.webhooks.endpoints import catalogue_router as webhook_events_router
from portal.webhooks.endpoints import router as webhooks_router

RouterFactory = Callable[[Callable[[], NodeSource]], APIRouter]


@dataclass(frozen=True, slots=True)
class Service:
    """One of the nine. `queues` are Celery's; an empty field means that the service has none yet."""

    name: str
    routers: tuple[RouterFactory, ...] = ()
    queues: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()


def _fixed(router: APIRouter) -> RouterFactory:
    return lambda _source: router


SERVICES = (
    Service(
        "gateway",
        routers=(
            _fixed(health_router),
            _fixed(published_router),
            _fixed(types_router),
            _fixed(jwt_vc_issuer_router),
            _fixed(resolution_router),
            _fixed(docs_router),
            _fixed(security_txt_router),
        ),
    ),
    Service(
        "users",
        routers=(
            _fixed(audit_router),
            _fixed(auth_router),
            _fixed(me_router),
            _fixed(members_router),
            _fixed(api_keys_router),
        ),
    ),
    Service(
        "issuance",
        routers=(
            _fixed(tenants_router),
            _fixed(templates_router),
            _fixed(issuance_router),
            _fixed(progress_router),
            _fixed(awards_router),
            _fixed(vc_api_issuing_router),
        ),
        queues=QUEUES,
    ),
    Service("verification", routers=(verification_router, _fixed(vc_api_verifying_router))),
    Service("studio"),
    Service("recipients", routers=(pages_router,)),
    Service("analytics"),
    Service("integrations", routers=(_fixed(webhooks_router), _fixed(webhook_events_router))),
    Service("notifications"),
)


def routers(get_source: Callable[[], NodeSource]) -> Iterator[APIRouter]:
    """All routers that one process serves when it serves everything."""
    for service in SERVICES:
        for factory in service.routers:
            yield factory(get_source)
