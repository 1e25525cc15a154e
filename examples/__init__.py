"""A small feed of our own, and what it takes to try the project on it without an account."""
