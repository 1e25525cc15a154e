"""How much time and memory a sync takes, beside suricata-update and a bare parse: `make bench`."""
