"""What people change of a fleet: a target is removed, renamed, or takes the place of the stack."""
