"""Alembic's environment and the revisions of the tables, run by `digest.store.migrate`."""
