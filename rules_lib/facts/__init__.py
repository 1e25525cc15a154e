"""What the service and its engine know and take: each number and each list once, with its source.

- `limits`: the numbers of AWS Network Firewall
- `engine`: keywords, protocols and commands of Suricata
- `vocabulary`: the words of a rule that AWS has beside Suricata's
- `requirements`: whether the engine meets what a rule requires
- `data/`: the long lists
"""
