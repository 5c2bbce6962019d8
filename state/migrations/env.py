"""What Alembic runs: the migrations over the connection that `state.engine.migrate` hands it."""

from __future__ import annotations

from alembic import context

from state.tables import Memory

context.configure(connection=context.config.attributes["connection"], target_metadata=Memory.metadata)
with context.begin_transaction():
    context.run_migrations()
