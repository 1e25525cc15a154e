"""What a sync did and what it left out, as records, a summary and a page for people."""
