"""Directed graphs as lists of followers: which nodes lie on a circle, and what comes first."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Followers: TypeAlias = Sequence[Sequence[int]]
"""For each node, 0 to n-1, the nodes that are to come behind it."""


def layers(followers: Followers, rank: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield the nodes with every follower behind its leader, lowest `rank` first where free.

    Nodes that lie on a circle follow each other, so they come together, as one tuple, sorted by
    rank; all other tuples hold one node. A node of negative rank only connects others: it comes as
    soon as it is free, and on a circle it counts for nothing.
    """
    circle_of = circles(followers)
    members: dict[int, list[int]] = {}
    for node in sorted(range(len(followers)), key=lambda node: (rank[node] < 0, rank[node])):
        members.setdefault(circle_of[node], []).append(node)
    behind = {
        circle: {circle_of[f] for node in nodes for f in followers[node]} - {circle}
        for circle, nodes in members.items()
    }
    waiting_for = dict.fromkeys(members, 0)
    for others in behind.values():
        for circle in others:
            waiting_for[circle] += 1
    free = [(rank[members[c][0]], c) for c, count in waiting_for.items() if not count]
    heapq.heapify(free)
    while free:
        _, circle = heapq.heappop(free)
        yield tuple(members[circle])
        for other in behind[circle]:
            waiting_for[other] -= 1
            if not waiting_for[other]:
                heapq.heappush(free, (rank[members[other][0]], other))


def circles(followers: Followers) -> list[int]:
    """Name for each node the circle it lies on (a node on none is a circle of its own).

    Tarjan's strongly connected components, with a stack in place of recursion.
    """
    unseen = -1
    number = [unseen] * len(followers)
    lowest = [0] * len(followers)
    circle = [unseen] * len(followers)
    path: list[int] = []
    seen = 0
    for start in range(len(followers)):
        work = [(start, iter(followers[start]))] if number[start] == unseen else []
        while work:
            node, rest = work[-1]
            if number[node] == unseen:
                number[node] = lowest[node] = seen
                seen += 1
                path.append(node)
            for follower in rest:
                if number[follower] == unseen:
                    work.append((follower, iter(followers[follower])))
                    break
                if circle[follower] == unseen:
                    lowest[node] = min(lowest[node], lowest[follower])
            else:
                work.pop()
                if lowest[node] == number[node]:
                    while circle[node] == unseen:
                        circle[path.pop()] = node
                elif work:
                    leader = work[-1][0]
                    lowest[leader] = min(lowest[leader], lowest[node])
    return circle
