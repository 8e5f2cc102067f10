"""Alembic's entry: runs the migrations over the connection that `portal.db.migrate` hands in."""

from alembic import context

from portal.db.registry import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
