"""Rule groups and firewall policies as values, and what they hold."""
