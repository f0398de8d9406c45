"""Doorbells, live messages and figures, all in Redis and all disposable; the work itself is in Postgres."""
