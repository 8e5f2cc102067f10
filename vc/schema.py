"""`credentialSchema`: a credential against the JSON Schemas it names (VC JSON Schema 1.0, and 1EdTech's types).

The schemas that 1EdTech publishes for its own credential types are not needed: the rules they express, and
those they cannot, stand in `vc.badges`, and a credential that names one of them is checked by those.

A schema is a small program that a stranger wrote: `vc.schema_work` runs it with a limit. Where it comes from is up to
`load_schema`; the credential's signature covers its digest, if it states one, else its URL alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import jsonschema
import jsonschema.validators
from jsonschema.exceptions import SchemaError, ValidationError
from referencing.exceptions import Unresolvable

from vc import schema_work
from vc.badges import clr, open_badges
from vc.errors import MalformedValue, ParsingError, SchemaInvalid, SchemaMismatch, SchemaUnavailable
from vc.members import check_id, check_types
from vc.model import list_of, parse_json
from vc.related import check_digest

LoadSchema = Callable[[str], bytes]
"""The bytes of the schema at a URL. Raises `SchemaUnavailable`."""

Rules = Callable[[Mapping[str, Any]], None]

BUILT_IN: Final[Mapping[str, Rules]] = {
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json": (
        open_badges.check_achievement_credential
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_endorsementcredential_schema.json": (
        open_badges.check_endorsement_credential
    ),
    "https://purl.imsglobal.org/spec/clr/v2p0/schema/json/clr_v2p0_clrcredential_schema.json": (
        clr.check_clr_credential
    ),
}
SCHEMA_TYPES: Final = frozenset({"JsonSchema", "JsonSchemaValidator2018", "1EdTechJsonSchemaValidator2019"})
MAX_SCHEMA_BYTES: Final = 512 * 1024
MAX_SCHEMAS: Final = 8  # of one credential; each may cost a download

_DIALECTS: Final = frozenset(
    {
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft-07/schema",
    }
)


def check(credential: Mapping[str, Any], *, load_schema: LoadSchema | None) -> None:
    """Check a credential against every schema it names. Without `load_schema` only 1EdTech's are known.

    Raises:
        SchemaUnavailable: a schema was not to be had, or is of a type that is not known here. Undecided.
        SchemaInvalid: the schema has another digest than the credential says, or is no JSON Schema.
        SchemaMismatch: the credential does not satisfy it; the path says where.
    """
    entries = list_of(credential.get("credentialSchema"))
    if len(entries) > MAX_SCHEMAS:
        raise MalformedValue(f"names {len(entries)} schemas; at most {MAX_SCHEMAS} are read", "/credentialSchema")
    for index, entry in enumerate(entries):
        path = f"/credentialSchema/{index}" if isinstance(credential["credentialSchema"], list) else "/credentialSchema"
        if not isinstance(entry, Mapping):
            raise MalformedValue("must be an object", path)
        check_types(entry, path)
        check_id(entry, path)
        if SCHEMA_TYPES.isdisjoint(list_of(entry["type"])):
            raise SchemaUnavailable(f"{path}: schemas of the type {entry['type']!r} are not read here")
        built_in = BUILT_IN.get(entry["id"])
        if built_in is not None:
            _check_built_in(credential, built_in)
            continue
        if load_schema is None:
            raise SchemaUnavailable(f"{path}: the schema {entry['id'][:200]!r} was not supplied")
        data = load_schema(entry["id"])
        check_schema_digest(entry, data, path)
        check_against(credential, parse_schema(data))


def _check_built_in(credential: Mapping[str, Any], rules: Rules) -> None:
    try:
        rules(credential)
    except MalformedValue as error:
        raise SchemaMismatch(error.message, error.path) from None


def check_schema_digest(entry: Mapping[str, Any], data: bytes, path: str) -> None:
    """The schema is the one whose digest the credential states, if it states one."""
    if "digestSRI" in entry or "digestMultibase" in entry:
        try:
            check_digest(entry, data, path=path)
        except MalformedValue as error:
            raise SchemaInvalid(f"the schema cannot be used: {error}") from None


def parse_schema(data: bytes) -> dict[str, Any]:
    """Read a JSON Schema of draft 7, 2019-09 or 2020-12. Raises `SchemaInvalid`."""
    try:
        schema = parse_json(data, max_bytes=MAX_SCHEMA_BYTES)
    except ParsingError as error:
        raise SchemaInvalid(f"the schema cannot be read: {error}") from None
    dialect = schema.get("$schema")
    if not isinstance(dialect, str) or dialect.rstrip("#") not in _DIALECTS:
        raise SchemaInvalid("the schema does not say which draft of JSON Schema it is written in, or an unknown one")
    validator = jsonschema.validators.validator_for(schema)
    try:
        validator.check_schema(schema)
    except SchemaError as error:
        raise SchemaInvalid(f"not a JSON Schema: {error.message[:200]}") from None
    return schema


def check_against(document: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Check a document against a parsed schema; references out of the schema are not followed.

    Raises:
        SchemaMismatch: the path says where.
        SchemaInvalid: the schema refers to another one.
        SchemaUnavailable: the schema asks for too much work. Undecided.
    """
    try:
        error = jsonschema.exceptions.best_match(schema_work.errors_of(document, schema))
    except Unresolvable as missing:
        raise SchemaInvalid(f"the schema refers to {str(missing.ref)[:200]!r}, which is not fetched") from None
    except RecursionError:
        raise SchemaInvalid("the schema refers to itself without end") from None
    if error is not None:
        raise _mismatch(error)


def _mismatch(error: ValidationError) -> SchemaMismatch:
    # The message of the validator quotes the value; it may be personal data, so only the rule is named.
    mismatch = SchemaMismatch(f"does not satisfy the schema's {error.validator!r}")
    for member in reversed(list(error.absolute_path)):
        mismatch.under(member)
    return mismatch
