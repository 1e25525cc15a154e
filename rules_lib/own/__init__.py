"""People's own files of rules, before they are rules like all others.

- `files`: where they lie, which are read, and what they are called
- `odd_files`: files that are stored otherwise than Suricata reads them
- `remarks`, `warnings`: what people should know of their own rules although nothing failed
"""
