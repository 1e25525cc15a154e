"""Alert logs on a disk, counted by DuckDB: `disk.count_files`."""
