"""The commands of rulesync, one file each."""
