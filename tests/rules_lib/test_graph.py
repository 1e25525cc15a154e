"""Directed graphs: circles, and what comes first."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from rules_lib.graph import Followers, circles, layers


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[list[int]], list[int]]:
    """Followers of each node, and a rank for each."""
    size = draw(st.integers(0, 9))
    nodes = st.integers(0, max(size - 1, 0))
    followers = [draw(st.lists(nodes, max_size=4)) for _ in range(size)]
    return followers, draw(st.permutations(range(size)))


def _reached(followers: Followers) -> list[set[int]]:
    """For each node all that come behind it, found by walking."""
    reached = [set(behind) for behind in followers]
    for _ in followers:
        reached = [behind.union(*(reached[node] for node in behind)) for behind in reached]
    return reached


@given(graphs())
def test_nodes_share_a_circle_where_each_reaches_the_other(
    graph: tuple[list[list[int]], list[int]],
) -> None:
    """And nowhere else."""
    followers, _ = graph
    reached, circle = _reached(followers), circles(followers)
    for one in range(len(followers)):
        for other in range(len(followers)):
            mutual = one == other or (other in reached[one] and one in reached[other])
            assert (circle[one] == circle[other]) is mutual


@given(graphs())
def test_layers_put_leaders_first_and_lose_nothing(
    graph: tuple[list[list[int]], list[int]],
) -> None:
    """Every node comes once; a follower comes behind, unless on its leader's circle."""
    followers, rank = graph
    found = list(layers(followers, rank))
    assert sorted(chain.from_iterable(found)) == list(range(len(followers)))
    place = {node: number for number, layer in enumerate(found) for node in layer}
    circle = circles(followers)
    for node, behind in enumerate(followers):
        for other in behind:
            assert place[node] < place[other] or circle[node] == circle[other]
    for layer in found:
        assert list(layer) == sorted(layer, key=rank.__getitem__)


@given(graphs())
def test_of_what_is_free_the_lowest_rank_comes_first(
    graph: tuple[list[list[int]], list[int]],
) -> None:
    """At no point could a layer of a lower rank have come."""
    followers, rank = graph
    found = list(layers(followers, rank))
    reached = _reached(followers)
    for number, layer in enumerate(found):
        later = list(chain.from_iterable(found[number:]))
        for other in found[number + 1 :]:
            waits = any(set(other) & reached[node] for node in later if node not in other)
            assert waits or rank[layer[0]] < rank[other[0]]


def test_node_that_only_connects_does_not_move_its_circle() -> None:
    """It comes at once where it is free; on a circle the others' ranks count."""
    followers = [[], [2], [1], [4], [0]]
    assert list(layers(followers, [1, 2, -1, 3, -1])) == [(1, 2), (3,), (4,), (0,)]
    assert list(layers([[], [2], [1]], [0, 1, -1])) == [(0,), (1, 2)]


@given(st.permutations(range(8)))
def test_without_followers_only_the_rank_counts(rank: list[int]) -> None:
    """Each node is a layer of its own."""
    order = sorted(range(8), key=rank.__getitem__)
    assert list(layers([[] for _ in rank], rank)) == [(node,) for node in order]


def test_long_chain_needs_no_deep_stack() -> None:
    """Feeds have thousands of rules on one bit."""
    size = 20_000
    followers = [[node + 1] for node in range(size - 1)] + [[]]
    assert list(layers(followers, range(size))) == [(node,) for node in range(size)]
    followers[-1] = [0]
    assert list(layers(followers, range(size))) == [tuple(range(size))]
