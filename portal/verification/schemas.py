"""Shapes of `POST /v1/verify`, for the API's description. The body itself is read strictly, as signed bytes."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class VerifyRequest(BaseModel):
    """A credential with its anchor proof. A credential alone may also be the whole body."""

    credential: dict[str, Any] | str = Field(description="The credential as it was issued: an object, or a token.")
    anchor: dict[str, Any] | None = Field(None, description="The content of anchor.json, if there is one.")


class CheckRead(BaseModel):
    name: str
    outcome: Literal["passed", "failed", "undecided"]
    message: str = Field(description="One sentence in plain words.")
    code: str | None = None
    required: bool = Field(True, description="Whether this check counts for the verdict.")
    detail: dict[str, Any] | None = None


class ReportRead(BaseModel):
    """`not_verified` if any check failed, else `undecided` if any could not be finished."""

    verdict: Literal["verified", "not_verified", "undecided"]
    form: str | None = Field(None, description="ldp_vc, vc+jwt, jwt_vc_json, ob-jwt or dc+sd-jwt; null if it is none.")
    checks: list[CheckRead]
