"""The packing of old, slow and plain: every trial lays all blocks into groups anew.

What `rules_lib.packing` finds must be this to the byte. It has in common with that the blocks as
they are measured and valued, the budget and the names of groups; nothing of how blocks are laid,
who shares, in which order groups stand, what fits and what a larger budget would bring back.
"""
