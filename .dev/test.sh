# The tests, layer by layer. A layer is a function that prints what it does and ends with `count PASSED FAILED`, or with
# `absent WHY` when there is nothing to run: that is told in the summary and never counted as passed.
# shellcheck shell=bash

test_layers=(lint unit model tsan fuzz demo web_unit api web chaos container)
long=${HEIMO_LONG:-}

count() {
  echo "$1 $2" >"${HEIMO_RESULT:-/dev/stdout}"
}

absent() {
  echo "absent $*" >"${HEIMO_RESULT:-/dev/stdout}"
}

# run_ctest PRESET ARGUMENTS…
run_ctest() {
  local output name=$1
  shift
  output=$(ctest --test-dir "$top/build/$name" --output-on-failure -j "$cores" "$@" 2>&1) || true
  echo "$output"
  # "97% tests passed, 1 tests failed out of 34"
  [[ $output =~ ([0-9]+)\ tests\ failed\ out\ of\ ([0-9]+) ]] || return 1
  count $((BASH_REMATCH[2] - BASH_REMATCH[1])) "${BASH_REMATCH[1]}"
}

# run_vitest FOLDER ARGUMENTS…
run_vitest() {
  local folder=$1 report
  report=$(mktemp)
  shift
  (cd "$top/$folder" && npx vitest run --reporter=default --reporter=json --outputFile="$report" "$@") || true
  # shellcheck disable=SC2046 # Two numbers.
  count $(node -e 'const r = JSON.parse (require ("fs").readFileSync (process.argv[1]));
    console.log (r.numPassedTests, r.numFailedTests + (r.success || r.numFailedTests ? 0 : 1))' "$report")
  rm -f "$report"
}

layer_lint() {
  local check failed=0
  for check in "${lint_checks[@]}"; do verb_lint "$check" || failed=$((failed + 1)); done
  count $((${#lint_checks[@]} - failed)) "$failed"
}

layer_unit() {
  build_programs debug && run_ctest debug
}

# model_tests: the slow model's own tests, as "passed failed".
model_tests() {
  local output ran failed=0
  output=$(cd "$top/tests/model" && python3 -m unittest -v 2>&1) || true
  echo "$output" >&2
  # "Ran 88 tests in 41.658s", then "OK" or "FAILED (failures=1, errors=2)"
  [[ $output =~ Ran\ ([0-9]+)\ tests ]] || { echo 0 1; return; }
  ran=${BASH_REMATCH[1]}
  while [[ $output =~ (failures|errors)=([0-9]+)(.*) ]]; do
    failed=$((failed + BASH_REMATCH[2])) output=${BASH_REMATCH[3]}
  done
  echo $((ran - failed)) "$failed"
}

# judge COMMAND PRESET WORLDS ARGUMENTS…: random worlds of the slow model against a program with its options, half of
# them on each core. One test.
judge() {
  local command preset=$2 share=$(($3 / 2)) shard shards=() good=yes
  read -ra command <<<"$1"
  shift 3
  build_programs "$preset" "${command[0]}"
  for shard in 0 1; do
    # Above the seeds that people try by hand.
    python3 "$top/tests/model/generate.py" --seed $((100001 + shard * share)) --worlds "$share" "$@" |
      HEIMO_SOURCE_DIR=$top "$top/build/$preset/bin/${command[0]}" "${command[@]:1}" &
    shards+=($!)
  done
  for shard in "${shards[@]}"; do wait "$shard" || good=no; done
  if [ "$good" = yes ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# The slow model of the hierarchy engine, and engine and service judged by it.
layer_model() {
  local passed failed preset=debug worlds=300
  if [ -n "$long" ]; then preset=release worlds=10000; fi
  read -r passed failed < <(model_tests)
  judge judge_engine "$preset" "$worlds" --rows
  judge 'judge_service --why' "$preset" "$worlds"
  count "$passed" "$failed"
}

# What runs in threads, under the thread sanitizer: the tests that carry the label.
layer_tsan() {
  local tests
  configure tsan
  mapfile -t tests < <(ctest --test-dir "$top/build/tsan" -N -L tsan | sed -n 's/^ *Test *#[0-9]*: //p')
  [ ${#tests[@]} -gt 0 ] || { absent 'no test has the label tsan'; return 0; }
  build_programs tsan "${tests[@]}" && run_ctest tsan -L tsan
}

fuzz_targets() {
  ninja -C "$top/build/fuzz" -t targets all | sed -n 's,^\(fuzz/[a-z0-9_]*\):.*,\1,p' | sort -u
}

# fuzz_one TARGET SECONDS: new inputs go to build/, the corpus in tests/fuzz stays as it is.
fuzz_one() {
  local name=${1#fuzz/} found
  found=$top/build/fuzz/found/$name
  mkdir -p "$found"
  "$top/build/fuzz/$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="$found/crash-" "$found" "$top/tests/fuzz/${name%_fuzz}/corpus"
}

# Every target for some seconds, one on each core; the output of those that found something.
fuzz_all() {
  local target targets failed broken
  configure fuzz
  mapfile -t targets < <(fuzz_targets)
  build_programs fuzz "${targets[@]}"
  broken=$(mktemp -d)
  for target in "${targets[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$cores" ]; do wait -n || true; done
    echo "== $target"
    fuzz_one "$target" "$1" >"$top/build/log/fuzz-${target#fuzz/}.log" 2>&1 || touch "$broken/${target#fuzz/}" &
  done
  wait
  for target in "$broken"/*; do
    [ ! -e "$target" ] || cat "$top/build/log/fuzz-${target##*/}.log"
  done
  failed=$(find "$broken" -type f | wc -l)
  rm -r "$broken"
  fuzz_passed=$((${#targets[@]} - failed)) fuzz_failed=$failed
}

layer_fuzz() {
  local seconds=10
  if [ -n "$long" ]; then seconds=60; fi
  fuzz_all "$seconds"
  count "$fuzz_passed" "$fuzz_failed"
}

verb_fuzz() {
  fuzz_all "${1:-60}"
  [ "$fuzz_failed" -eq 0 ]
}

layer_demo() {
  run_vitest tests demo
}

layer_web_unit() {
  [ -f "$top/gateway/web/package.json" ] || { absent 'gateway/web is not there'; return 0; }
  build_programs debug && build_web debug && npm --prefix "$top/gateway/web" run check && run_vitest gateway/web
}

free_port() {
  local port
  while port=$((20000 + RANDOM)); (exec 8<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# with_set PEOPLE COMMAND…: in front of a whole set of its own, with HEIMO_URL telling where.
with_set() {
  local people=$1
  shift
  HEIMO_DIR=$(mktemp -d /tmp/heimo-test.XXXXXX)
  HEIMO_PORT=$(free_port)
  chmod 0711 "$HEIMO_DIR"
  # The tests are one client that asks more than a person would.
  export HEIMO_DIR HEIMO_PORT HEIMO_URL="http://127.0.0.1:$HEIMO_PORT" HEIMO_RATE=0 HEIMO_CALLS_PER_CLIENT=0
  trap 'verb_stop; rm -rf "$HEIMO_DIR"' EXIT
  verb_run --detach --demo "$people"
  trap 'verb_stop; rm -rf "$HEIMO_DIR"' EXIT
  [ -f "$HEIMO_DIR/demo/loaded" ] || die "the demo could not be loaded"
  "$@"
}

layer_api() {
  [ -d "$top/tests/api" ] || { absent 'tests/api is not there'; return 0; }
  with_set 2000 run_vitest tests api
}

layer_web() {
  compgen -G "$top/tests/web/*.test.*" >/dev/null || { absent 'tests/web has no tests'; return 0; }
  with_set 2000 run_vitest tests web
}

layer_chaos() {
  [ -x "$top/tests/chaos/run" ] || { absent 'tests/chaos/run is not there'; return 0; }
  local seconds=60 last
  if [ -n "$long" ]; then seconds=600; fi
  last=$(verb_chaos --seconds "$seconds" | tee /dev/stderr | tail -n 1) || true
  [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]] && count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

layer_container() {
  [ -x "$top/docker/test" ] || { absent 'docker/test is not there'; return 0; }
  [ -n "${HEIMO_CONTAINER_TEST:-}" ] || { absent 'asks for HEIMO_CONTAINER_TEST=yes'; return 0; }
  "$top/docker/test" && count 1 0
}

# One layer, in a process of its own, so that the first command that fails ends it.
verb_layer() {
  "layer_$1"
}

# carry_out NAME: the layer with its output in its log, then its exit status and seconds.
carry_out() {
  local log=$top/build/log/test-$1 begin=$SECONDS code=0
  rm -f "$log.result" "$log.end"
  HEIMO_RESULT=$log.result HEIMO_LONG=$long "$top/dev" layer "$1" >"$log.log" 2>&1 </dev/null || code=$?
  echo "$code $((SECONDS - begin))" >"$log.end"
}

# report NAME: one line for the summary; the log is shown when something failed.
report() {
  local name=$1 log=$top/build/log/test-$1 passed=0 failed=0 note='' code seconds
  read -r code seconds <"$log.end"
  if grep -q '^absent' "$log.result" 2>/dev/null; then
    note="not run: $(cut -d' ' -f2- "$log.result")"
  else
    read -r passed failed 2>/dev/null <"$log.result" || { passed=0 failed=1; }
    [ "$code" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
    [ $((passed + failed)) -gt 0 ] || failed=1
  fi
  if [ "$failed" -gt 0 ]; then tail -n 300 "$log.log"; fi
  total_passed=$((total_passed + passed)) total_failed=$((total_failed + failed))
  summary+=("$(printf '%-10s %5d passed %4d failed %5d s  %s' "$name" "$passed" "$failed" "$seconds" "$note")")
}

# run_layers NAME…: one after another, with lint beside them in the time that they leave: it reads sources only, and has
# a build folder of its own.
run_layers() {
  local layer lint=''
  for layer in "$@"; do
    if [ "$layer" = lint ] && [ $# -gt 1 ]; then
      say "== lint, beside the others"
      { renice -n 10 -p "$BASHPID" >/dev/null; carry_out lint; } &
      lint=$!
    else
      say "== $layer"
      carry_out "$layer"
      report "$layer"
    fi
  done
  [ -z "$lint" ] || { wait "$lint" || true; report lint; }
}

# verb_test [--long] [LAYER…]
verb_test() {
  local layer layers=() summary=() total_passed=0 total_failed=0
  while [ $# -gt 0 ]; do
    case $1 in --long) long=yes ;; *) declare -F "layer_$1" >/dev/null || die "no layer $1: ${test_layers[*]}"; layers+=("$1") ;; esac
    shift
  done
  [ ${#layers[@]} -gt 0 ] || layers=("${test_layers[@]}")
  verb_deps
  mkdir -p "$top/build/log"
  run_layers "${layers[@]}"
  printf '\n'
  printf '%s\n' "${summary[@]}"
  echo "$total_passed passed, $total_failed failed"
  [ "$total_failed" -eq 0 ]
}

# hand_over FOLDER ARGUMENTS…: bench and chaos are programs of their own.
hand_over() {
  local program=$top/tests/$1/run
  shift
  [ -x "$program" ] || die "$program is not there"
  verb_deps run
  build_set release
  "$program" "$@"
}

verb_bench() {
  verb_deps run
  build_programs release event_writes bus_echo hello_http hierarchy_figures
  hand_over bench "$@"
}

verb_chaos() {
  hand_over chaos "$@"
}

# verb_keys DIR: CURVE keys of all processes, for tcp.
verb_keys() {
  local folder=${1:?keys needs a folder}
  build_set release
  "$top/build/release/bin/heimo-keys" "$folder"
}
