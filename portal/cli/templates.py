"""dcp template example | put | list"""

import json
from importlib.resources import files
from pathlib import Path

from portal.audit.actors import OPERATOR
from portal.cli.commands import say
from portal.db.session import platform_session, tenant_session
from portal.errors import InvalidTemplate
from portal.process import node
from portal.templates import service
from portal.tenants import repository


def example() -> str:
    """The demo tenant's template: complete, and written to be changed."""
    return files("portal.bootstrap").joinpath("demo-template.json").read_text(encoding="utf-8")


def put(template: str, file: Path, *, tenant: str, as_json: bool) -> None:
    this = node()
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidTemplate(f"cannot read {file}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidTemplate(f"{file} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise InvalidTemplate(f"{file} must hold one JSON object")
    with platform_session(this.app_engine) as session:
        tenant_id = repository.require_tenant_id(session, tenant)
    with tenant_session(this.app_engine, tenant_id) as session:
        stored = service.put_template(
            session, tenant_id=tenant_id, slug=template, document=document, actor=OPERATOR, now=this.now()
        )
    facts = {"template": template, "version": stored.version}
    say(f"template {template}, version {stored.version}", facts, as_json=as_json)


def list_(*, tenant: str, as_json: bool) -> None:
    this = node()
    with platform_session(this.app_engine) as session:
        tenant_id = repository.require_tenant_id(session, tenant)
    with tenant_session(this.app_engine, tenant_id) as session:
        slugs = service.slugs(session)
    say("\n".join(slugs) or "no templates yet; add one with `dcp template put`", slugs, as_json=as_json)
