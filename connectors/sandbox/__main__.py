"""`python -m connectors.sandbox --port 0 --seed 7`: the emulated diary as a process."""

from __future__ import annotations

import argparse

from connectors.sandbox.server import LOOPBACK, serve


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m connectors.sandbox", description="An emulated hosted diary.")
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    serve(options.host, options.port, options.seed)


if __name__ == "__main__":
    main()
