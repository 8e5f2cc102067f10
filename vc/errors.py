"""What can be wrong with a credential.

Each error carries the problem type that its specification gives it (VCDM 2.0 section "Problem
Details", Data Integrity section "Processing Errors", Bitstring Status List section "Processing
Errors"). "Could not look" and "looked, and it is wrong" are never the same type.
"""

from __future__ import annotations

from datetime import datetime
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


class ProofMissing(ProofInvalid):
    """The document carries no proof."""


class MalformedProof(ProofInvalid):
    """A member of the proof is missing or breaks a rule of Data Integrity section 2.1."""


class CryptosuiteNotAccepted(ProofInvalid):
    """The proof's type or cryptosuite is unknown here, or the verifier's policy does not accept it."""


class WrongProofPurpose(ProofInvalid):
    """The proof was made for another purpose than the one it is checked for."""


class WrongVerificationMethod(ProofInvalid):
    """The verification method that came back is not the one that the proof names, or its key does not fit the suite."""


class PreviousProofMissing(ProofInvalid):
    """A proof in a chain names a previous proof that the document does not carry."""


class ProofNotYetValid(ProofInvalid):
    """The proof says it was created after the time of verification."""


class ProofExpired(ProofInvalid):
    """The proof's own `expires` has passed."""


class KeyExpired(ProofInvalid):
    """The verification method's `expires` has passed."""


class KeyCompromised(ProofInvalid):
    """The verification method is marked `revoked`, and nothing shows that the document is older than that.

    An anchor that became final before `revoked_at` does show it.
    """

    def __init__(self, message: str, revoked_at: datetime) -> None:
        super().__init__(message)
        self.revoked_at = revoked_at


class SignatureMismatch(ProofInvalid):
    """The signature does not fit document, proof options and key."""


class IssuerMismatch(VcError):
    """A proof holds, or may hold, but it is not one of the credential's issuer."""

    problem_type = _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR"

    def __init__(self, issuer: str, signers: tuple[str, ...]) -> None:
        super().__init__(f"signed by {', '.join(signers)}, issued by {issuer}")
        self.issuer = issuer
        self.signers = signers


class CertificateUnknown(VcError):
    """The issuer shows a certificate, and this verifier was told of no root that could vouch for it. Undecided."""


class ProofTransformationError(VcError):
    """The document or the proof options cannot be brought into the form that is hashed."""

    problem_type = _DATA_INTEGRITY + "PROOF_TRANSFORMATION_ERROR"


class NeverDisclosable(VcError):
    """Selective disclosure was asked to hide a member that every verifier must see."""

    problem_type = _DATA_INTEGRITY + "PROOF_GENERATION_ERROR"

    def __init__(self, pointer: str, rule: str = "can never be hidden") -> None:
        """`rule` is what holds for the place at `pointer` in every disclosure."""
        where = pointer or "the document"
        super().__init__(f"{where} {rule}: list it as mandatory, or issue without selective disclosure")
        self.pointer = pointer


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


class StatusNotReadable(StatusUnavailable):
    """The credential's status is of a kind that cannot be read here. Undecided."""


class StatusListOutdated(StatusUnavailable):
    """The newest status list that could be had is outside its own period of validity. Undecided."""


class StatusIssuerDiffers(StatusUnavailable):
    """The status list is kept by someone whom the verifier was not told to accept. Undecided."""

    def __init__(self, issuer: str | None) -> None:
        super().__init__(f"the status list is kept by {issuer or 'nobody'}")
        self.issuer = issuer


class StatusListLength(VcError):
    """The status list is shorter than the specification's minimum, or the index is past its end."""

    problem_type = _STATUS + "STATUS_LIST_LENGTH_ERROR"
