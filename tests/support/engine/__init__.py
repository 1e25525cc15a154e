"""The real engine: what it reads, and what proves that rules act in traffic as asked."""
