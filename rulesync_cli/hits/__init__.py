"""What people ask of hits; `rulesync hits` shows the answers.

- `source` reads days of hits, from the bucket or from files
- `surroundings` reads what is known beside: the rules in force, since when, and the allowlist
- `views` has a line for each rule, category, own host or day
- `classes` tells which rules to decide on: ready to drop, noisy, to be looked at first
- `sheets` has the lines as JSON and CSV have them
- `suggest` makes the edit of an allowlist that follows the classes; `suggesting` shows or writes it
"""
