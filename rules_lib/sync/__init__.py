"""One build: gather what the bucket has, decide what is to be done, do it and record it."""
