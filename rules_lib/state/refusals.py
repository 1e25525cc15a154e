"""`state/refusals.json`: what the service said of rules that it refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, RootModel

from rules_lib.bucket import REFUSALS
from rules_lib.state.statefile import Cache

if TYPE_CHECKING:
    from collections.abc import Iterable


class Refused(BaseModel):
    """A rule that the service refused, and its words."""

    model_config = ConfigDict(frozen=True)

    sid: int
    words: str


# pydantic's plugin for mypy makes a constructor for each base, and says that the two clash
class Refusals(Cache, RootModel[dict[str, Refused]]):  # type: ignore[misc]
    """Every refusal by the fingerprint of the refused text (see `stages.convert`)."""

    KEY = REFUSALS

    @property
    def words(self) -> Mapping[str, str]:
        """Fingerprint -> what the service said."""
        return {fingerprint: refused.words for fingerprint, refused in self.root.items()}

    def plus(self, more: Mapping[str, Refused]) -> Refusals:
        """Remember more of them."""
        return Refusals({**self.root, **more})

    def of(self, sids: Iterable[int]) -> Refusals:
        """Forget those whose rules the feed no longer has."""
        present = frozenset(sids)
        return Refusals({key: r for key, r in self.root.items() if r.sid in present})

    def to_json(self) -> bytes:
        """Render the file, in a fixed order."""
        return Refusals(dict(sorted(self.root.items()))).model_dump_json(indent=2).encode() + b"\n"
