"""dcp did resolve"""

import json

import typer

from portal.process import node


def resolve(did: str, *, as_json: bool) -> int:
    result = node().resolver.resolve(did)
    shown = result.to_json() if as_json or result.document is None else result.document.json
    typer.echo(json.dumps(shown, ensure_ascii=False, indent=None if as_json else 2))
    return 0 if result.document is not None else 1
