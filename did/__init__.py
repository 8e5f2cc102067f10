"""Identifiers, keys, documents. The names that other packages need most.

The fetcher and what needs it (`did.fetch`, `did.dereference`, most of `did.methods`) are imported by
name, so that reading a key does not load an HTTP client.
"""

from did.document import DidDocument, Relationship, VerificationMethod
from did.errors import DidError, ResolutionUnavailable
from did.keys import KeyType, PublicKey, verify_signature
from did.multikey import decode_multikey, encode_multikey
from did.resolver import Method, ResolutionOptions, ResolutionResult, Resolver
from did.url import Did, DidUrl

__all__ = [
    "Did",
    "DidDocument",
    "DidError",
    "DidUrl",
    "KeyType",
    "Method",
    "PublicKey",
    "Relationship",
    "ResolutionOptions",
    "ResolutionResult",
    "ResolutionUnavailable",
    "Resolver",
    "VerificationMethod",
    "decode_multikey",
    "encode_multikey",
    "verify_signature",
]
