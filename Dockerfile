# gtrack in an image: docker build -t gtrack . && docker run -v "$PWD:/data" gtrack scan ...
# Linted with hadolint (make recipes). Not built so far: no Docker engine ran where
# this was written.
FROM python:3.11-slim AS wheel
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --no-install-recommends -y nodejs npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /gtrack
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheel .

FROM python:3.11-slim
# TORCH: what pip is told to install as torch; its CPU build is a tenth of the default one for x86-64:
#   --build-arg TORCH="torch==2.13.0+cpu --index-url ADDRESS", with the address that PyTorch gives
ARG TORCH="--requirement torch.txt"
WORKDIR /locks
COPY requirements/torch.txt requirements/run.lock ./
# torch comes with what its build needs (CUDA, where it has it), and the lock puts right what it holds.
# hadolint ignore=DL3013,SC2086
RUN pip install --no-cache-dir ${TORCH} \
    && pip install --no-cache-dir --no-deps --require-hashes --requirement run.lock
RUN --mount=type=bind,from=wheel,source=/wheel,target=/wheel \
    pip install --no-cache-dir --no-deps /wheel/*.whl && useradd --create-home --uid 1000 user
# bedtools: for gtrack evaluate --annotation.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --no-install-recommends -y bedtools \
    && rm -rf /var/lib/apt/lists/*
USER 1000
WORKDIR /data
ENTRYPOINT ["gtrack"]
