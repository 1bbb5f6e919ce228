# The embedded set: a private PostgreSQL cluster, the services and the gateway under s6. What is kept lies in HEIMO_DIR;
# what belongs to one start (sockets, s6's folders) in a short folder below /tmp, to which HEIMO_DIR/run points.
#
# HEIMO_DIR/lock is held by every process of the set, so it is free exactly when none is left, whatever happened before.
# shellcheck shell=bash

set_url() {
  echo "http://127.0.0.1:$HEIMO_PORT"
}

runtime() {
  readlink "$HEIMO_DIR/run" 2>/dev/null
}

processes() {
  printf '%s\n' postgres "${services[@]}" gateway
}

is_locked() {
  [ -e "$HEIMO_DIR/lock" ] && ! flock -n "$HEIMO_DIR/lock" true
}

# The processes of this set: who holds the lock.
lock_holders() {
  find /proc/[0-9]*/fd -lname "$HEIMO_DIR/lock" 2>/dev/null | cut -d/ -f3 | sort -u | grep -vx "$$"
}

is_running() {
  local run
  run=$(runtime) && is_locked && s6-svscanctl "$run/service" 2>/dev/null
}

port_is_taken() {
  (exec 8<>"/dev/tcp/127.0.0.1/$HEIMO_PORT") 2>/dev/null
}

# secret NAME: makes the file of a secret once.
secret() {
  local file=$HEIMO_DIR/secrets/$1
  if [ ! -s "$file" ]; then
    mkdir -p "$HEIMO_DIR/secrets"
    chmod 0700 "$HEIMO_DIR/secrets"
    (umask 077 && od -An -vtx1 -N32 /dev/urandom | tr -d ' \n' >"$file")
  fi
  echo "$file"
}

federation() {
  [ -s "$HEIMO_DIR/federation" ] || cat /proc/sys/kernel/random/uuid >"$HEIMO_DIR/federation"
  cat "$HEIMO_DIR/federation"
}

