"""Templates and their versions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from agent.issuance.errors import InvalidTemplate as InvalidTemplateDocument
from agent.issuance.errors import RowRefused
from agent.issuance.sd_jwt_types import CredentialType
from agent.issuance.sd_jwt_types import type_metadata as type_metadata_of
from agent.issuance.template import TemplateDocument
from portal.audit import service as audit
from portal.db.ids import new_id
from portal.errors import InvalidTemplate, TemplateNotFound
from portal.keys import repository as keys
from portal.templates.models import Template, TemplateVersion
from vc.secured import Form

_SLUG = re.compile(r"(?![\s.])[^/?#%\\\x00-\x1f\x7f]{1,100}")  # stands in addresses, as one part of the path


@dataclass(frozen=True, slots=True)
class CurrentTemplate:
    """The newest version of a template, parsed."""

    version_id: UUID
    version: int
    document: TemplateDocument


def put_template(
    session: Session, *, tenant_id: UUID, slug: str, document: Mapping[str, Any], actor: str, now: datetime
) -> TemplateVersion:
    """Store a template; an existing one gets a new version, unless nothing changed.

    Raises:
        InvalidTemplate: names the member that is wrong.
    """
    if _SLUG.fullmatch(slug) is None:
        raise InvalidTemplate(
            f"{slug!r} cannot be a template's short name: use 1 to 100 characters, none of / ? # % \\ among them"
        )
    template_document = parse(document)
    # Two first versions at once: one makes the template, the other waits for it and adds the next version.
    made = insert(Template).values(id=new_id(now), tenant_id=tenant_id, slug=slug, created_at=now)
    session.execute(made.on_conflict_do_nothing(index_elements=["tenant_id", "slug"]))
    template = session.scalars(select(Template).where(Template.slug == slug).with_for_update()).one()
    newest = _newest(session, template.id)
    if newest is not None and newest.document == dict(document):
        return newest
    number = 1 if newest is None else newest.version + 1
    version = TemplateVersion(
        id=new_id(now),
        tenant_id=tenant_id,
        template_id=template.id,
        version=number,
        document=dict(document),
        type_metadata=_type_metadata(session, template_document, slug, number),
        created_at=now,
    )
    session.add(version)
    session.flush()
    audit.record(
        session,
        tenant_id=tenant_id,
        actor=actor,
        act="template.stored",
        target=f"template:{slug}",
        detail={"version": version.version},
        now=now,
    )
    return version


def current(session: Session, slug: str) -> CurrentTemplate:
    """Raises `TemplateNotFound`, naming the templates there are."""
    template = session.scalars(select(Template).where(Template.slug == slug)).one_or_none()
    newest = None if template is None else _newest(session, template.id)
    if newest is None:
        known = ", ".join(slugs(session)) or "none yet; add one with `dcp template put`"
        raise TemplateNotFound(f"no template {slug!r} for this tenant (templates: {known})")
    return CurrentTemplate(newest.id, newest.version, parse(newest.document))


def of_version(session: Session, version_id: UUID) -> TemplateDocument:
    return parse(session.get_one(TemplateVersion, version_id).document)


def type_of_version(session: Session, version_id: UUID) -> CredentialType | None:
    """The type of a version's SD-JWT VCs; None if its template does not name `dc+sd-jwt`."""
    metadata = session.get_one(TemplateVersion, version_id).type_metadata
    return None if metadata is None else CredentialType.of(metadata)


def type_metadata(session: Session, slug: str, version: int) -> bytes | None:
    """What is served at the type's URL; None if no template of this tenant has such a version or type."""
    return session.scalar(
        select(TemplateVersion.type_metadata)
        .join(Template, Template.id == TemplateVersion.template_id)
        .where(Template.slug == slug, TemplateVersion.version == version)
    )


def slugs(session: Session) -> list[str]:
    return list(session.scalars(select(Template.slug).order_by(Template.slug)))


def parse(document: Mapping[str, Any]) -> TemplateDocument:
    """Raises `InvalidTemplate`."""
    try:
        return TemplateDocument.parse(document)
    except InvalidTemplateDocument as error:
        raise InvalidTemplate(str(error)) from error


def _type_metadata(session: Session, document: TemplateDocument, slug: str, version: int) -> bytes | None:
    """Made once, as credentials carry its digest. Raises `InvalidTemplate` for claims that the form cannot hold."""
    if Form.SD_JWT_VC not in document.formats:
        return None
    base_url = keys.identity(session, "web").base_url
    try:
        return type_metadata_of(document, f"{base_url}/types/{quote(slug, safe='')}/{version}")
    except RowRefused as refused:
        raise InvalidTemplate(f"/formats: dc+sd-jwt is not possible: {refused}") from refused


def _newest(session: Session, template_id: UUID) -> TemplateVersion | None:
    highest = select(func.max(TemplateVersion.version)).where(TemplateVersion.template_id == template_id)
    return session.scalars(
        select(TemplateVersion).where(
            TemplateVersion.template_id == template_id, TemplateVersion.version == highest.scalar_subquery()
        )
    ).one_or_none()
