"""Who calls whom among chains: jumps that cannot be, and the hooks from which a chain is reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

#: Jumps may nest this deep; nftables refuses more than 16 (NFT_JUMP_STACK_SIZE), and engines recurse.
DEEPEST = 60
#: By chain: (number of the rule, chain that it calls).
Jumps = Mapping[str, Sequence[tuple[int, str]]]


def cuts(jumps: Jumps) -> set[tuple[str, int]]:
    """Return (chain, rule number) of jumps that close a circle or go too deep; iterative, since files may be hostile."""
    found: set[tuple[str, int]] = set()
    height: dict[str, int] = {}
    for start in jumps:
        _visit(start, jumps, height, found)
    return found


def reached(bases: Iterable[str], jumps: Jumps, cut: set[tuple[str, int]]) -> dict[str, frozenset[str]]:
    """Return, by chain, the base chains from which it can be reached."""
    found: dict[str, set[str]] = {name: set() for name in jumps}
    for base in bases:
        stack = [base] if base in jumps else []
        while stack:
            name = stack.pop()
            if base not in found[name]:
                found[name].add(base)
                stack += [target for number, target in jumps[name] if (name, number) not in cut]
    return {name: frozenset(bases_of) for name, bases_of in found.items()}


def _visit(start: str, jumps: Jumps, height: dict[str, int], cut: set[tuple[str, int]]) -> None:
    """Give every chain below `start` its height, cutting jumps to chains that are still open or too high."""
    if start in height:
        return
    open_chains = {start: 0}
    stack = [(start, iter(jumps[start]), 0)]
    while stack:
        name, rest, came_by = stack[-1]
        for number, target in rest:
            if target in open_chains or height.get(target, 0) >= DEEPEST:
                cut.add((name, number))
            elif target in height:
                open_chains[name] = max(open_chains[name], height[target])
            else:
                open_chains[target] = 0
                stack.append((target, iter(jumps[target]), number))
                break
        else:
            stack.pop()
            height[name] = open_chains.pop(name) + 1
            if stack:
                above = stack[-1][0]
                if height[name] >= DEEPEST:
                    cut.add((above, came_by))
                else:
                    open_chains[above] = max(open_chains[above], height[name])
