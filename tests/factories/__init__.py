"""Makers of records for tests, by slice."""
