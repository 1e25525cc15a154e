"""What botocore has registered for its events is shared: a client and a session add their own.

botocore copies, for each client, what is registered for some 400 events, and for each session
registers all of it anew.
"""

from __future__ import annotations

import copy
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from botocore import handlers, hooks
from botocore.hooks import EVENT_ALIASES, EventAliaser
from botocore.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

_aliaser: Any = EventAliaser
_hooks: Any = hooks
_session: Any = Session
_trie: Any = _hooks._PrefixTrie  # noqa: SLF001
"""What is not meant to be replaced, and has no types for it."""

_accepts_kwargs: Final = _hooks.accepts_kwargs
_botocore_alias: Final = _aliaser._alias_event_name  # noqa: SLF001
_botocore_append: Final = _trie.append_item
_botocore_remove: Final = _trie.remove_item
_register: Final = _session._register_builtin_handlers  # noqa: SLF001

_begun: Final[dict[tuple[object, ...], Any]] = {}


def share_events() -> None:
    """Have this process's sessions and clients do so from now on."""
    _aliaser.__copy__ = _copied
    _aliaser._alias_event_name = _aliased  # noqa: SLF001
    _hooks.accepts_kwargs = lambda handler: _accepts(getattr(handler, "__func__", handler))
    _session._register_builtin_handlers = _registered  # noqa: SLF001
    _trie.__copy__, _trie.append_item, _trie.remove_item = _events_copied, _append, _remove


def _copied(aliaser: Any) -> Any:
    """A client's events with the aliases of its session, not with a copy of them."""
    return aliaser.__class__(copy.copy(aliaser._emitter), aliaser._event_aliases)  # noqa: SLF001


def _aliased(aliaser: Any, event_name: str) -> str:
    usual = aliaser._event_aliases is EVENT_ALIASES  # noqa: SLF001
    return _alias(event_name) if usual else str(_botocore_alias(aliaser, event_name))


@cache
def _alias(event_name: str) -> str:
    return str(_botocore_alias(_aliaser(None, EVENT_ALIASES), event_name))


def _registered(session: Any, events: Any) -> None:
    """Have what botocore and moto register for each session, which all share."""
    trie, known = events._emitter._handlers, (*handlers.BUILTIN_HANDLERS,)  # noqa: SLF001
    if known not in _begun:
        _register(session, events)
        _begun[known] = trie._root  # noqa: SLF001 - never changed in place
    trie._root = _begun[known]  # noqa: SLF001


def _events_copied(trie: Any) -> Any:
    made = trie.__class__()
    made._root = trie._root  # noqa: SLF001 - never changed in place
    return made


def _append(trie: Any, key: str, value: Any, section: int = _hooks._MIDDLE) -> None:  # noqa: SLF001
    """Have one handler more: what leads to it is made anew, and all else stays shared."""
    trie._root = _grown(trie._root, key.split("."))  # noqa: SLF001
    _botocore_append(trie, key, value, section)


def _grown(node: dict[str, Any], parts: Sequence[str]) -> dict[str, Any]:
    """A copy of a branch as far as some parts lead, and no further."""
    values, children = node["values"], dict(node["children"])
    if parts and parts[0] in children:
        children[parts[0]] = _grown(children[parts[0]], parts[1:])
    return {**node, "values": values and hooks.NodeList(*map(list, values)), "children": children}


def _remove(trie: Any, key: str, value: Any) -> None:
    """Have one handler less."""
    trie._root = _grown(trie._root, key.split("."))  # noqa: SLF001
    _botocore_remove(trie, key, value)


@lru_cache(5_000)
def _accepts(handler: Any) -> object:
    return _accepts_kwargs(handler)
