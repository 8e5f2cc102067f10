"""Shapes of people, sessions and members in the API."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from portal.people.passwords import MAX_LENGTH, MIN_LENGTH

_CODE = "Of the authenticator app: six digits."


class SignIn(BaseModel):
    email: str = Field(max_length=254, examples=["ada@university.example"])
    password: str = Field(max_length=MAX_LENGTH)
    code: str | None = Field(None, max_length=10, description=_CODE)
    recovery_code: str | None = Field(None, max_length=40, description="In place of `code`; each counts once.")


class SessionStarted(BaseModel):
    person: UUID
    csrf_token: str = Field(description="Send it as X-CSRF-Token with every write of this session.")


class Invited(BaseModel):
    tenant: str = Field(max_length=40, examples=["acme"])
    token: str = Field(max_length=100, description="From the invitation.")


class NewAccount(Invited):
    name: str = Field(min_length=1, max_length=200, examples=["Ada Lovelace"])
    password: str = Field(max_length=MAX_LENGTH, description=f"{MIN_LENGTH} characters or more; any characters.")


class MembershipRead(BaseModel):
    tenant: str
    role: str
    permissions: list[str]


class MeRead(BaseModel):
    kind: Literal["person", "api_key"]
    id: UUID
    permissions: list[str] = Field(description="On the whole node.")
    memberships: list[MembershipRead] = Field(description="A key of a tenant has one, with the role `api-key`.")
    email: str | None = None
    name: str | None = None
    totp: bool | None = Field(None, description="Whether a second factor is asked for.")
    recovery_codes: int | None = Field(None, description="How many are left.")
    csrf_token: str | None = None


class PasswordChange(BaseModel):
    current: str = Field(max_length=MAX_LENGTH)
    new: str = Field(max_length=MAX_LENGTH, description=f"{MIN_LENGTH} characters or more; any characters.")


class PasswordProof(BaseModel):
    password: str = Field(max_length=MAX_LENGTH, description="The current one, once more.")


class TotpSecret(BaseModel):
    secret: str
    address: str = Field(description="otpauth: address for a QR code.")


class TotpCode(BaseModel):
    code: str = Field(max_length=10, description=_CODE)


class RecoveryCodes(BaseModel):
    recovery_codes: list[str] = Field(description="Shown this once; each counts once.")


class SessionRead(BaseModel):
    id: UUID
    created_at: datetime
    seen_at: datetime
    agent: str = Field(description="What the browser calls itself.")
    current: bool


class MemberRead(BaseModel):
    person: UUID
    email: str
    name: str
    role: str
    totp: bool
    since: datetime


class RoleChange(BaseModel):
    role: str = Field(max_length=40, examples=["issuer"])


class RoleRead(BaseModel):
    role: str
    permissions: list[str]
    own: bool = Field(description="Made by this tenant.")


class RolePut(BaseModel):
    permissions: list[str] = Field(max_length=100, examples=[["batches:read", "audit:read"]])


class InvitationCreate(BaseModel):
    email: str = Field(max_length=254)
    role: str = Field(max_length=40, examples=["issuer"])


class InvitationRead(BaseModel):
    id: UUID
    email: str
    role: str
    expires_at: datetime


class InvitationMade(InvitationRead):
    token: str = Field(description="Shown this once: give it to the person invited.")
