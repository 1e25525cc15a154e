"""The function that brings the feed into the bucket."""
