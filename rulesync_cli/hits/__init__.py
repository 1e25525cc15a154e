"""What people ask of hits; `rulesync hits` shows the answers.

- `source` reads days of hits, from the bucket or from files
- `tallies` adds hits up over any days and rules
- `views` has a line for each rule, category, own host or day
- `sheets` has the same lines as JSON, CSV and tables show them
"""
