"""The instances: one per way of securing and key type, each at an address of its own.

`…/vc-api/instances/{name}/credentials/issue` signs as the tenant's did:web, and
`…/vc-api/instances/did-key/{name}/credentials/issue` as its did:key of that key type.
"""

from dataclasses import dataclass
from typing import Literal

from did.keys import KeyType
from portal.vc_api.errors import InstanceNotFound

Method = Literal["web", "key"]

LDP_VC = "ldp_vc"
SELECTIVE_SUITE = "ecdsa-sd-2023"


@dataclass(frozen=True, slots=True)
class Instance:
    """`status_purposes`: entries that every credential of this instance gets, asked for or not."""

    name: str
    key_type: KeyType
    form: str = LDP_VC
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
    Instance("BitstringStatusList", KeyType.ED25519, cryptosuite="eddsa-rdfc-2022", status_purposes=("revocation",)),
)

INSTANCES = {instance.name: instance for instance in _ALL}
DEFAULT = INSTANCES["eddsa-rdfc-2022"]


def find_instance(name: str) -> Instance:
    """Raises `InstanceNotFound`, naming the instances there are."""
    if name not in INSTANCES:
        raise InstanceNotFound(f"there is no instance {name[:80]!r}; the instances are: {', '.join(INSTANCES)}")
    return INSTANCES[name]