# add_process NAME COMMAND [KEY=VALUE…]: a folder for s6. PostgreSQL's fast shutdown is SIGINT.
add_process() {
  local name=$1 command=$2 folder log
  folder=$(runtime)/service/$name
  log=$HEIMO_DIR/log/$name
  shift 2
  mkdir -p "$folder/log" "$log"
  {
    echo '#!/usr/bin/env bash'
    # shellcheck disable=SC2016 # For the script that is written.
    echo 'echo "$EPOCHSECONDS" >started'
    if [ $# -gt 0 ]; then printf 'export %q\n' "$@"; fi
    echo "exec $command 2>&1"
  } >"$folder/run"
  printf '#!/bin/sh\nexec s6-log n5 s4000000 %q\n' "$log" >"$folder/log/run"
  cp "$top/.dev/finish" "$folder/finish"
  echo 10000 >"$folder/timeout-finish"
  if [ "$name" = postgres ]; then echo SIGINT >"$folder/down-signal"; else touch "$folder/down"; fi
  chmod +x "$folder/run" "$folder/log/run"
}

web_folder() {
  if [ -f "$top/gateway/web/dist/index.html" ]; then echo "$top/gateway/web/dist"; fi
}

write_processes() {
  local run name bin=$top/build/$preset/bin
  run=$(runtime)
  add_process postgres "$(printf '%q ' "$top/common/db/cluster" run "$HEIMO_DIR/cluster" "$run/postgres")"
  for name in "${services[@]}"; do
    add_process "$name" "$(printf %q "$bin/heimo-$name")" \
      "HEIMO_DATABASE=host=$run/postgres port=5432 dbname=heimo_$name user=heimo_$name" \
      "HEIMO_BUS_DIR=$run/bus" "HEIMO_HEALTH=unix:$run/health/$name" "HEIMO_FEDERATION=$(federation)" \
      "HEIMO_SECRET_FILE=$(secret page-token)" "HEIMO_DATA_KEY_FILE=$(secret data-key)"
  done
  add_process gateway "$(printf %q "$bin/heimo-gateway")" "HEIMO_PORT=$HEIMO_PORT" "HEIMO_BUS_DIR=$run/bus" \
    "HEIMO_HEALTH=unix:$run/health/gateway" "HEIMO_FEDERATION=$(federation)" \
    "HEIMO_WEB_DIR=$(web_folder)" "HEIMO_GRACE_MS=${HEIMO_GRACE_MS:-2000}"
}

make_runtime() {
  local run
  run=$(runtime) && [[ $run == /tmp/heimo.* ]] && rm -rf "$run"
  run=$(mktemp -d /tmp/heimo.XXXXXX)
  # PostgreSQL's user must be able to walk through; what matters lies in folders of mode 0700.
  if [ "$(id -u)" = 0 ]; then chmod 0711 "$run"; fi
  mkdir -m 0700 "$run/bus" "$run/health" "$run/service"
  ln -sfn "$run" "$HEIMO_DIR/run"
}

# up NAME…: starts processes and goes on.
up() {
  local name folder
  for name in "$@"; do
    folder=$(runtime)/service/$name
    rm -f "$folder/down"
    wait_until 10 "s6 does not look after $name" s6-svc -u "$folder"
  done
}

# wait_until SECONDS WHAT COMMAND…: until the command succeeds; the set's logs are shown when it never does.
wait_until() {
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $limit ]; then
      tail -n 20 "$HEIMO_DIR"/log/*/current >&2
      echo "dev: $what" >&2
      return 1
    fi
    sleep 0.02
  done
}

# is_ready NAME: asks the process itself.
is_ready() {
  HEIMO_HEALTH="unix:$(runtime)/health/$1" HEIMO_FEDERATION=$(federation) \
    "$top/build/$preset/bin/heimo-$1" --health-check
}

database_is_ready() {
  /usr/lib/postgresql/15/bin/pg_isready -q -h "$(runtime)/postgres" -p 5432 -U postgres -d postgres
}

# Roles, databases and schema. Nothing is asked of the database when the files are those of the last time.
migrate_set() {
  local name run hash files stamp=$HEIMO_DIR/migrated
  run=$(runtime)
  mapfile -t files < <(find "$top/common/db" "$top/services" -name node_modules -prune -o -name '*.sql' \
    \( -path '*/migrations/*' -o -name provision.sql \) -print | sort)
  hash=$(hash_of "${files[@]}")
  [ "$(cat "$stamp" 2>/dev/null)" != "$hash" ] || return 0
  for name in "${services[@]}"; do
    "$top/common/db/cluster" psql "$run/postgres" -v service="$name" -f "$top/common/db/provision.sql" >/dev/null
  done
  quietly "$HEIMO_DIR/log/migrate.log" "$top/common/db/migrate" \
    "postgres://heimo_owner@/heimo_%?host=$run/postgres&port=5432&sslmode=disable" "${services[@]}"
  echo "$hash" >"$stamp"
}

# Takes the lock and starts the supervisor, which hands the lock on to all processes of the set.
start_supervisor() {
  exec 9>"$HEIMO_DIR/lock"
  flock -n 9 || die "somebody else starts it right now"
  trap stop_set EXIT
  make_runtime
  write_processes
  set_url >"$HEIMO_DIR/url"
  "$top/common/db/cluster" init "$HEIMO_DIR/cluster" 9>&-
  setsid s6-svscan "$(runtime)/service" </dev/null >>"$HEIMO_DIR/log/supervisor" 2>&1 &
  exec 9>&-
}

# Refuses politely, else the set is up and ready. From the lock on, whatever fails takes the set down again.
start_set() {
  local name
  [ -x "$top/build/$preset/bin/heimo-gateway" ] || die "not built: ./dev build"
  mkdir -p "$HEIMO_DIR/log"
  if is_running; then die "already running at $(cat "$HEIMO_DIR/url"); ./dev stop ends it"; fi
  if is_locked; then stop_set; fi
  if port_is_taken; then die "port $HEIMO_PORT is taken; choose another one: HEIMO_PORT=8081 ./dev run"; fi
  start_supervisor
  up postgres
  wait_until 60 "PostgreSQL does not start" database_is_ready
  migrate_set
  up "${services[@]}" gateway
  for name in "${services[@]}" gateway; do wait_until 30 "$name does not become ready" is_ready "$name"; done
}

# down NAME SECONDS: ends a process in order; what does not end in time is killed.
down() {
  local folder
  folder=$(runtime)/service/$1
  s6-svok "$folder" 2>/dev/null || return 0
  s6-svc -wd -T "$2"000 -d "$folder" 2>/dev/null || s6-svc -wd -T 5000 -k "$folder" 2>/dev/null || true
}

# From the outside in, PostgreSQL last. What a killed supervisor has left behind holds the lock and is found by it.
stop_set() {
  local name run
  run=$(runtime) || true
  if [ -n "$run" ] && [ -d "$run/service" ]; then
    for name in $(processes | tac); do down "$name" 15; done
    s6-svscanctl -t "$run/service" 2>/dev/null || true
  fi
  for _ in $(seq 100); do is_locked || break; sleep 0.02; done
  if is_locked; then end_leftovers; fi
  if [[ $run == /tmp/heimo.* ]]; then rm -rf "$run" "$HEIMO_DIR/run" "$HEIMO_DIR/url"; fi
}

end_leftovers() {
  local signal
  for signal in INT TERM KILL; do
    lock_holders | xargs -r kill "-$signal" 2>/dev/null || true
    for _ in $(seq 100); do is_locked || return 0; sleep 0.05; done
  done
  die "some processes do not end: $(lock_holders | tr '\n' ' ')"
}

# The demo federation, through the import that users use. Broken off, it goes on where it stopped.
load_demo() {
  local people=$1 demo=$HEIMO_DIR/demo
  if [ -f "$demo/loaded" ]; then
    [ -z "$2" ] || [ "$(cat "$demo/loaded")" = "$people" ] ||
      say "The demo of $(cat "$demo/loaded") people stays; another number needs another HEIMO_DIR."
    return 0
  fi
  if [ "$(cat "$demo/people" 2>/dev/null)" != "$people" ]; then
    say "generating a federation of $people people"
    mkdir -p "$demo"
    node "$top/tests/demo/generate.mjs" --people "$people" --seed 1 --out "$demo" >/dev/null || return 1
    echo "$people" >"$demo/people"
  fi
  say "loading it; $(set_url) answers meanwhile"
  if node "$top/tests/demo/load.mjs" --url "$(set_url)" --dir "$demo"; then
    echo "$people" >"$demo/loaded"
  else
    say "The demo is not loaded; the next ./dev run goes on with it."
    return 1
  fi
}

# verb_run [--detach] [--demo N] [--no-demo]
verb_run() {
  local detach='' people=20000 chosen='' demo=yes code=0
  while [ $# -gt 0 ]; do
    case $1 in
      --detach) detach=yes ;;
      --demo) people=${2:?--demo needs a number} chosen=yes; shift ;;
      --no-demo) demo='' ;;
      *) die "run: unknown option $1" ;;
    esac
    shift
  done
  [[ $people =~ ^[1-9][0-9]*$ ]] || die "--demo needs a number of people"
  verb_deps run
  build_set "$preset"
  build_web "$preset"
  if [ -z "$detach" ]; then trap 'say "stopping"; stop_set; trap - EXIT; exit 0' INT TERM HUP; fi
  start_set
  if [ -n "$demo" ]; then load_demo "$people" "$chosen" || code=1; fi
  say "Heimo runs at $(set_url)"
  if [ -n "$detach" ]; then
    trap - EXIT
    return $code
  fi
  say "Ctrl-C ends it."
  while is_running; do sleep 1 & wait $!; done
}

verb_stop() {
  is_locked || { say "not running"; return 0; }
  stop_set
  say "stopped"
}

# verb_status: a line a process; the exit code is 0 when all are ready.
verb_status() {
  local name run state pid up ready all=0
  is_running || { echo "not running ($HEIMO_DIR)"; return 3; }
  run=$(runtime)
  printf '%-12s %-6s %8s %10s %8s\n' process state pid seconds 'MB'
  for name in $(processes); do
    read -r state pid up < <(s6-svstat -o up,pid,updownfor "$run/service/$name")
    ready=down
    if [ "$state" = true ]; then
      ready=up
      case $name in
        postgres) database_is_ready ;;
        *) is_ready "$name" >/dev/null 2>&1 ;;
      esac && ready=ready
    fi
    [ "$ready" = ready ] || all=1
    printf '%-12s %-6s %8s %10s %8s\n' "$name" "$ready" "$pid" "$up" \
      "$(awk '/^VmRSS/ { print int ($2 / 1024) }' "/proc/$pid/status" 2>/dev/null)"
  done
  echo "$(cat "$HEIMO_DIR/url"), state in $HEIMO_DIR, sockets in $run"
  return $all
}

# verb_ctl [ARGUMENTS…]: the operators' command line, told where this set is; see services/ctl.
verb_ctl() {
  local run
  run=$(runtime) || run=$HEIMO_DIR/run
  HEIMO_BUS_DIR=$run/bus HEIMO_FEDERATION=$(cat "$HEIMO_DIR/federation" 2>/dev/null) HEIMO_DISKS=$HEIMO_DIR \
    exec "$top/build/$preset/bin/heimoctl" "$@"
}

verb_migrate() {
  is_running || die "not running: ./dev run"
  rm -f "$HEIMO_DIR/migrated"
  migrate_set
  cat "$HEIMO_DIR/log/migrate.log"
}

# verb_psql NAME [ARGUMENTS…]: a superuser session in a service's database.
verb_psql() {
  local name=${1:?psql needs the name of a service: ${services[*]}}
  shift
  is_running || die "not running: ./dev run"
  exec psql -X -h "$(runtime)/postgres" -p 5432 -U postgres -d "heimo_$name" "$@"
}
