"""The embedded AWS without what tests need not wait for; what is asked and answered is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.core.botocore_stubber import BotocoreStubber

from support.quick.addresses import share_addresses
from support.quick.events import share_events
from support.quick.firewall import answered
from support.quick.reads import read
from support.quick.short import SWITCH, Asked, shorten
from support.quick.spared import spare
from support.quick.writes import written

if TYPE_CHECKING:
    from moto.core.common_types import TYPE_RESPONSE

__all__ = ["SWITCH", "quicken"]

_stubber: Any = BotocoreStubber
_moto_answer: Final = _stubber.process_request


def quicken() -> None:
    """Have this process's embedded AWS answer so from now on."""
    share_addresses()
    share_events()
    spare()
    shorten()
    _stubber.process_request = _answered


def _answered(stubber: BotocoreStubber, request: Any) -> TYPE_RESPONSE | None:
    """The answer to a request; None to one that was not sent and has to be."""
    if isinstance(request, Asked):
        return _briefly(request)
    answer: TYPE_RESPONSE | None = read(request) or _moto_answer(stubber, request)
    return answer


def _briefly(asked: Asked) -> TYPE_RESPONSE | None:
    return (read(asked) or written(asked)) if asked.service == "s3" else answered(asked)
