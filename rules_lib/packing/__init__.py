"""How kept rules become groups: blocks that stay whole, parts within limits, names that stick."""
