"""From an address on the network, or a file, to a release in the bucket that a build can read."""
