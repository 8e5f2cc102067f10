"""Engines, and the guard that refuses a role which row-level security would not bind."""

from pydantic import SecretStr
from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from portal.errors import PortalError


class UnsafeDatabaseRole(PortalError):
    """The database login sees every tenant's rows. Connect as a role without SUPERUSER and BYPASSRLS."""

    status = 503
    code = "unsafe-database-role"


class UnreadableDatabaseUrl(PortalError):
    """The text is not repeated: it may hold a password."""

    status = 503
    code = "invalid-settings"


_ROLE = text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
_OWNED = text(
    "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner "
    "WHERE r.rolname = current_user AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
)


def make_engine(url: SecretStr, *, pool_size: int = 5) -> Engine:
    """Return an engine for a `postgresql://` URL, driven by psycopg 3. Raises `UnreadableDatabaseUrl`."""
    return create_engine(read_url(url.get_secret_value()), pool_size=pool_size, max_overflow=10, pool_pre_ping=True)


def read_url(text: str) -> URL:
    """Raises `UnreadableDatabaseUrl`."""
    try:
        return make_url(text).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise UnreadableDatabaseUrl(
            "DCP_DATABASE_URL or one of its kind cannot be read: write postgresql://user:password@host/database"
        ) from None


def require_bound_role(engine: Engine) -> None:
    """Raises `UnsafeDatabaseRole` unless row-level security binds this engine's login."""
    with engine.connect() as connection:
        name, is_super, bypasses = connection.execute(_ROLE).one()
        owned = connection.execute(_OWNED).scalar_one()
    if is_super or bypasses:
        raise UnsafeDatabaseRole(f"role {name} bypasses row-level security; connect as dcp_app")
    if owned:
        raise UnsafeDatabaseRole(f"role {name} owns {owned} tables and could switch their policies off")
