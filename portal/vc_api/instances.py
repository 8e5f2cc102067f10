"""The instances: one per way of securing and key type, each at an address of its own.

`…/vc-api/instances/{name}/credentials/issue` signs as the tenant's did:web, and
`…/vc-api/instances/did-key/{name}/credentials/issue` as its did:key of that key type.
"""

from dataclasses import dataclass
from typing import Literal

from did.keys import KeyType
from portal.vc_api.errors import InstanceNotFound
from vc.secured import Form

Method = Literal["web", "key"]

SELECTIVE_SUITE = "ecdsa-sd-2023"


@dataclass(frozen=True, slots=True)
class Instance:
    """`cryptosuite` belongs to the form `ldp_vc`; `status_purposes` are entries that every credential of it gets."""

    name: str
    key_type: KeyType
    form: Form = Form.LDP_VC
    cryptosuite: str = ""
    status_purposes: tuple[str, ...] = ()


_ALL = (
    Instance("eddsa-rdfc-2022", KeyType.ED25519, cryptosuite="eddsa-rdfc-2022"),
    Instance("eddsa-jcs-2022", KeyType.ED25519, cryptosuite="eddsa-jcs-2022"),
    Instance("ecdsa-rdfc-2019-P-256", KeyType.P256, cryptosuite="ecdsa-rdfc-2019"),
    Instance("ecdsa-rdfc-2019-P-384", KeyType.P384, cryptosuite="ecdsa-rdfc-2019"),
    Instance("ecdsa-jcs-2019-P-256", KeyType.P256, cryptosuite="ecdsa-jcs-2019"),
    Instance("ecdsa-jcs-2019-P-384", KeyType.P384, cryptosuite="ecdsa-jcs-2019"),
    Instance("ecdsa-sd-2023", KeyType.P256, cryptosuite=SELECTIVE_SUITE),
    Instance("Ed25519Signature2020", KeyType.ED25519, cryptosuite="Ed25519Signature2020"),
    Instance("vc+jwt", KeyType.P256, form=Form.VC_JWT),
    Instance("vc+jwt-P-384", KeyType.P384, form=Form.VC_JWT),
    Instance("vc+jwt-Ed25519", KeyType.ED25519, form=Form.VC_JWT),
    Instance("jwt_vc_json", KeyType.P256, form=Form.JWT_VC_JSON),
    Instance("ob-jwt", KeyType.P256, form=Form.OB_JWT),
    Instance("dc+sd-jwt", KeyType.P256, form=Form.SD_JWT_VC),
    Instance("BitstringStatusList", KeyType.ED25519, cryptosuite="eddsa-rdfc-2022", status_purposes=("revocation",)),
)

INSTANCES = {instance.name: instance for instance in _ALL}
DEFAULT = INSTANCES["eddsa-rdfc-2022"]


def find_instance(name: str) -> Instance:
    """Raises `InstanceNotFound`, naming the instances there are."""
    if name not in INSTANCES:
        raise InstanceNotFound(f"there is no instance {name[:80]!r}; the instances are: {', '.join(INSTANCES)}")
    return INSTANCES[name]
