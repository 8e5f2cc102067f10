"""What the lines of a report say: for each error a code that never changes and a sentence for people.

The reader is someone in a registrar's office, not a programmer.
"""

from __future__ import annotations

from datetime import datetime

from did import errors as did_errors
from did.jose import errors as jose_errors
from vc import errors
from vc.badges.image_errors import BakingError
from vc.forms.looks import NotACredential
from vc.sd_jwt import errors as sd_jwt

_SENTENCES: tuple[tuple[type[Exception], str, str], ...] = (
    # what could not be asked
    (
        did_errors.ResolutionUnavailable,
        "issuer-unreachable",
        "The issuer's public keys could not be fetched just now. Try again later.",
    ),
    (
        did_errors.MethodNotSupported,
        "did-method-not-supported",
        "The issuer uses a kind of identifier that this verifier does not know.",
    ),
    (
        errors.UnknownContext,
        "unknown-context",
        "The credential uses a vocabulary that this verifier does not know, so its signature cannot be recomputed.",
    ),
    (
        errors.StatusNotReadable,
        "status-not-readable",
        "The credential uses a kind of status that this verifier cannot read, so it may have been revoked.",
    ),
    (
        errors.StatusListOutdated,
        "status-outdated",
        "The issuer's status list is out of date, so a later revocation would not be seen.",
    ),
    (
        errors.StatusIssuerDiffers,
        "status-issuer-differs",
        "The status of this credential is kept by someone other than its issuer.",
    ),
    (
        errors.StatusUnavailable,
        "status-unavailable",
        "The issuer's status list could not be fetched just now, so the credential may have been revoked.",
    ),
    (
        errors.SchemaUnavailable,
        "schema-unavailable",
        "The description of the credential's content could not be had, so the content was not compared with it.",
    ),
    (
        sd_jwt.TypeMetadataUnavailable,
        "type-unavailable",
        "The description of the credential's type could not be had, so it is not certain what the type means.",
    ),
    (
        errors.CertificateUnknown,
        "certificate-unknown",
        "The issuer shows a certificate, and this verifier does not know the authority behind it.",
    ),
    # SD-JWT
    (
        sd_jwt.UnreferencedDisclosure,
        "disclosure-unsigned",
        "A fact was added that the issuer did not sign.",
    ),
    (
        sd_jwt.ProtectedClaimHidden,
        "protected-claim-hidden",
        "The credential hides a part that everybody must be able to see.",
    ),
    (
        sd_jwt.CertificateChainInvalid,
        "certificate-invalid",
        "The issuer's certificate does not hold, or is for somebody else.",
    ),
    (
        sd_jwt.IssuerKeyInvalid,
        "issuer-mismatch",
        "The key that signed the credential is not shown to be its issuer's.",
    ),
    (
        sd_jwt.TypeMetadataInvalid,
        "type-mismatch",
        "The description of the credential's type is not the one that the issuer fixed.",
    ),
    (
        sd_jwt.KeyBindingInvalid,
        "key-binding-invalid",
        "It was not shown by the person whom it was issued to, or not for this request.",
    ),
    (sd_jwt.SdJwtInvalid, "disclosures-invalid", "The credential's parts do not fit what the issuer signed."),
    # who signed
    (
        did_errors.KeyNotFound,
        "key-not-found",
        "The issuer does not publish the key that the credential names.",
    ),
    (
        did_errors.KeyNotAuthorized,
        "key-not-authorized",
        "The issuer publishes the key that the credential names, but not for signing credentials.",
    ),
    (did_errors.DidDeactivated, "issuer-deactivated", "The issuer gave up its identifier for good."),
    (did_errors.DidNotFound, "issuer-not-found", "The issuer's identifier leads nowhere."),
    (
        did_errors.FetchRefused,
        "issuer-address-refused",
        "The issuer's identifier leads to an address that must not be visited.",
    ),
    # tokens
    (jose_errors.TokenExpired, "token-expired", "The token in which the credential comes has expired."),
    (jose_errors.TokenNotYetValid, "token-not-yet-valid", "The token in which the credential comes is not valid yet."),
    (
        jose_errors.TokenSignatureInvalid,
        "token-signature-invalid",
        "The credential was changed after it was signed, or the signature is not by its issuer.",
    ),
    (
        jose_errors.AlgorithmRefused,
        "token-algorithm-refused",
        "The credential was signed by a method that this verifier does not accept, or that is not the issuer's.",
    ),
    (
        jose_errors.KeyRefused,
        "token-key-refused",
        "The credential does not name a key that its issuer publishes.",
    ),
    (
        jose_errors.ClaimRefused,
        "token-claim-refused",
        "The credential and the token around it contradict each other, or a part is missing.",
    ),
    (jose_errors.TypeRefused, "token-type-refused", "This is a token of another kind."),
    (jose_errors.HeaderRefused, "token-header-refused", "The credential's token asks for something unsafe."),
    (jose_errors.TokenTooLarge, "token-too-large", "The credential is larger than this verifier reads."),
    (jose_errors.TokenMalformed, "token-malformed", "This is not a readable token."),
    (did_errors.DidError, "issuer-identifier-invalid", "The issuer's identifier or its public document is invalid."),
    # the signature
    (errors.ProofMissing, "proof-missing", "The credential carries no signature."),
    (errors.MalformedProof, "proof-malformed", "The credential's signature breaks the rules of its format."),
    (
        errors.CryptosuiteNotAccepted,
        "cryptosuite-not-accepted",
        "The credential was signed by a method that this verifier does not accept.",
    ),
    (errors.WrongProofPurpose, "proof-purpose-wrong", "The signature was not made for issuing a credential."),
    (
        errors.WrongVerificationMethod,
        "key-mismatch",
        "The key that the credential names is not the issuer's own, or not of the right kind.",
    ),
    (
        errors.PreviousProofMissing,
        "previous-proof-missing",
        "A signature builds on an earlier one that is not there any more.",
    ),
    (errors.ProofNotYetValid, "proof-not-yet-valid", "The signature claims to have been made in the future."),
    (errors.ProofExpired, "proof-expired", "The signature has expired."),
    (errors.KeyExpired, "key-expired", "The key that signed the credential has expired."),
    (
        errors.SignatureMismatch,
        "signature-mismatch",
        "The credential was changed after it was signed, or the signature is not by its issuer.",
    ),
    (errors.InvalidChallenge, "challenge-wrong", "This was made for another request."),
    (errors.InvalidDomain, "domain-wrong", "This was made for another verifier."),
    (errors.ProofInvalid, "proof-invalid", "The signature does not hold."),
    (
        errors.PoisonGraph,
        "too-much-work",
        "The credential is built so that checking its signature would take too long. It was refused.",
    ),
    # status and schema
    (errors.StatusInvalid, "status-list-invalid", "The issuer's status list cannot be relied on."),
    (errors.StatusListLength, "status-list-too-short", "The issuer's status list is shorter than the standard allows."),
    (errors.SchemaInvalid, "schema-invalid", "The description of the credential's content cannot be used."),
    (
        errors.SchemaMismatch,
        "schema-mismatch",
        "The credential's content does not fit the description that it names.",
    ),
    # the rest of the format
    (errors.UndefinedTerm, "undefined-term", "The credential has a part that its signature would not protect."),
    (errors.DroppedData, "unprotected-data", "The credential has a part that its signature would not protect."),
    (errors.ParsingError, "not-readable", "This is not a readable credential."),
    (errors.MalformedValue, "malformed", "A part of the credential breaks the rules of its format."),
)


def explain(error: errors.VcError | did_errors.DidError) -> tuple[str, str]:
    """The code and the sentence for `error`, by its most special kind."""
    match error:
        case NotACredential():
            return error.code, error.message
        case BakingError():
            text = str(error)
            return error.code, f"{text[:1].upper()}{text[1:]}."
        case errors.IssuerMismatch():
            return (
                "issuer-mismatch",
                f"The credential names {error.issuer} as its issuer, but was signed by {', '.join(error.signers)}.",
            )
        case errors.KeyCompromised():
            reported = f"The issuer reported the signing key as compromised on {day(error.revoked_at)}"
            return "key-compromised", f"{reported}, and nothing shows that this credential existed before."
    for kind, code, sentence in _SENTENCES:
        if isinstance(error, kind):
            return code, sentence
    return "invalid", "The credential could not be accepted."


def day(at: datetime) -> str:
    """A date as people write it: `24 November 2026`."""
    return f"{at.day} {at:%B %Y}"
