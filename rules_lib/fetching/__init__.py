"""All feeds of the list into the bucket: which are due, each by itself, and what became of them."""
