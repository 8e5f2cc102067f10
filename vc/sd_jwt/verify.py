"""The verification of an SD-JWT VC that was read: whose it is, that it holds, that it counts now."""

from __future__ import annotations

from datetime import datetime

from did.jose import SD_JWT_VC, check_times, verify_compact
from vc.policy import Policy
from vc.sd_jwt import key_binding
from vc.sd_jwt.issuer_key import IssuerKeys, VerifiedIssuer, find_key
from vc.sd_jwt.key_binding import ExpectedBinding
from vc.sd_jwt.read import SdJwtCredential


def verify(
    credential: SdJwtCredential,
    *,
    keys: IssuerKeys,
    now: datetime,
    policy: Policy,
    binding: ExpectedBinding | None,
    anchored_before: datetime | None = None,
) -> VerifiedIssuer:
    """RFC 9901, section 7.1 steps 2 and 6, and section 7.3; the other steps were taken by `read`.

    `binding` is None only where the verifier requires no proof that the holder presents. **Whether the issuer
    deserves trust, what the status list says (`credential.status_reference`), and whether the claims that were shown
    are enough, the caller adds.**

    Raises:
        SdJwtInvalid, KeyExpired, KeyCompromised: see `find_key` and `key_binding.check`.
        JoseError: signature or times.
        DidError: the issuer's key could not be had.
    """
    # 2.a to 2.c
    found = find_key(credential, keys=keys, now=now, anchored_before=anchored_before)
    verify_compact(credential.jws, found.key, SD_JWT_VC)
    # 6
    check_times(credential.claims, now, policy.clock_skew_s, SD_JWT_VC)
    key_binding.check(credential, binding, now=now, clock_skew_s=policy.clock_skew_s)
    return found
