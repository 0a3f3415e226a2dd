"""Databases by address: a file, through SQLite, or one on a PostgreSQL server; both are asked in SQLAlchemy Core."""
