"""Shapes of tenants in the API."""

from pydantic import BaseModel, Field


class TenantCreate(BaseModel):
    slug: str = Field(description="Short name in addresses: a-z, 0-9, hyphens.", examples=["acme"])
    name: str = Field(description="As shown on credentials.", examples=["Acme University"])


class IdentityRead(BaseModel):
    method: str = Field(examples=["web"])
    did: str
    published: bool = Field(description="A did:ethr identity is published once its keys are on the chain.")


class TenantRead(BaseModel):
    slug: str
    name: str
    identities: list[IdentityRead]
