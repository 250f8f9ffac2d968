"""`python -m qa.probe FOLDER`: open a Chroma folder, look passages up by their own vectors, print all ids.

Runs as a child of `vectors.probe`, which limits its time. Reads [[id, vector], ...] from standard input.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from qa.types import Filters
from qa.vectors import ChromaVectors

NEIGHBOURS = 50  # equal texts have equal vectors: a passage may be found behind its copies


def main() -> int:
    vectors = ChromaVectors.open(Path(sys.argv[1]))
    ids = vectors.ids()
    for id, vector in json.load(sys.stdin):
        if id in ids and id not in vectors.search(np.array(vector, np.float32), NEIGHBOURS, Filters()):
            print(f"passage {id} is not found by its own vector", file=sys.stderr)
            return 3
    print(json.dumps(sorted(ids)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
