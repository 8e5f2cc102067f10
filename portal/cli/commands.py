"""`dcp`: the command line. Each command imports what it needs when it runs, so that `dcp --help` is quick.

Exit codes: 0 done or verified · 1 refused or not verified · 2 usage · 3 could not tell.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.account_commands import key_app, person_app

app = typer.Typer(
    name="dcp", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Issue, anchor, verify and track digital credentials.",
)  # fmt: skip
tenant_app = typer.Typer(no_args_is_help=True, help="Issuing organisations on this node.")
template_app = typer.Typer(no_args_is_help=True, help="What is issued.")
did_app = typer.Typer(no_args_is_help=True, help="Identifiers.")
db_app = typer.Typer(no_args_is_help=True, help="The database's tables.")
anchor_app = typer.Typer(no_args_is_help=True, help="Anchor rounds on the chain.")
app.add_typer(tenant_app, name="tenant")
app.add_typer(template_app, name="template")
app.add_typer(did_app, name="did")
app.add_typer(db_app, name="db")
app.add_typer(anchor_app, name="anchor")
audit_app = typer.Typer(no_args_is_help=True, help="Who did what.")
log_app = typer.Typer(no_args_is_help=True, help="A tenant's audit log.")
audit_app.add_typer(log_app, name="log")
app.add_typer(audit_app, name="audit")
app.add_typer(key_app, name="key")
app.add_typer(person_app, name="person")

Json = Annotated[bool, typer.Option("--json", help="Answer with JSON.")]
Tenant = Annotated[str, typer.Option("--tenant", help="Short name of the tenant.")]


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="Port of the web server.")] = None,
    tls: Annotated[bool, typer.Option("--tls", help="Serve https with an authority of the node's own.")] = False,
    chain: Annotated[str | None, typer.Option(help="local or none.")] = None,
    open_vc_api: Annotated[
        bool, typer.Option("--open-vc-api", help="Let programs of this machine use the VC API without a key.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Start a whole node: database, chain, worker, web server. Ctrl-C stops it."""
    from portal.bootstrap.steps import PREPARE
    from portal.cli.up import up as run

    raise typer.Exit(run(port=port, tls=tls, chain=chain, open_vc_api=open_vc_api, as_json=as_json, prepare=PREPARE))


@app.command()
def serve() -> None:
    """Run the web server only (the rest of the node runs elsewhere)."""
    from portal.cli.serve import serve as run

    run()


@app.command()
def worker() -> None:
    """Run a worker with the scheduler only."""
    from portal.cli.serve import worker as run

    run()


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what is broken on this machine, and the fix."""
    from portal.cli.doctor import doctor as run

    raise typer.Exit(run(as_json=as_json))


@tenant_app.command("create")
def tenant_create(slug: str, name: str, as_json: Json = False) -> None:
    """Make a tenant with its keys and DIDs, for example: dcp tenant create acme "Acme University"."""
    from portal.cli.tenants import create

    create(slug, name, as_json=as_json)


@tenant_app.command("list")
def tenant_list(as_json: Json = False) -> None:
    """List tenants with their DIDs."""
    from portal.cli.tenants import list_

    list_(as_json=as_json)


@template_app.command("example")
def template_example() -> None:
    """Print a template to start from."""
    from portal.cli.templates import example

    typer.echo(example(), nl=False)


@template_app.command("put")
def template_put(template: str, file: Path, tenant: Tenant, as_json: Json = False) -> None:
    """Store a template from a JSON file; a changed one gets a new version."""
    from portal.cli.templates import put

    put(template, file, tenant=tenant, as_json=as_json)


@template_app.command("list")
def template_list(tenant: Tenant, as_json: Json = False) -> None:
    """List a tenant's templates."""
    from portal.cli.templates import list_

    list_(tenant=tenant, as_json=as_json)


