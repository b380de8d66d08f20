"""`make bench`: the benchmarks, all of them or those named, each printed as ratios from one run."""

import sys

import torch

from benchmarks import analysis, memory, phi3, picture, planning, precision, scale, speed, terminal, vision

ALL = {
    "speed": speed,
    "memory": memory,
    "scale": scale,
    "precision": precision,
    "planning": planning,
    "phi3": phi3,
    "terminal": terminal,
    "analysis": analysis,
    "vision": vision,
}


def main(names):
    if names[:1] and names[0] in (named := {**ALL, "picture": picture}):
        named[names[0]].main(*names[1:])
        return
    if names:
        sys.exit(f"no benchmark {names[0]!r}; there are {', '.join(ALL)}")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads; smaller is better but for ×")
    for benchmark in ALL.values():
        benchmark.main()


if __name__ == "__main__":
    main(sys.argv[1:])
