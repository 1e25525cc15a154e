"""What the commands print: tables, plans, stories."""
