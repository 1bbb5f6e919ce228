# What all verbs share: places, messages, the process list. Sourced by ../dev, which has set `top`.
# shellcheck shell=bash
# shellcheck disable=SC2034 # The parts use what is set here.

HEIMO_DIR=$(realpath -m "${HEIMO_DIR:-$top/.heimo}")
HEIMO_PORT=${HEIMO_PORT:-8080}
preset=${HEIMO_PRESET:-release}
tools=$top/.heimo-tools
cores=$(nproc)

mapfile -t services < <(sed '/^#/d;/^$/d' "$top/.dev/services")

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

say() {
  echo "$bold$*$plain" >&2
}

die() {
  echo "dev: $*" >&2
  exit 1
}

# as_root COMMAND…: through sudo unless we are root.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root or sudo: $*"
  fi
}

# hash_of FILE…: one hash of names and contents.
hash_of() {
  sha256sum -- "$@" | sha256sum | cut -d' ' -f1
}

# quietly FILE COMMAND…: output goes to FILE and is shown when the command fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null || {
    local code=$?
    cat "$log" >&2
    return $code
  }
}
