#!/bin/sh
# Makes the project's own Python environment in .venv and builds the duty desk's page; up to date, it takes no time.
#
#   sh deploy/setup.sh && .venv/bin/fengsui up
#
# FENGSUI_PYTHON names another Python than the one found first.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "fengsui: $*" >&2; }
stop() { say "$*"; exit 4; }

find_python() {
    for candidate in ${FENGSUI_PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3; do
        found=$(command -v "$candidate" 2>/dev/null) || continue
        # That of an activated .venv would be deleted under its own feet; the one it was made from stays.
        found=$("$found" -c 'import os, sys; print(os.path.realpath(sys.executable) if sys.prefix != sys.base_prefix else sys.argv[1])' \
            "$found" 2>/dev/null) || continue
        if "$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$found"
            return
        fi
    done
    stop "Python 3.11 or newer is missing: apt install python3 python3-venv"
}

# What .venv was made from: the locked packages, the project's description, the Python and the place.
fingerprint() {
    { cat requirements.lock pyproject.toml deploy/setup.sh; "$python" -VV; echo "$python"; pwd; } | cksum
}

up_to_date() {
    [ -x .venv/bin/fengsui ] && [ -x .venv/bin/python ] && [ "$(cat .venv/.stamp 2>/dev/null)" = "$wanted" ]
}

# Held by a process id, so that the lock of a set-up that was killed can be told from a living one.
lock() {
    waited=no
    until (set -C; echo $$ >.venv.lock) 2>/dev/null; do
        holder=$(cat .venv.lock 2>/dev/null || true)
        if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
            rm -f .venv.lock
            continue
        fi
        [ $waited = yes ] || say "waiting for another set-up (process ${holder:-unknown})…"
        waited=yes
        sleep 1
    done
    trap 'rm -f .venv.lock' EXIT
    trap 'exit 130' HUP INT TERM
}

make_environment() {
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        stop "Python's venv is missing: apt install python3-venv"
    say "setting up Python's environment in .venv; the first time this takes about half a minute…"
    rm -rf .venv
    "$python" -m venv .venv || stop "the environment could not be made: apt install python3-venv"
    install_packages --require-hashes -r requirements.lock
    install_packages --no-deps --no-build-isolation --editable .
    printf '%s\n' "$wanted" >.venv/.stamp
    say "Python's environment is ready."
}

# pip as this machine has it configured; its words are shown only when it fails.
install_packages() {
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@" >.venv/pip.log 2>&1 && return
    tail -n 20 .venv/pip.log >&2
    say "pip could not install the packages above; check the network and run this again."
    exit 1
}

python=$(find_python)
wanted=$(fingerprint)
if ! up_to_date || ! sh deploy/page.sh check; then
    lock
    # Whoever waited for the lock may find the work done.
    up_to_date || make_environment
    sh deploy/page.sh
fi
