"""What is known of the service, as questions that a dry run answers, and what came of asking.

`TABLE` (table.py) holds them all. The tests ask the embedded Network Firewall, `rulesync probe` a
real one; what a real one answered stands in data/service-answers.json and counts from then on.
"""
