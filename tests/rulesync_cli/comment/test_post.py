"""The comment of a pull request: whose it is, and what happens where GitHub cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.github import REPOSITORY, TOKEN, GitHub, comment, github

from rulesync_cli.comment.post import CommentError, PullRequest, post_comment


@pytest.fixture
def server() -> Iterator[GitHub]:
    """A GitHub with a pull request."""
    with github() as running:
        yield running


def test_token_of_a_user_finds_the_comment_of_that_user(server: GitHub) -> None:
    """Not one of a bot, nor of anybody else."""
    pull = PullRequest(server.url, REPOSITORY, 7, "key")
    server.login = "ann"
    server.have(comment(f"{pull.mark}\nbot's"), comment(f"{pull.mark}\nbob's", "bob", "User"))
    assert post_comment(pull, "one", TOKEN) == "created"
    assert post_comment(pull, "two", TOKEN) == "updated"
    assert post_comment(pull, "two", TOKEN) == "unchanged"
    bodies = [one["body"].splitlines()[1] for one in server.comments]
    assert bodies == ["bot's", "bob's", "two"]


def test_wrong_token_is_told_and_not_shown(server: GitHub) -> None:
    """It is no matter of rights to write alone."""
    pull = PullRequest(server.url, REPOSITORY, 7, "key")
    with pytest.raises(CommentError, match="GitHub answered 401") as caught:
        post_comment(pull, "one", "another-token")
    assert "another-token" not in str(caught.value)


def test_github_that_cannot_be_reached_is_told() -> None:
    """With the address, and the kind of the error alone."""
    pull = PullRequest("http://127.0.0.1:9", REPOSITORY, 7, "key")
    with pytest.raises(CommentError, match=r"GET http://127\.0\.0\.1:9/user: ConnectionError"):
        post_comment(pull, "one", TOKEN)


def test_comment_that_is_too_long_is_not_sent(server: GitHub) -> None:
    """GitHub would refuse it."""
    pull = PullRequest(server.url, REPOSITORY, 7, "key")
    with pytest.raises(CommentError, match="more than 65,536 bytes"):
        post_comment(pull, "ü" * 33_000, TOKEN)
    assert server.asked == []
