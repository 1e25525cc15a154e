"""The set-up function: see `app`."""
