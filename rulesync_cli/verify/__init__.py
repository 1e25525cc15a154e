"""Rule groups in a real Suricata: do they load, and what would they do to captured traffic.

Only `suricata.py` and `session.py` start a process; the rest turns values into values and text.
"""

from __future__ import annotations
