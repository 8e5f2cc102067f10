"""Shapes of batches in the API."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field


class RowErrorRead(BaseModel):
    line: int = Field(description="Line of the file where the row begins; the header is line 1.")
    column: str | None
    code: str
    message: str


class BatchRead(BaseModel):
    id: UUID
    tenant: str
    state: str
    filename: str
    rows: int = Field(description="Rows accepted for issuing.")
    rows_refused: int
    reserved: int = Field(description="Rows with identifiers and a status entry, not yet signed.")
    recorded: int = Field(description="Rows whose credentials are signed and stored.")
    formats: list[str] = Field(description="The forms that each row is issued in: one credential per form.")
    created_at: datetime
    done_at: datetime | None
    errors: list[RowErrorRead]
