"""What the service and its engine know and take: each number and each list once, with its source.

- `limits`: the numbers of AWS Network Firewall
- `api`: the words of its API
- `suricata`: keywords, protocols and commands of the engine
- `vocabulary`: the words of a rule that AWS has beside Suricata's
- `references`: what a reference set may be
- `metadata`: the keys and scales of Emerging Threats
- `magic`: how files begin
- `data/`: the long lists
"""
