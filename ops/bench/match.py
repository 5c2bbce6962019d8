"""Who is who on labelled pairs of people with the errors people make: linked, proposed, missed, and linked wrongly.

    python ops/bench/match.py --pairs 5000 --seed 7 [--json]

All pairs are thrown into one school, so that everybody may be taken for everybody. Exit code 1 when a link is wrong or
fewer than 97 of 100 true pairs are linked or proposed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "facts"))

from labelled_people import Score, labelled, scores

from mappings.people.engine import match

ENOUGH = 0.97


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    pairs = labelled(asked.pairs, asked.seed)
    started = time.perf_counter()
    verdict = match([pair.ours for pair in pairs], [pair.theirs for pair in pairs])
    seconds = time.perf_counter() - started
    links = {(link.ours, link.theirs) for link in verdict.links}
    proposals = {(one.ours, one.theirs) for question in verdict.questions for one in question.candidates}
    table = scores(pairs, links, proposals)
    total = Score(**{name: sum(getattr(row, name) for row in table.values()) for name in asdict(Score())})
    told = (total.linked + total.proposed) / total.true
    if asked.json:
        rows = {kind: asdict(row) for kind, row in table.items()}
        print(json.dumps({"seconds": round(seconds, 3), "found": told, "total": asdict(total), "kinds": rows}))
    else:
        show({**table, "all": total})
        print(
            f"\n{told:.2%} of {total.true} true pairs linked or proposed, {total.linked_wrong} wrong links, "
            f"{total.proposed_wrong} proposals beside the truth; {seconds:.2f} s"
        )
    return 1 if total.linked_wrong or told < ENOUGH else 0


def show(table: dict[str, Score]) -> None:
    names = list(asdict(Score()))
    print("  ".join([f"{'kind':<20}", *(f"{name:>14}" for name in names)]))
    for kind, row in table.items():
        print("  ".join([f"{kind:<20}", *(f"{getattr(row, name):>14}" for name in names)]))


if __name__ == "__main__":
    sys.exit(main())
