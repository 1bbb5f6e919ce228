# Builds the programs, with one of the presets, and the web application.
# shellcheck shell=bash

# configure PRESET: also after a CMakeLists.txt has changed.
configure() {
  if [ -f "$top/build/$1/build.ninja" ]; then
    quietly "$top/build/log/cmake-$1.log" ninja -C "$top/build/$1" build.ninja
  else
    quietly "$top/build/log/cmake-$1.log" cmake -S "$top" -B "$top/build/$1" -G Ninja -DHEIMO_PRESET="$1"
  fi
}

# build_programs PRESET [TARGET…]: with a terminal the progress is seen, without one only what fails. One at a time in
# each folder: lint runs beside the layers of the tests.
build_programs() {
  local name=$1 lock code=0
  shift
  mkdir -p "$top/build/log"
  exec {lock}>"$top/build/.$name.lock"
  flock "$lock"
  configure "$name" || code=$?
  if [ "$code" -ne 0 ]; then
    :
  elif [ -t 1 ]; then
    ninja -C "$top/build/$name" "$@" || code=$?
  else
    quietly "$top/build/log/build-$name.log" ninja -C "$top/build/$name" "$@" || code=$?
  fi
  exec {lock}>&-
  return "$code"
}

# What the set consists of: tests are not built for a run.
build_set() {
  build_programs "$1" heimo-gateway heimo-keys heimoctl "${services[@]/#/heimo-}"
}

web_files() {
  git -C "$top" ls-files -z --cached --others --exclude-standard gateway/web 2>/dev/null ||
    find "$top/gateway/web" \( -name node_modules -o -name dist \) -prune -o -type f -print0
}

# The web application is built again when one of its files or the contract has changed.
build_web() {
  local web=$top/gateway/web contract=$top/build/$1/gen/openapi.json hash
  [ -f "$web/package.json" ] && [ -f "$contract" ] || return 0
  hash=$(cd "$top" && { web_files | xargs -0 sha256sum; sha256sum <"$contract"; } 2>/dev/null | sha256sum)
  [ ! -f "$web/dist/index.html" ] || [ "$(cat "$top/build/.web" 2>/dev/null)" != "$hash" ] || return 0
  say "building the web application"
  # Within a test NODE_ENV says so, and React would be built for development.
  HEIMO_OPENAPI=$contract quietly "$top/build/log/web.log" env -u NODE_ENV npm --prefix "$web" run build
  echo "$hash" >"$top/build/.web"
}

# verb_build [PRESET|set]: `set` is what a run needs, without the tests.
verb_build() {
  local name=${1:-$preset}
  [ "$name" = set ] || [ -f "$top/.cmake/presets/$name.cmake" ] || die "no preset $name: release, debug, tsan, fuzz or coverage"
  verb_deps run
  if [ "$name" = set ]; then
    build_set release
    build_web release
    return 0
  fi
  build_programs "$name"
  case $name in release | debug) build_web "$name" ;; esac
}
