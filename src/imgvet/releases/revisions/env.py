"""Alembic's environment: it works on the connection that it is given, in a transaction of its owner."""

from alembic import context

from imgvet.releases.tables import REGISTER_TABLES

context.configure(connection=context.config.attributes["connection"], target_metadata=REGISTER_TABLES)
context.run_migrations()
