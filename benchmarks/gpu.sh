#!/usr/bin/env bash
# The example on a GPU against the CPU beside it, the tests marked gpu, and how fast a DNABERT-2 of the
# published size (made there, seeded) and a CNN are, and where the time of a batch goes (gpu_kernels.py, in
# what is left of the time); at most eight minutes.
#   benchmarks/gpu.sh --pack DIR                      with pip and a registry: wheels for the other machine
#   benchmarks/gpu.sh [--wheels DIR] [--out FILE]     there, without a network; JSON in FILE (out/gpu.json)
# PYTHON: an interpreter that has torch and transformers (python3). GTRACK_GPU_PYTHON: its version, for
# --pack (3.12). GTRACK_GPU_DEVICE=cpu rehearses everything with the CPU in the GPU's place.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
most=64 # MiB, what may be carried
wheels="" out=out/gpu.json pack=""
while [ $# -gt 0 ]; do
  case "$1" in
    --pack) pack=$2 ;;
    --wheels) wheels=$2 ;;
    --out) out=$2 ;;
    *) echo "gpu.sh: $1: give --pack DIR, or --wheels DIR and --out FILE" >&2; exit 2 ;;
  esac
  shift 2
done

if [ -n "$pack" ]; then
  mkdir -p "$pack"
  pinned() { for name in "$@"; do cat requirements/*.lock | sed -n "s/^\($name==[^ ]*\).*/\1/Ip" | head -1; done; }
  platforms=$(for tag in 2014 1 _2_17 _2_24 _2_27 _2_28 _2_31 _2_34; do echo --platform "manylinux${tag}_x86_64"; done)
  # shellcheck disable=SC2046,SC2086
  "$python" -m pip download --quiet --no-deps --only-binary=:all: --dest "$pack" \
    --python-version "${GTRACK_GPU_PYTHON:-3.12}" --implementation cp $platforms \
    $(pinned pyBigWig pybigtools pyfaidx deflate jsonschema jsonschema-specifications referencing \
      rpds-py attrs filelock pytest-timeout)
  # shellcheck disable=SC2046
  "$python" -m pip wheel --quiet --no-deps --wheel-dir "$pack" $(pinned lxt) # has no wheel of its own
  size=$(du -sm "$pack" | cut -f1)
  echo "$pack: $size MiB"
  [ "$size" -le "$most" ] || { echo "gpu.sh: more than $most MiB" >&2; exit 1; }
  exit 0
fi

site=$(mktemp -d)
trap 'rm -rf "$site"' EXIT
if [ -n "$wheels" ]; then # beside what the machine has: a venv would not see another venv's torch
  "$python" -m pip install --quiet --no-index --no-deps --no-compile --target "$site" "$wheels"/*.whl
fi
version=$("$python" -c 'import gtrack; print(gtrack.__version__)') # of this folder, where it runs
mkdir "$site/gtrack-$version.dist-info" # gtrack runs from this folder, and says its version
printf 'Metadata-Version: 2.1\nName: gtrack\nVersion: %s\n' "$version" >"$site/gtrack-$version.dist-info/METADATA"
limit=470 # seconds; a rehearsal may take its time
[ "${GTRACK_GPU_DEVICE:-cuda}" != cpu ] || limit=3600
PYTHONPATH="$PWD:$site${PYTHONPATH:+:$PYTHONPATH}" timeout "$limit" "$python" benchmarks/gpu_compare.py \
  --device "${GTRACK_GPU_DEVICE:-cuda}" --out "$out" --seconds $((limit - 10))
