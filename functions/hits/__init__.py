"""The function that counts what fired: see `app`."""
