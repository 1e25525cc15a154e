"""The way back to an earlier build, which is put back exactly and held."""
