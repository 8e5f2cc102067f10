"""The command line's part about people and API keys; what the commands do is in `portal.cli.accounts`."""

from typing import Annotated
from uuid import UUID

import typer

key_app = typer.Typer(no_args_is_help=True, help="API keys.")
person_app = typer.Typer(no_args_is_help=True, help="People who sign in.")

Json = Annotated[bool, typer.Option("--json", help="Answer with JSON.")]
OfTenant = Annotated[str | None, typer.Option("--tenant", help="Short name of the tenant; without it: of the node.")]


@key_app.command("create")
def key_create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    tenant: OfTenant = None,
    permission: Annotated[list[str] | None, typer.Option(help="Repeat it; without any: all of them.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="It ends after so many days.")] = 90,
    as_json: Json = False,
) -> None:
    """Make an API key, for example: dcp key create import --tenant acme --permission batches:issue"""
    from portal.cli.accounts import create_key

    create_key(name, tenant=tenant, permissions=permission or [], days=days, as_json=as_json)


@key_app.command("list")
def key_list(tenant: OfTenant = None, as_json: Json = False) -> None:
    """List the API keys that were not revoked."""
    from portal.cli.accounts import list_keys

    list_keys(tenant=tenant, as_json=as_json)


@key_app.command("revoke")
def key_revoke(key_id: UUID, tenant: OfTenant = None, as_json: Json = False) -> None:
    """Revoke an API key by its id. The next request with it is refused."""
    from portal.cli.accounts import revoke_key

    revoke_key(key_id, tenant=tenant, as_json=as_json)


@person_app.command("reset")
def person_reset(
    email: str,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input; else one is made.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Give a person a new password, switch their second factor off and end their sessions."""
    from portal.cli.accounts import reset_person

    reset_person(email, password_stdin=password_stdin, as_json=as_json)


@person_app.command("create")
def person_create(
    email: str,
    name: Annotated[str, typer.Option(help="As others see it.")],
    super_admin: Annotated[bool, typer.Option("--super-admin", help="May do everything on this node.")] = False,
    tenant: Annotated[str | None, typer.Option("--tenant", help="Make the person a member of this tenant.")] = None,
    role: Annotated[str | None, typer.Option(help="With --tenant: for example issuer-admin.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input; else one is made.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make an account, for example: dcp person create ada@acme.example --name Ada --super-admin"""
    from portal.cli.accounts import create_person

    if (tenant is None) != (role is None):
        raise typer.BadParameter("--tenant and --role belong together")
    create_person(
        email,
        name=name,
        super_admin=super_admin,
        tenant=tenant,
        role=role,
        password_stdin=password_stdin,
        as_json=as_json,
    )
