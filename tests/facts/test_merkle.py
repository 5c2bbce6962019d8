"""The RFC 6962 tree, against vectors nobody here wrote and against the RFC's own recursive definition."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state import merkle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(65)]
SIZES = st.integers(1, len(LEAVES))


def _cases(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for place in sorted(folder.rglob("*.json")):
        yield str(place.relative_to(folder)), json.loads(place.read_bytes())


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


@pytest.fixture(scope="module")
def core(vectors: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((vectors / "core-vectors.json").read_bytes())
    return loaded


def test_roots_of_the_reference_tree(core: dict[str, Any]) -> None:
    """Every prefix of the Certificate Transparency reference leaves has the published root."""
    leaves = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in core["rfc6962_roots"]["leaves_hex"]]
    for size, root in enumerate(core["rfc6962_roots"]["roots_hex_by_size"]):
        assert merkle.root(leaves[:size]).hex() == root


def test_hashes_of_the_reference_hasher(core: dict[str, Any]) -> None:
    """Leaves and nodes are hashed apart, and nothing has a hash too."""
    hasher = core["hasher"]
    assert merkle.EMPTY_ROOT.hex() == hasher["empty_root"]
    assert merkle.leaf_hash(b"").hex() == hasher["empty_leaf"]
    assert merkle.leaf_hash(b"L123456").hex() == hasher["leaf_L123456"]
    assert merkle.node_hash(b"N123", b"N456").hex() == hasher["node_N123_N456"]


def test_inclusion_vectors(vectors: Path) -> None:
    """Each published inclusion proof is accepted or refused as published."""
    seen = 0
    for name, case in _cases(vectors / "rfc6962/testdata/inclusion"):
        proof = [_bytes(node) for node in case["proof"] or []]
        accepted = merkle.verify_inclusion(
            case["leafIdx"], case["treeSize"], _bytes(case["leafHash"]), proof, _bytes(case["root"])
        )
        assert accepted is not case["wantErr"], name
        seen += 1
    assert seen > 90


def test_consistency_vectors(vectors: Path) -> None:
    """Each published consistency proof is accepted or refused as published."""
    seen = 0
    for name, case in _cases(vectors / "rfc6962/testdata/consistency"):
        proof = [_bytes(node) for node in case["proof"] or []]
        accepted = merkle.verify_consistency(
            case["size1"], case["size2"], _bytes(case["root1"]), _bytes(case["root2"]), proof
        )
        assert accepted is not case["wantErr"], name
        seen += 1
    assert seen > 90


def _by_definition(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(_by_definition(leaves[:split]), _by_definition(leaves[split:]))


def test_a_frontier_gives_the_root_of_every_size() -> None:
    """Appending one by one, in logarithmic memory, never departs from the definition."""
    frontier = merkle.Frontier()
    for size, leaf in enumerate(LEAVES):
        assert frontier.root == _by_definition(LEAVES[:size])
        assert len(frontier.peaks) == size.bit_count()
        frontier = frontier.append(leaf)


def test_a_frontier_is_rebuilt_from_one_subtree_per_peak() -> None:
    """The last peak after each append, kept per leaf, is all that is needed to go on later."""
    kept: list[bytes] = []
    frontier = merkle.Frontier()
    for leaf in LEAVES:
        frontier = frontier.append(leaf)
        kept.append(frontier.peaks[-1])
        ends = merkle.peak_ends(frontier.size)
        assert merkle.Frontier(frontier.size, tuple(kept[end - 1] for end in ends)) == frontier
    assert merkle.peak_ends(6) == (4, 6)


@given(SIZES, st.data())
def test_every_leaf_has_a_proof_that_fits_only_it(size: int, data: st.DataObject) -> None:
    """A made proof verifies for its leaf and number, and for no other."""
    index = data.draw(st.integers(0, size - 1))
    leaves = LEAVES[:size]
    root, proof = merkle.root(leaves), merkle.inclusion_proof(leaves, index)
    assert merkle.verify_inclusion(index, size, leaves[index], proof, root)
    other = data.draw(st.integers(0, size))
    if other != index:
        assert not merkle.verify_inclusion(other, size, leaves[index], proof, root)
        assert not merkle.verify_inclusion(index, size, merkle.leaf_hash(b"other"), proof, root)


@given(SIZES, st.data())
def test_every_earlier_tree_is_a_beginning_of_the_later(size: int, data: st.DataObject) -> None:
    """A made proof verifies, and fails when any earlier leaf was edited."""
    earlier = data.draw(st.integers(1, size))
    leaves = LEAVES[:size]
    old, new = merkle.root(leaves[:earlier]), merkle.root(leaves)
    assert merkle.verify_consistency(earlier, size, old, new, merkle.consistency_proof(leaves, earlier))
    edited = list(leaves)
    edited[data.draw(st.integers(0, earlier - 1))] = merkle.leaf_hash(b"edited")
    proof = merkle.consistency_proof(edited, earlier)
    assert not merkle.verify_consistency(earlier, size, old, merkle.root(edited), proof)


@pytest.mark.parametrize(("size", "number"), [(0, 0), (3, 3), (3, -1)])
def test_no_proof_outside_the_tree(size: int, number: int) -> None:
    """A leaf that is not there has no proof, neither has a beginning longer than the tree."""
    with pytest.raises(IndexError):
        merkle.inclusion_proof(LEAVES[:size], number)
    with pytest.raises(IndexError):
        merkle.consistency_proof(LEAVES[:size], number + 1 if number > 0 else number)
