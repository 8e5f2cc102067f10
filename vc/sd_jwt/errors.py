"""What can be wrong with an SD-JWT, one type per rule of RFC 9901 and of SD-JWT VC."""

from __future__ import annotations

from vc.errors import VcError

_VCDM = "https://www.w3.org/TR/vc-data-model#"


class SdJwtInvalid(VcError):
    """The SD-JWT, its disclosures or its key binding break a rule."""

    problem_type = _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR"


# --- form ------------------------------------------------------------------------------------------


class MalformedSdJwt(SdJwtInvalid):
    """The text is not an SD-JWT in the compact serialization (RFC 9901, section 4), or too large."""

    problem_type = _VCDM + "PARSING_ERROR"


class MalformedDisclosure(SdJwtInvalid):
    """A disclosure is not base64url of a JSON array of a salt, perhaps a name, and a value (section 4.2)."""


class WrongDisclosureKind(SdJwtInvalid):
    """A disclosure for an object member stands for an array element, or the other way round (section 7.1, 3.c)."""


class MalformedDigests(SdJwtInvalid):
    """`_sd`, `...` or `_sd_alg` stand where they say nothing, or hold something else than digests (section 4.2.4)."""


class UnknownDigestAlgorithm(SdJwtInvalid):
    """`_sd_alg` names a hash that is unknown here or not accepted (section 7.1, 2.d)."""


class NestedTooDeep(SdJwtInvalid):
    """Disclosures within disclosures, deeper than is followed."""


# --- section 7.1, steps 3 to 5 -----------------------------------------------------------------------


class ReservedClaimName(SdJwtInvalid):
    """A disclosure names its claim `_sd`, `...` or `_sd_alg`."""


class ClaimNameTaken(SdJwtInvalid):
    """A disclosure names a claim that is already there."""


class DuplicateDigest(SdJwtInvalid):
    """One digest stands in two places, so that one disclosure would make two claims."""


class RepeatedDisclosure(SdJwtInvalid):
    """The same disclosure is there twice."""


class UnreferencedDisclosure(SdJwtInvalid):
    """A disclosure that the issuer's signature does not cover."""


# --- SD-JWT VC -----------------------------------------------------------------------------------------


class ProtectedClaimHidden(SdJwtInvalid):
    """A claim that every verifier must see was made selectively disclosable (SD-JWT VC, "Registered JWT Claims")."""


class CredentialTypeInvalid(SdJwtInvalid):
    """`vct` is missing or no text, or `vct#integrity` is no integrity metadata."""


class HolderKeyInvalid(SdJwtInvalid):
    """`cnf` is there, but names no key that can be used (RFC 7800, section 3.2)."""


class IssuerKeyInvalid(SdJwtInvalid):
    """The key is not shown to be the issuer's: no identifier, another issuer's metadata, no such key."""


class CertificateChainInvalid(IssuerKeyInvalid):
    """`x5c` does not lead from a trusted root to a certificate for this issuer."""


class TypeMetadataInvalid(SdJwtInvalid):
    """Type metadata whose digest differs, that belongs to another type, or that extends itself."""


class TypeMetadataUnavailable(VcError):
    """The type metadata could not be had. Undecided, not wrong."""


# --- key binding -----------------------------------------------------------------------------------------


class KeyBindingInvalid(SdJwtInvalid):
    """The key binding JWT breaks a rule of RFC 9901, sections 4.3 and 7.3."""


class KeyBindingMissing(KeyBindingInvalid):
    """A key binding JWT is required, and there is none."""


class KeyBindingNonce(KeyBindingInvalid):
    """The nonce is not the verifier's."""


class KeyBindingAudience(KeyBindingInvalid):
    """The presentation was made for somebody else."""


class KeyBindingHash(KeyBindingInvalid):
    """`sd_hash` belongs to another SD-JWT or another selection of disclosures."""


class KeyBindingOutdated(KeyBindingInvalid):
    """The key binding JWT was made too long ago, or in the future."""


class PresentationImpossible(VcError):
    """The holder cannot show what was asked for: no such claim, or no key binding without `cnf`."""
