"""Credentials: data model, canonical forms, proofs, status, verification. See `vc/README.md` for the map."""

from vc.errors import MalformedValue, PoisonGraph, VcError
from vc.model import Credential, parse_json

__all__ = ["Credential", "MalformedValue", "PoisonGraph", "VcError", "parse_json"]
