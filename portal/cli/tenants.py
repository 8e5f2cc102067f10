"""dcp tenant create | list"""

import typer

from anchoring.errors import AnchoringError
from portal.audit.actors import OPERATOR
from portal.cli.commands import say
from portal.db.session import platform_session
from portal.errors import PortalError
from portal.keys.service import publish_ethr_identity
from portal.process import node
from portal.tenants import repository, service
from portal.tenants.schemas import TenantRead


def create(slug: str, name: str, *, as_json: bool) -> None:
    this = node()
    tenant_id = service.create_tenant(this, slug, name, actor=OPERATOR, now=this.now())
    try:
        publish_ethr_identity(this, tenant_id, now=this.now())
    except (PortalError, AnchoringError) as error:
        typer.echo(f"did:ethr is not published yet, the worker goes on with it: {error}", err=True)
    tenant = service.read_tenant(this, tenant_id)
    say(f"tenant {slug} is ready\n{_lines(tenant)}", tenant.model_dump(), as_json=as_json)


def list_(*, as_json: bool) -> None:
    this = node()
    with platform_session(this.app_engine) as session:
        ids = [repository.require_tenant_id(session, slug) for slug in repository.slugs(session)]
    tenants = [service.read_tenant(this, tenant_id) for tenant_id in ids]
    words = "\n".join(f"{tenant.slug}  {tenant.name}\n{_lines(tenant)}" for tenant in tenants)
    say(
        words or "no tenants yet; make one with `dcp tenant create`", [t.model_dump() for t in tenants], as_json=as_json
    )


def _lines(tenant: TenantRead) -> str:
    return "\n".join(
        f"  {identity.did}{'' if identity.published else '  (its keys are on their way to the chain)'}"
        for identity in tenant.identities
    )
