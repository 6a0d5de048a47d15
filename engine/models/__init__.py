"""Weights on llama.cpp: found, re-encoded, loaded and run."""

import os

# llama.cpp's threads wait for each other many times per token, and GNU OpenMP lets a waiting thread spin for
# milliseconds. With anything else on the machine the one they wait for then does not get a core: a round of 2 s was
# seen to take 60 s beside other work. After a short spin they sleep instead, at no cost that could be measured on an
# idle machine (docs/models.md). Read once when the library is loaded, so it is set before anything here imports it.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
