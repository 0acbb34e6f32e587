"""The child process: `python -I worker.py JOB`, started by sandbox.run and by nothing else.

It imports what it will need, confines itself for good, only then looks at the input, and
answers with JSON on the result pipe, an object a line: what the container told, if it looked
(`evidence`), then the answer or why there is none.
"""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

UNCONFINED_EXIT = 77
DETAIL_LIMIT = 2000


def main() -> int:
    job = json.loads(sys.argv[1])
    # Where numpy is loaded, its algebra must not start threads: they could not be confined.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    try:
        from footage.media import confinement, probing, rendering
        from footage.media.unplayable import Unplayable

        probing.warm_up()
        for name in _more_for(job):
            importlib.import_module(f"footage.media.{name}")
        program = job["request"].get("program")
        # Reachable by descriptor after the change of user, wherever it is installed.
        program_fd = os.open(program, os.O_PATH | os.O_CLOEXEC) if program else -1
        if job["out_dir"]:
            os.chdir(job["out_dir"])
        os.set_inheritable(job["result"], False)
        limits = confinement.Limits(**job["limits"])
        on = confinement.confine(limits, job["parent"], job["out_dir"], program)
    except Exception:  # whatever is missing here, it is not the fault of the file
        traceback.print_exc()
        return UNCONFINED_EXIT
    if sum(on[name] for name in confinement.KERNEL_LAYERS) < 2:
        print("layers:", json.dumps(on), file=sys.stderr)
        return UNCONFINED_EXIT

    reply: dict[str, Any]
    try:
        if job["verb"] == "layers":
            answer = on
        elif job["verb"] == "probe":
            answer = probing.probe(
                job["input"], lambda told: _send(job["result"], {"evidence": told.to_json()})
            )
        elif job["verb"] == "still":
            answer = rendering.render_still(job["input"], **job["request"])
        elif job["verb"] == "strip":
            answer = rendering.render_strip(job["input"], **job["request"])
        elif job["verb"] == "waveform":
            from footage.media import loudness

            answer = loudness.peaks(job["input"], **job["request"])
        elif job["verb"] == "hashes":
            from footage.media import hashing

            answer = hashing.hashes(job["input"], **job["request"])
        elif job["verb"] == "credentials":
            from footage.media import credentials

            answer = credentials.read(job["input"])
        elif job["verb"] == "encode":
            _send(job["result"], {"answer": {}})
            confinement.become(program_fd, job["request"]["arguments"])
        else:
            raise ValueError(job["verb"])
        reply = {"answer": answer}
    except Unplayable as error:
        told = error.probe.to_json() if error.probe else None
        reply = {"unplayable": error.code, "detail": error.detail, "evidence": told}
    except MemoryError as error:
        detail = str(error)[:DETAIL_LIMIT]
        reply = {"unplayable": "too-much-memory", "detail": detail, "evidence": None}
    _send(job["result"], reply)
    # Skips destructors: a library that crashes while tidying up must not spoil the answer.
    os._exit(0)


def _more_for(job: dict[str, Any]) -> list[str]:
    """Modules that few jobs need and that are slow to load: those with numpy, or large."""
    slow = {"waveform": ["loudness"], "credentials": ["credentials"], "hashes": ["hashing"]}
    if job["verb"] in slow:
        return slow[job["verb"]]
    return ["colours"] if job["request"].get("colour") in ("hlg", "pq") else []


def _send(descriptor: int, reply: dict[str, Any]) -> None:
    data = json.dumps(reply, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    while data:
        data = data[os.write(descriptor, data) :]


if __name__ == "__main__":
    sys.exit(main())
