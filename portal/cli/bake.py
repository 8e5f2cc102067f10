"""dcp bake, dcp unbake"""

import json
from pathlib import Path

import typer

from portal.cli.commands import say
from portal.errors import PortalError
from vc.badges.baking import MAX_IMAGE_BYTES, bake, image_kind, unbake
from vc.badges.image_errors import BakingError
from vc.model import MAX_DOCUMENT_BYTES
from vc.secured import form_of


class CannotBake(PortalError):
    """Picture or credential is not fit; `errors` has one entry with the code of what is wrong."""

    code = "cannot-bake"

    def __init__(self, error: BakingError) -> None:
        super().__init__(str(error), errors=[{"code": error.code, "message": str(error)}])


class FileNotUsable(PortalError):
    code = "file-not-usable"


def bake_file(image: Path, credential: Path, out: Path, *, replace: bool, as_json: bool) -> None:
    """Write `out`: the picture with the credential in it."""
    data = _read(credential, MAX_DOCUMENT_BYTES)
    try:
        baked = bake(_read(image, MAX_IMAGE_BYTES), data, replace=replace)
    except BakingError as error:
        raise CannotBake(error) from error
    _write(out, baked)
    facts = {"image": str(out), "kind": image_kind(baked), "form": form_of(data), "bytes": len(baked)}
    say(f"baked: {out}", facts, as_json=as_json)


def unbake_file(image: Path, out: Path | None, *, as_json: bool) -> None:
    """Print the credential, or write it to `out`. It is not verified."""
    data = _read(image, MAX_IMAGE_BYTES)
    try:
        credential = unbake(data)
    except BakingError as error:
        raise CannotBake(error) from error
    if out is not None:
        _write(out, credential)
    if as_json:
        facts = {
            "kind": image_kind(data),
            "form": form_of(credential),
            "credential": credential.decode("utf-8", "replace"),
        }
        typer.echo(json.dumps(facts, ensure_ascii=False))
    elif out is None:
        typer.echo(credential.decode("utf-8", "replace"))
    else:
        typer.echo(f"unbaked, not verified: {out}")


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        if path.stat().st_size > max_bytes:
            raise FileNotUsable(f"{path} is larger than {max_bytes // 1024} kB")
        return path.read_bytes()
    except OSError as error:
        raise FileNotUsable(f"cannot read {path}: {error.strerror}") from error


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise FileNotUsable(f"cannot write {path}: {error.strerror}") from error
