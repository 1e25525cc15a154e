"""What one build leaves for the next: its files, its pointer, its hold, its refusals, its turn."""