@app.command()
def issue(
    file: Path,
    tenant: Tenant,
    template: Annotated[str, typer.Option("--template", help="Short name of the template.")],
    skip_bad_rows: Annotated[bool, typer.Option("--skip-bad-rows", help="Issue the good rows all the same.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Read and check the file only; issue nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Issue a credential for each row of a spreadsheet (CSV or XLSX)."""
    from portal.cli.issue import issue as run

    run(file, tenant=tenant, template=template, skip_bad_rows=skip_bad_rows, check=check, as_json=as_json)


@app.command()
def revoke(
    credential: Annotated[str, typer.Argument(help="The credential's address, or the last part of it.")],
    reason: Annotated[str | None, typer.Option(help="Shown on the public page.")] = None,
    as_json: Json = False,
) -> None:
    """Revoke the award behind a credential. Final."""
    from portal.cli.awards import revoke as run

    run(credential, reason=reason, as_json=as_json)


@app.command()
def suspend(
    credential: Annotated[str, typer.Argument(help="The credential's address, or the last part of it.")],
    reason: Annotated[str | None, typer.Option(help="Shown on the public page.")] = None,
    as_json: Json = False,
) -> None:
    """Let the award behind a credential not count until it is reinstated."""
    from portal.cli.awards import suspend as run

    run(credential, reason=reason, as_json=as_json)


@app.command()
def reinstate(
    credential: Annotated[str, typer.Argument(help="The credential's address, or the last part of it.")],
    as_json: Json = False,
) -> None:
    """End the suspension of the award behind a credential."""
    from portal.cli.awards import reinstate as run

    run(credential, as_json=as_json)


@app.command()
def verify(
    file: Annotated[str, typer.Argument(help="A file, a URL, or - for standard input.")],
    anchor: Annotated[
        str | None, typer.Option(help="anchor.json: a file or URL. Default: beside the credential's page.")
    ] = None,
    rpc: Annotated[str | None, typer.Option(help="JSON-RPC URL of the chain that holds the anchor.")] = None,
    ca: Annotated[
        Path | None, typer.Option(help="Certificate authority to trust besides the usual ones (PEM).")
    ] = None,
    allow_loopback: Annotated[
        bool, typer.Option("--allow-loopback", help="Let it ask servers on this machine.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Verify a credential, without a database and without trusting this node."""
    from portal.cli.verify import verify as run

    raise typer.Exit(run(file, anchor=anchor, rpc=rpc, ca=ca, allow_loopback=allow_loopback, as_json=as_json))


@app.command()
def bake(
    image: Annotated[Path, typer.Argument(help="A PNG or SVG picture.")],
    credential: Annotated[Path, typer.Argument(help="An Open Badge: JSON with its proof, or a compact JWS.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Where the picture with the badge in it goes.")],
    replace: Annotated[bool, typer.Option("--replace", help="Take a badge that is already inside out first.")] = False,
    as_json: Json = False,
) -> None:
    """Put a badge into a picture. The picture stays what it was."""
    from portal.cli.bake import bake_file as run

    run(image, credential, out, replace=replace, as_json=as_json)


@app.command()
def unbake(
    image: Annotated[Path, typer.Argument(help="A PNG or SVG picture with a badge in it.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Where the credential goes. Default: printed.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take the badge out of a picture, not verified: dcp verify takes the picture itself."""
    from portal.cli.bake import unbake_file as run

    run(image, out, as_json=as_json)


@did_app.command("resolve")
def did_resolve(did: str, as_json: Json = False) -> None:
    """Resolve a DID and print its document."""
    from portal.cli.did import resolve

    raise typer.Exit(resolve(did, as_json=as_json))


@db_app.command("upgrade")
def db_upgrade(as_json: Json = False) -> None:
    """Bring the tables to the newest revision (role dcp_owner)."""
    from portal.cli.db import upgrade

    upgrade(as_json=as_json)


@db_app.command("check")
def db_check(as_json: Json = False) -> None:
    """Say whether the tables are what the code expects."""
    from portal.cli.db import check

    raise typer.Exit(check(as_json=as_json))


@anchor_app.command("status")
def anchor_status(as_json: Json = False) -> None:
    """List the last rounds."""
    from portal.cli.anchor import status

    status(as_json=as_json)


@log_app.command("export")
def audit_log_export(tenant: Tenant) -> None:
    """Print the log: one JSON object per line, oldest first."""
    from portal.cli.audit import export

    export(tenant=tenant)


@log_app.command("verify")
def audit_log_verify(
    tenant: Annotated[str | None, typer.Option("--tenant", help="Short name of the tenant.")] = None,
    file: Annotated[Path | None, typer.Option(help="An export to check, with no database.")] = None,
    head: Annotated[
        str | None, typer.Option(help="With --file: an earlier head that you kept, as number:hash.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find any change, deletion, reordering or truncation, and hold the log against the chain."""
    from portal.cli import audit

    if (tenant is None) == (file is None):
        raise typer.BadParameter("name either a tenant (--tenant) or an export (--file)")
    if file is not None:
        raise typer.Exit(audit.verify_file(file, head=head, as_json=as_json))
    raise typer.Exit(audit.verify(tenant=str(tenant), as_json=as_json))


@app.command("openapi")
def openapi() -> None:
    """Print the API's description (OpenAPI 3.1)."""
    from portal.app import create_app

    typer.echo(json.dumps(create_app().openapi(), indent=1, ensure_ascii=False))


def say(words: str, facts: Any, *, as_json: bool) -> None:
    """Print either the words or the facts."""
    typer.echo(json.dumps(facts, ensure_ascii=False, default=str) if as_json else words)


def main() -> None:
    """Run; a refusal is a sentence on standard error and exit code 1, never a stack trace."""
    from pydantic import ValidationError
    from sqlalchemy.exc import DatabaseError, OperationalError

    from agent.errors import AgentError
    from anchoring.errors import AnchoringError
    from config.settings import UnknownVariable, problems_of
    from did.errors import DidError
    from portal.errors import PortalError

    as_json = "--json" in sys.argv
    try:
        app()
    except PortalError as error:
        _refuse(error.code, error.detail, list(error.errors), as_json=as_json)
    except ValidationError as error:
        _refuse("invalid-settings", problems_of(error), [], as_json=as_json)
    except UnknownVariable as error:
        _refuse("invalid-settings", str(error), [], as_json=as_json)
    except OperationalError as error:
        _refuse("database-unreachable", f"the database does not answer: {error.orig}. Is the node running (`dcp up`)?",
                [], as_json=as_json)  # fmt: skip
    except DatabaseError as error:
        _refuse("database-refused", f"the database refuses this: {error.orig}. `dcp db check` compares its tables.",
                [], as_json=as_json)  # fmt: skip
    except (AgentError, AnchoringError, DidError) as error:
        _refuse(type(error).__name__, str(error), [], as_json=as_json)


def _refuse(code: str, detail: str, errors: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"error": code, "detail": detail, "errors": errors}, ensure_ascii=False))
    else:
        typer.echo(f"dcp: {detail}", err=True)
        for fault in errors:
            if "line" in fault:
                column = f", column {fault['column']!r}" if fault.get("column") else ""
                typer.echo(f"  line {fault['line']}{column}: {fault['message']} [{fault['code']}]", err=True)
    sys.exit(1)
