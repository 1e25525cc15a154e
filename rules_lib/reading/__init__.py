"""From a file of the feed to rules: no line costs another, and nothing is lost without a word.

- `ruleset`: files into logical lines, commented-out rules among them
- `recall`: which lines were read before, and what they were
- `parser`: a line into a rule, or into what is wrong with it
- `rule`: where header and options are in a rule's text, and edits that touch nothing else
- `shape`: what the names of a rule's options say
"""
