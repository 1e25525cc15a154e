"""The stages a rule passes, each a module with one verb and a result: no clock, no AWS, no files.

- `read_needed`: the rules that a build looks at; of those that nobody asks for only the sid
- `select`: which rules are asked for, in which mode; a sid that comes twice is settled
- `screen`: what the service cannot take is discarded
- `convert`: the text as it will be published: alert to drop, forbidden options out
- `adapt`: only where rules are judged by action: drops that would be judged too early alert
- `link`: setters of marks are brought in; rules tied by a mark become a cluster
- `order`: setters before their checkers, otherwise the feed's order
- `fit`: what the firewall's quotas have no room for is discarded, least valued first
- `pack`: clusters are laid into rule groups
"""
