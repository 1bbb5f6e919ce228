# What the sources look like: layout, static analysis, scripts, the web application. Each check is a function; lint runs
# all of them and tells which failed.
# shellcheck shell=bash

lint_checks=(format tidy cppcheck scripts web)

# own_files PATTERN…: what is, or is about to be, in the repository.
own_files() {
  git -C "$top" ls-files -z --cached --others --exclude-standard -- "$@"
}

lint_format() {
  (cd "$top" && own_files '*.c' '*.h' | xargs -0 -r -n 20 -P "$cores" clang-format --dry-run -Werror)
}

lint_tidy() {
  build_programs debug &&
    node "$top/.dev/tidy.mjs" "$top/build/debug" "$top/build/lint/tidy"
}

lint_cppcheck() {
  mkdir -p "$top/build/lint/cppcheck"
  build_programs debug && cppcheck --quiet --project="$top/build/debug/compile_commands.json" -i "$top/build" -j "$cores" \
    -DPROTOBUF_C_VERSION_NUMBER=1004001 -DPROTOBUF_C_MIN_COMPILER_VERSION=1000000 \
    --cppcheck-build-dir="$top/build/lint/cppcheck" --enable=warning,performance,portability --inline-suppr \
    --suppressions-list="$top/.dev/cppcheck-suppressions" --error-exitcode=1
}

lint_scripts() {
  local file scripts=()
  while IFS= read -r -d '' file; do
    if head -c 64 "$top/$file" | grep -qaE '^#!/.*(/| )(ba)?sh'; then scripts+=("$file"); fi
  done < <(own_files . ':!*.c' ':!*.h' ':!*.mjs' ':!*.ts*' ':!tests/fuzz/*/corpus' ':!*.sql' ':!*.json')
  (cd "$top" && shellcheck -x "${scripts[@]}")
}

lint_web() {
  [ -f "$top/gateway/web/package.json" ] || return 0
  npm --prefix "$top/gateway/web" run lint
}

verb_lint() {
  local check failed=0
  for check in "${@:-${lint_checks[@]}}"; do
    if quietly "$top/build/log/lint-$check.log" "lint_$check"; then
      echo "lint $check: ok"
    else
      echo "lint $check: FAILED"
      failed=$((failed + 1))
    fi
  done
  [ "$failed" -eq 0 ]
}

verb_fmt() {
  (cd "$top" && own_files '*.c' '*.h' | xargs -0 -r clang-format -i)
  if [ -f "$top/gateway/web/package.json" ]; then npm --prefix "$top/gateway/web" run --silent fmt; fi
}
