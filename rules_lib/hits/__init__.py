"""What fired: alert logs of the firewall, counted by day, and kept in the bucket under `hits/`.

An engine counts the lines (Athena, CloudWatch Logs Insights, DuckDB); nothing here goes through
them one by one. In the order of the way:

- `query.count_query` makes the one SQL, for Athena and DuckDB
- `rows.counted_lines` reads an engine's answer: `CountedLines`, a `HitsOfDay` for each day
- `history.put_day` writes a day over what an earlier count left, so a line is counted once however
  often its day is counted; `history.read_hits(store, first, last)` reads days back: `HitHistory`,
  whose `unknown` days are those of which nothing is known
- `tally.tally_of(hits, own)` adds hits up over any days and rules: `HitTally`, in which numbers
  that cannot be added are bounds and called so
- `hosts.OwnNetworks.of(allowlist)` tells people's own hosts from foreign ones among the examples

Files on a desk are counted by `rulesync_cli.alert_logs.count_files`, with DuckDB; the result is
the same `CountedLines`.

No hits is no proof: a rule that was not in force, a group that no firewall uses, a `noalert` rule
and a `pass` rule leave no line.
"""
