"""What builds left in the bucket, read for people: a list of them, their rules, how two differ."""
