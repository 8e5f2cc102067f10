"""Engines, and the guard that refuses a role which row-level security would not bind."""

from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url


class UnsafeDatabaseRole(RuntimeError):
    """The database login sees every tenant's rows. Connect as a role without SUPERUSER and BYPASSRLS."""


_ROLE = text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
_OWNED = text(
    "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner "
    "WHERE r.rolname = current_user AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
)


def make_engine(url: SecretStr, *, pool_size: int = 5) -> Engine:
    """Return an engine for a `postgresql://` URL, driven by psycopg 3."""
    parsed = make_url(url.get_secret_value()).set(drivername="postgresql+psycopg")
    return create_engine(parsed, pool_size=pool_size, max_overflow=10, pool_pre_ping=True)


def require_bound_role(engine: Engine) -> None:
    """Raises `UnsafeDatabaseRole` unless row-level security binds this engine's login."""
    with engine.connect() as connection:
        name, is_super, bypasses = connection.execute(_ROLE).one()
        owned = connection.execute(_OWNED).scalar_one()
    if is_super or bypasses:
        raise UnsafeDatabaseRole(f"role {name} bypasses row-level security; connect as dcp_app")
    if owned:
        raise UnsafeDatabaseRole(f"role {name} owns {owned} tables and could switch their policies off")
