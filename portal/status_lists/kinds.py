"""The kinds of list: what a state of an award is in each, and which kinds a form of credential has entries in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.issuance.template_status import ONE_ED_TECH, StatusSettings
from vc.status import bitstring, one_ed_tech, token_list

TOKEN_BITS = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """Lists of one purpose in one encoding. `values` has what is not 0."""

    encoding: str
    purpose: str
    bits: int
    values: Mapping[str, int] = field(hash=False)
    media_type: str

    @property
    def can_suspend(self) -> bool:
        return "suspended" in self.values

    def value_of(self, state: str) -> int:
        """What an entry says while its award is `active`, `suspended` or `revoked`."""
        return self.values.get(state, 0)

    def new_bits(self, size: int) -> bytearray:
        if self.encoding == "token":
            return token_list.new_list(size, bits=self.bits)
        return bitstring.new_list(size)

    def read(self, bits: bytes | bytearray, index: int) -> int:
        if self.encoding == "token":
            return token_list.value_at(bits, index, bits=self.bits)
        return bitstring.value_at(bits, index, size=self.bits)

    def write(self, bits: bytearray, index: int, value: int) -> None:
        if self.encoding == "token":
            token_list.set_value(bits, index, value, bits=self.bits)
        else:
            bitstring.set_(bits, index, bool(value))


REVOCATION = Kind("bitstring", "revocation", 1, {"revoked": 1}, "application/vc")
SUSPENSION = Kind("bitstring", "suspension", 1, {"suspended": 1}, "application/vc")
TOKEN = Kind("token", "status", TOKEN_BITS, {"revoked": 1, "suspended": 2}, token_list.MEDIA_TYPE)
ONE_ED_TECH_REVOCATION = Kind("1edtech", "revocation", 1, {"revoked": 1}, one_ed_tech.MEDIA_TYPE)

KINDS = (REVOCATION, SUSPENSION, TOKEN, ONE_ED_TECH_REVOCATION)
_BITSTRING = {"revocation": REVOCATION, "suspension": SUSPENSION}


def kind_of(encoding: str, purpose: str) -> Kind:
    """Raises `LookupError`, which only damaged data can cause."""
    for kind in KINDS:
        if (kind.encoding, kind.purpose) == (encoding, purpose):
            return kind
    raise LookupError(f"no status list has the encoding {encoding!r} and the purpose {purpose!r}")


def kinds_for(form: str, settings: StatusSettings) -> tuple[Kind, ...]:
    """Where a credential of a form has its entries, one in each."""
    if form == "dc+sd-jwt":
        return (TOKEN,)
    if settings.kind == ONE_ED_TECH:
        return (ONE_ED_TECH_REVOCATION,)
    return tuple(_BITSTRING[purpose] for purpose in settings.purposes)
