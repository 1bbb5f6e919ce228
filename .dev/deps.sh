# What is missing of Debian's packages, of Node.js and of the npm packages. A hash of the lists is kept, so that a second
# call costs nothing.
# shellcheck shell=bash

npm_folders=(common/db tests gateway/web)
node_major=24 # installed when the machine has none; 20.19 is what the web tools need
npm_version=11

node_is_enough() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split (".").map (Number);
             process.exit (a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

packages_of() {
  awk -v tier="$1" '$1 == "run" || $1 == tier && $1 != "#" { print $2 }' "$top/.dev/packages"
}

apt_install() {
  # The set runs a cluster of its own: the one that Debian would start is not wanted.
  if [ ! -e /etc/postgresql-common ]; then
    as_root mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/heimo.conf >/dev/null
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends "$@"
}

install_debian() {
  local package missing=()
  for package in $(packages_of "$1"); do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -q '^installed$' || missing+=("$package")
  done
  if ! node_is_enough && ! command -v npm >/dev/null; then missing+=(npm); fi
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing from Debian: ${missing[*]}"
  quietly "$top/build/log/apt.log" apt_install "${missing[@]}"
}

# Debian 12 has Node.js 18; the web tools need 20.19. The newer one comes from npm and stays in the checkout.
install_node() {
  local architecture
  node_is_enough && return 0
  case $(uname -m) in x86_64) architecture=x64 ;; aarch64) architecture=arm64 ;; *) die "no Node.js for $(uname -m)" ;; esac
  say "installing Node.js $node_major from npm"
  mkdir -p "$tools"
  quietly "$top/build/log/node.log" npm install --prefix "$tools" --no-save --no-audit --no-fund \
    "node-linux-$architecture@$node_major" "npm@$npm_version"
  mkdir -p "$tools/bin"
  ln -sf "../node_modules/node-linux-$architecture/bin/node" "$tools/bin/node"
  ln -sf ../node_modules/npm/bin/npm-cli.js "$tools/bin/npm"
  ln -sf ../node_modules/npm/bin/npx-cli.js "$tools/bin/npx"
  hash -r
  node_is_enough || die "Node.js could not be installed, see build/log/node.log"
}

# npm ci refuses a lock file that lacks packages for other machines, which a registry may not have; npm install does not.
npm_install() {
  npm --prefix "$1" ci --no-audit --no-fund || npm --prefix "$1" install --no-save --no-audit --no-fund || return
  node "$top/.dev/complete.mjs" "$1"
}

install_npm() {
  local folder stamp hash
  for folder in "${npm_folders[@]}"; do
    [ -f "$top/$folder/package-lock.json" ] || continue
    stamp=$top/$folder/node_modules/.heimo-lock
    hash=$(hash_of "$top/$folder/package-lock.json")
    [ "$(cat "$stamp" 2>/dev/null)" != "$hash" ] || continue
    say "installing from npm: $folder"
    quietly "$top/build/log/npm.log" npm_install "$top/$folder" || die "npm could not install what $folder needs"
    echo "$hash" >"$stamp"
  done
}

# verb_deps [run|test]: `run` is enough to build and run, `test` (the default) is everything.
verb_deps() {
  local tier=${1:-test} stamp hash
  stamp=$top/build/.deps-$tier
  hash=$(hash_of "$top/.dev/packages" "$top/.dev/deps.sh")
  if [ "$(cat "$stamp" 2>/dev/null)" != "$hash" ] || ! node_is_enough; then
    install_debian "$tier"
    install_node
    mkdir -p "$top/build"
    echo "$hash" >"$stamp"
  fi
  install_npm
}
