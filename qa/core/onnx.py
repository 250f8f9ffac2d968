"""Models that lie in this package: their files checked, their graphs run by ONNX Runtime on the processor."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from qa.core.errors import ModelUnavailable

THREADS = 2
WEIGHTS = Path(__file__).parent.parent / "weights"  # a folder a model


def check(folder: Path) -> None:
    """Raise ModelUnavailable when a file is missing or is not the one that was shipped."""
    try:
        sums = json.loads((folder / "checksums.json").read_text("utf-8"))
        found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sums}
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"The model in {folder} is not whole: {error}. Reinstall groundwire.") from error
    wrong = [name for name, sum in sums.items() if found[name] != sum]
    if wrong:
        raise ModelUnavailable(f"{folder / wrong[0]} is not the file that was shipped. Reinstall groundwire.")


def session(file: Path) -> Any:
    """Return a loaded graph; safe to run from many threads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(THREADS, os.cpu_count() or 1)
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # leaves the processor to others
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
