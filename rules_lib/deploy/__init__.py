"""Desired against deployed: the plan as data, its steps, and carrying them out without a gap."""
