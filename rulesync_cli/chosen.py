"""`--profile` and `--region`: whose credentials, and where, in place of the environment's.

Here and not where the clients are made, as the functions have one account and one region. Nothing
of AWS's is imported before one of the two is given.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_Command = TypeVar("_Command", bound=Callable[..., Any])

_REGION: Final = "AWS_DEFAULT_REGION"
"""What every AWS client here reads first."""

_META: Final = "rulesync.chosen"


class _Known(click.ParamType[str]):
    """A name out of those that there are, which a TAB completes."""

    def known(self) -> tuple[str, ...]:
        """Every name that there is."""
        raise NotImplementedError

    def unknown(self, value: str, known: tuple[str, ...]) -> str:
        """What to say of a name that there is not."""
        raise NotImplementedError

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        known = self.known()
        if value not in known:
            self.fail(self.unknown(value, known), param, ctx)
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - not for a help text

        del ctx, param
        return [CompletionItem(name) for name in self.known() if name.startswith(incomplete)]


class _Profile(_Known):
    """A profile of AWS's configuration files."""

    name = "profile"

    def known(self) -> tuple[str, ...]:
        from rules_lib.aws.profiles import known_profiles  # noqa: PLC0415 - see above

        return known_profiles()

    def unknown(self, value: str, known: tuple[str, ...]) -> str:
        there = f"they have {', '.join(known)}" if known else "they have none"
        return (
            f"there is no profile {value!r} in AWS's configuration files; {there}. "
            f"`aws configure --profile NAME` makes one."
        )


class _Region(_Known):
    """A region that has Network Firewall."""

    name = "region"

    def known(self) -> tuple[str, ...]:
        from rules_lib.aws.profiles import known_regions  # noqa: PLC0415 - see above

        return known_regions()

    def unknown(self, value: str, known: tuple[str, ...]) -> str:
        from rules_lib.allowlist.names import nearest  # noqa: PLC0415 - see above

        close = nearest(value, known)
        meant = f"; did you mean {close}?" if close else f"; there are {', '.join(known)}."
        return (
            f"boto3 knows no region with Network Firewall named {value!r}{meant} "
            "If the region is newer than your boto3: pip install --upgrade boto3."
        )


def aws_options(command: _Command) -> _Command:
    """Add `--profile` and `--region`, which hold for every client that the command makes."""
    profile = click.option(
        "--profile", metavar="NAME", type=_Profile(), expose_value=False, callback=_choose,
        help="Profile of the AWS configuration files. Default: the environment's credentials.",
    )  # fmt: skip
    region = click.option(
        "--region", metavar="NAME", type=_Region(), expose_value=False, callback=_choose,
        help="The stack's region. Default: the environment's, then the profile's.",
    )  # fmt: skip
    return profile(region(command))


def _choose(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Let the choice hold until the command ends."""
    if value is None:
        return
    ctx.meta.setdefault(_META, {})[param.name] = value
    ctx.with_resource(_HOLDERS[str(param.name)](value))


@contextmanager
def chosen_again(ctx: click.Context) -> Iterator[None]:
    """The choice once more, for a completion: it is made when the command's own time is over."""
    with ExitStack() as stack:
        for name, value in ctx.meta.get(_META, {}).items():
            stack.enter_context(_HOLDERS[name](value))
        yield


@contextmanager
def _profile_held(profile: str) -> Iterator[None]:
    from rules_lib.aws.profiles import profile_held  # noqa: PLC0415 - see above

    with profile_held(profile):
        yield


@contextmanager
def _region_held(region: str) -> Iterator[None]:
    before = os.environ.get(_REGION)
    os.environ[_REGION] = region
    try:
        yield
    finally:
        if before is None:
            del os.environ[_REGION]
        else:
            os.environ[_REGION] = before


_HOLDERS: Final = {"profile": _profile_held, "region": _region_held}
