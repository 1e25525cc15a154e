"""Which rules the service refuses, and that it takes the others: found by dry runs alone."""
