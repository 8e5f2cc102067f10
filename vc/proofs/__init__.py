"""Proofs on credentials and presentations."""

from __future__ import annotations

from vc.proofs.ecdsa_jcs_2019 import EcdsaJcs2019
from vc.proofs.ecdsa_rdfc_2019 import EcdsaRdfc2019
from vc.proofs.ecdsa_sd_2023 import EcdsaSd2023
from vc.proofs.ed25519_signature_2020 import Ed25519Signature2020
from vc.proofs.eddsa_jcs_2022 import EddsaJcs2022
from vc.proofs.eddsa_rdfc_2022 import EddsaRdfc2022
from vc.proofs.suite import Cryptosuite

CRYPTOSUITES: dict[str, Cryptosuite] = {
    suite.name: suite
    for suite in (
        EddsaRdfc2022(),
        EddsaJcs2022(),
        EcdsaRdfc2019(),
        EcdsaJcs2019(),
        EcdsaSd2023(),
        Ed25519Signature2020(),
    )
}
"""Each suite under its cryptosuite name, or under its proof type where it has no name. The only registry."""

__all__ = ["CRYPTOSUITES", "Cryptosuite"]
