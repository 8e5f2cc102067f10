# ruff: noqa: N818
"""What can be wrong with a credential.

Each error carries the problem type that its specification gives it (VCDM 2.0 section "Problem
Details", Data Integrity section "Processing Errors", Bitstring Status List section "Processing
Errors"). "Could not look" and "looked, and it is wrong" are never the same type.
"""

from __future__ import annotations

from typing import ClassVar, Self

_VCDM = "https://www.w3.org/TR/vc-data-model#"
_DATA_INTEGRITY = "https://w3id.org/security#"
_STATUS = "https://www.w3.org/ns/credentials/status-list#"


class VcError(Exception):
    """Base class; callers outside this package catch only this."""

    problem_type: ClassVar[str] = _VCDM + "MALFORMED_VALUE_ERROR"


# --- reading and structure ---------------------------------------------------------------------


class ParsingError(VcError):
    """The bytes are not one acceptable JSON object."""

    problem_type = _VCDM + "PARSING_ERROR"


class MalformedValue(VcError):
    """A member breaks a rule of the data model. `path` is a JSON Pointer to it ("" is the document)."""

    problem_type = _VCDM + "MALFORMED_VALUE_ERROR"

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message, path)
        self.message = message
        self.path = path

    def __str__(self) -> str:
        return f"{self.path or 'the document'}: {self.message}"

    def under(self, member: str | int) -> Self:
        """The same error, seen from one level further out."""
        escaped = str(member).replace("~", "~0").replace("/", "~1")
        self.path = f"/{escaped}{self.path}"
        return self


class RangeError_(MalformedValue):  # noqa: N801
    """A value is well formed but outside what the specification allows."""

    problem_type = _VCDM + "RANGE_ERROR"


# --- contexts and canonical forms ----------------------------------------------------------------


class UndefinedTerm(MalformedValue):
    """A member or type that no context defines. It would not be covered by the signature."""


class DroppedData(MalformedValue):
    """A member that JSON-LD processing would silently leave out of what is signed."""


class InvalidContext(MalformedValue):
    """A context inside the document breaks a rule of JSON-LD 1.1."""


class UnknownContext(MalformedValue):
    """The document names a context that is not bundled. Nothing is ever fetched."""

    def __init__(self, url: str, path: str = "") -> None:
        super().__init__(f"the context {url[:200]!r} is not one of the bundled contexts", path)
        self.url = url


class PoisonGraph(VcError):
    """Canonicalizing this document would take unbounded work. It is refused, not tried."""

    problem_type = _DATA_INTEGRITY + "PROOF_TRANSFORMATION_ERROR"


class InvalidNQuads(VcError):
    """Text given as N-Quads is not N-Quads."""

    problem_type = _DATA_INTEGRITY + "PROOF_TRANSFORMATION_ERROR"


# --- schemas ---------------------------------------------------------------------------------------


class SchemaUnavailable(VcError):
    """The credential names a schema that was not supplied. Undecided, not wrong."""


class SchemaInvalid(VcError):
    """The schema itself cannot be used (not a JSON Schema, digest differs, remote reference)."""


class SchemaMismatch(MalformedValue):
    """The credential does not satisfy the schema it names."""


# --- proofs ------------------------------------------------------------------------------------------


class ProofInvalid(VcError):
    """The proof was checked and does not hold."""

    problem_type = _DATA_INTEGRITY + "PROOF_VERIFICATION_ERROR"


class ProofTransformationError(VcError):
    """The document or the proof options cannot be brought into the form that is hashed."""

    problem_type = _DATA_INTEGRITY + "PROOF_TRANSFORMATION_ERROR"


class ProofGenerationError(VcError):
    """A proof with these options cannot be made."""

    problem_type = _DATA_INTEGRITY + "PROOF_GENERATION_ERROR"


class InvalidChallenge(VcError):
    """The proof's challenge is not the expected one."""

    problem_type = _DATA_INTEGRITY + "INVALID_CHALLENGE_ERROR"


class InvalidDomain(VcError):
    """The proof's domain is not the expected one."""

    problem_type = _DATA_INTEGRITY + "INVALID_DOMAIN_ERROR"


# --- status ----------------------------------------------------------------------------------------


class StatusUnavailable(VcError):
    """The status list could not be read. Undecided, not revoked."""

    problem_type = _STATUS + "STATUS_RETRIEVAL_ERROR"


class StatusInvalid(VcError):
    """The status list was read and cannot be relied on."""

    problem_type = _STATUS + "STATUS_VERIFICATION_ERROR"


class StatusListLength(VcError):
    """The status list is shorter than the specification's minimum, or the index is past its end."""

    problem_type = _STATUS + "STATUS_LIST_LENGTH_ERROR"
