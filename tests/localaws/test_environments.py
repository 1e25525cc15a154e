"""Execution environments of functions: used again as Lambda does, and ended when it ends them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.localaws import local_server
from support.stacks import LONG, StacksServer, packed

if TYPE_CHECKING:
    from collections.abc import Callable

NAME: Final = "remembers"


@pytest.fixture
def first(server: StacksServer) -> dict[str, Any]:
    """What the first event of the function found and left."""
    server.function(NAME, NAME)
    return told(server, "first")


def told(server: StacksServer, me: str) -> dict[str, Any]:
    """What the function tells of the environment in which it has handled an event."""
    error, result = server.invoke(NAME, {"me": me})
    assert error is None, result
    return dict(result)


def has_ended(process: int) -> bool:
    """Whether there is no such process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_next_event_finds_what_the_one_before_left(
    server: StacksServer, first: dict[str, Any]
) -> None:
    """In its modules and in its folder for temporary files, with the same credentials."""
    second = told(server, "second")
    assert (first["began"], first["files"]) == (["first"], ["first"])
    assert (second["began"], second["files"]) == (["first", "second"], ["first", "second"])
    assert (second["process"], second["key"]) == (first["process"], first["key"])


def test_error_of_the_handler_ends_nothing(server: StacksServer, first: dict[str, Any]) -> None:
    """It is the answer, as Lambda words it, and the log has where it came from."""
    error, result = server.invoke(NAME, {"me": "second", "then": "raise KeyError('item')"})
    assert (error, result["errorType"], result["errorMessage"]) == (
        "Unhandled",
        "KeyError",
        "'item'",
    )
    assert any("in remembers" in line for line in result["stackTrace"])
    assert told(server, "third")["began"] == ["first", "second", "third"]
    assert told(server, "fourth")["process"] == first["process"]


def test_events_at_once_have_environments_of_their_own(server: StacksServer) -> None:
    """Each waits until the other has begun too."""
    server.function("meets", "meets")
    events = ({"me": "a", "other": "b"}, {"me": "b", "other": "a"})
    with ThreadPoolExecutor() as pool:
        (_, one), (_, other) = pool.map(lambda event: server.invoke("meets", event), events)
    assert one != other


def test_event_that_takes_too_long_ends_its_environment(
    server: StacksServer, first: dict[str, Any]
) -> None:
    """The next has a new one."""
    configure(server, Timeout=1)
    error, result = server.invoke(NAME, {"me": "second", "then": f"time.sleep({LONG})"})
    assert (error, result) == (
        "Unhandled",
        {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 1 s"},
    )
    assert has_ended(first["process"])
    configure(server, Timeout=LONG)
    third = told(server, "third")
    assert (third["began"], third["files"]) == (["third"], ["third"])
    assert third["key"] != first["key"]


def test_process_that_ends_is_followed_by_another(
    server: StacksServer, first: dict[str, Any]
) -> None:
    """Its last words are the error."""
    ending = "print('gone', flush=True); os._exit(3)"
    error, result = server.invoke(NAME, {"me": "second", "then": ending})
    assert (error, result) == (
        "Unhandled",
        {"errorType": "Runtime.ExitError", "errorMessage": "gone"},
    )
    assert has_ended(first["process"])
    assert told(server, "third")["began"] == ["third"]


def test_function_that_cannot_be_loaded_says_so(server: StacksServer) -> None:
    """Each time anew."""
    server.function(NAME, "missing")
    for _ in range(2):
        error, result = server.invoke(NAME, {})
        assert (error, result["errorType"]) == ("Unhandled", "Runtime.ExitError")
        assert "has no attribute 'missing'" in result["errorMessage"]


def configure(server: StacksServer, **what: Any) -> None:
    """Change the configuration of the function."""
    server.client("lambda").update_function_configuration(FunctionName=NAME, **what)


def with_a_variable(server: StacksServer) -> None:
    """Have the function find another environment variable."""
    configure(server, Environment={"Variables": {"SAYS": "changed"}})


def with_other_code(server: StacksServer) -> None:
    """Have the function be other code."""
    text = "import os\ndef remembers(*_):\n    return {'says': 'changed', 'process': os.getpid()}\n"
    code = packed({"app.py": text})
    server.client("lambda").update_function_code(FunctionName=NAME, ZipFile=code)


def with_a_layer(server: StacksServer) -> None:
    """Have a layer shadow a module of the function, as its folder comes first."""
    layer = server.client("lambda").publish_layer_version(
        LayerName="extra", Content={"ZipFile": packed({"python/extra.py": "x = 1"})}
    )
    configure(server, Layers=[layer["LayerVersionArn"]])


def with_another_role(server: StacksServer) -> None:
    """Have the function be somebody else."""
    configure(server, Role="arn:aws:iam::123456789012:role/other")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (with_a_variable, "changed"),
        (with_other_code, "changed"),
        (with_a_layer, None),
        (with_another_role, None),
    ],
)
def test_change_of_a_function_takes_a_new_environment(
    server: StacksServer,
    first: dict[str, Any],
    change: Callable[[StacksServer], None],
    says: str | None,
) -> None:
    """The one before ends."""
    change(server)
    after = told(server, "second")
    assert after["says"] == says
    assert after["process"] != first["process"]
    assert has_ended(first["process"])


def test_environment_ends_with_its_function(server: StacksServer, first: dict[str, Any]) -> None:
    """Those of others stay, whose names begin as that one's does."""
    server.function(f"{NAME}-too", NAME)
    _, other = server.invoke(f"{NAME}-too", {"me": "other"})
    server.client("lambda").delete_function(FunctionName=NAME)
    assert has_ended(first["process"])
    assert not has_ended(other["process"])


def test_environments_end_when_everything_is_forgotten(
    server: StacksServer, first: dict[str, Any]
) -> None:
    """Those that are in the middle of an event too: what they would do belongs to nobody."""
    server.function("meets", "meets")
    server.invoke("meets", {"me": "busy", "other": "never"}, "Event")
    busy = server.seen("busy")
    server.reset()
    assert has_ended(first["process"])
    assert has_ended(busy)


def test_environments_end_with_the_server() -> None:
    """Whatever they are doing."""
    with local_server() as url:
        server = StacksServer(url)
        server.function(NAME, NAME)
        waiting = told(server, "waiting")["process"]
        server.function("meets", "meets")
        server.invoke("meets", {"me": "busy", "other": "never"}, "Event")
        busy = server.seen("busy")
    assert has_ended(waiting)
    assert has_ended(busy)
