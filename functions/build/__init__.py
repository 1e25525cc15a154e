"""The build function: see `app`."""
