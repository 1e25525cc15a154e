"""Syncs in which calls fail, processes die and people interfere."""
