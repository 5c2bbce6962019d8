"""The Merkle tree of RFC 6962: roots and proofs over leaf hashes. Pure: bytes in, bytes out.

A tree is never held whole. `Frontier` keeps only the roots of the complete subtrees that make up the leaves so far
(one for each set bit of the size), which is all that appending needs: O(log n) memory and work.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 || leaf), RFC 6962 §2.1."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), RFC 6962 §2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The roots of the complete subtrees of a tree of `size` leaves, largest (leftmost) first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        """The frontier with one more leaf hash; its last peak is the largest complete subtree that ends there."""
        peaks, peak = list(self.peaks), leaf
        size = self.size
        while size & 1:
            peak = node_hash(peaks.pop(), peak)
            size >>= 1
        return Frontier(self.size + 1, (*peaks, peak))

    @property
    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        *rest, tree = self.peaks
        for peak in reversed(rest):
            tree = node_hash(peak, tree)
        return tree


def peak_ends(size: int) -> tuple[int, ...]:
    """The tree sizes at which each peak of a frontier of `size` was completed, e.g. 6 → (4, 6)."""
    ends, end = [], 0
    for bit in range(size.bit_length() - 1, -1, -1):
        if size >> bit & 1:
            end += 1 << bit
            ends.append(end)
    return tuple(ends)


def root(leaves: Sequence[bytes]) -> bytes:
    """The tree head over these leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    return frontier.root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """PATH(index, leaves) of RFC 6962 §2.1.1; raises IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root(leaves[:split])]


def consistency_proof(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """PROOF(size, leaves) of RFC 6962 §2.1.2: that the first `size` leaves are unchanged; raises IndexError."""
    if not 0 < size <= len(leaves):
        raise IndexError(size)
    return _subproof(leaves, size, whole=True)


def _subproof(leaves: Sequence[bytes], size: int, *, whole: bool) -> list[bytes]:
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    if size <= split:
        return [*_subproof(leaves[:split], size, whole=whole), root(leaves[split:])]
    return [*_subproof(leaves[split:], size - split, whole=False), root(leaves[:split])]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], tree_root: bytes) -> bool:
    """True when `proof` shows that leaf hash `leaf` is number `index` of the tree of `size` with that root."""
    if not 0 <= index < size or len(leaf) != HASH_BYTES:
        return False
    inner, border = _path_lengths(index, size)
    if len(proof) != inner + border:
        return False
    return _climb_border(_climb(leaf, proof[:inner], index), proof[inner:]) == tree_root


def verify_consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> bool:
    """True when `proof` shows that the tree (size2, root2) begins with the tree (size1, root1).

    An empty first tree proves nothing, so it is never accepted.
    """
    if not 0 < size1 <= size2:
        return False
    if size1 == size2:
        return not proof and root1 == root2
    if not proof:
        return False
    shift = (size1 & -size1).bit_length() - 1
    inner, border = _path_lengths(size1 - 1, size2)
    inner -= shift
    # A first tree that is one complete subtree is its own seed: the proof leaves it out.
    seed, rest = (root1, proof) if size1 == 1 << shift else (proof[0], proof[1:])
    if len(rest) != inner + border:
        return False
    path = size1 - 1 >> shift
    old = _climb_border(_climb_right(seed, rest[:inner], path), rest[inner:])
    new = _climb_border(_climb(seed, rest[:inner], path), rest[inner:])
    return old == root1 and new == root2


def _path_lengths(index: int, size: int) -> tuple[int, int]:
    """How many proof nodes lie inside the last common subtree, and how many on the tree's right border."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _climb(seed: bytes, proof: Sequence[bytes], path: int) -> bytes:
    for level, sibling in enumerate(proof):
        seed = node_hash(sibling, seed) if path >> level & 1 else node_hash(seed, sibling)
    return seed


def _climb_right(seed: bytes, proof: Sequence[bytes], path: int) -> bytes:
    for level, sibling in enumerate(proof):
        if path >> level & 1:
            seed = node_hash(sibling, seed)
    return seed


def _climb_border(seed: bytes, proof: Sequence[bytes]) -> bytes:
    for sibling in proof:
        seed = node_hash(sibling, seed)
    return seed
