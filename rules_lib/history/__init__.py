"""What earlier builds left: their files, the pointer to the newest, and the way back to one."""
