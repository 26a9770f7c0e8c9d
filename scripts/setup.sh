#!/bin/sh
# Prepare a fresh Debian or Ubuntu: system packages that are missing, and .venv with the pinned dependencies.
#
#   scripts/setup.sh     safe to run at any time; says nothing when there is nothing to do
#
# Exit status: 0 ready, 2 something is missing that this script could not install (it says what).
#
# What is there is tried out, never asked of the package manager: a compiler may come from anywhere.
set -eu

cd "$(dirname "$0")/.."
VENV=.venv
STAMP=$VENV/.setup

say() { echo "setup: $*"; }

fail() {
    echo "setup: $*" >&2
    exit 2
}

# --- Python ------------------------------------------------------------------------------------------------

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# A Debian python may come without ensurepip (python3-venv) and without Python.h (python3-dev).
has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

has_headers() {
    "$1" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' >/dev/null 2>&1
}

# Take the first that is complete, else the first for which apt has the missing parts, else the first.
find_python() {
    any='' distribution=''
    for name in python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3; do
        path=$(command -v "$name") || continue
        recent "$path" || continue
        if has_venv "$path" && has_headers "$path"; then
            echo "$path"
            return
        fi
        : "${any:=$path}"
        case $path in /usr/bin/*) : "${distribution:=$path}" ;; esac
    done
    echo "${distribution:-$any}"
}

# --- What is missing ---------------------------------------------------------------------------------------

compiles() { echo '#include <stdio.h>' | gcc -E - >/dev/null 2>&1; }

# Names of the Debian packages that would give what is not there: tools for every run ...
missing_tools() {
    command -v gcc >/dev/null || echo gcc
    compiles || echo libc6-dev
    command -v make >/dev/null || echo make
    command -v bwrap >/dev/null || echo bubblewrap
    "$PYTHON" -c 'import ctypes; ctypes.CDLL("libseccomp.so.2")' >/dev/null 2>&1 || echo libseccomp2
}

# ... and what it takes to make .venv.
missing_python() {
    version=$("$PYTHON" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    has_venv "$PYTHON" || echo "$version-venv"
    has_headers "$PYTHON" || echo "$version-dev"
}

# --- System packages ---------------------------------------------------------------------------------------

# Run something as root. Without a terminal nobody could type a password, so sudo must not ask for one.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# What apt says is shown only if it fails: it is long.
apt() {
    log=$(mktemp)
    as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
        apt-get -q -o DPkg::Lock::Timeout=300 -o APT::Get::Assume-Yes=true "$@" </dev/null >"$log" 2>&1
    status=$?
    [ "$status" = 0 ] || cat "$log" >&2
    rm -f "$log"
    return "$status"
}

install_packages() {
    command -v apt-get >/dev/null || fail "please install (these are the names on Debian): $*"
    by_hand="please run as root: apt-get update && apt-get install $*"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "not root, and there is no sudo; $by_hand"
    fi
    say "installing system packages, which may take a minute: $*"
    as_root true || fail "sudo refuses; $by_hand"
    apt update || say "apt-get update failed; trying with the package lists that are there"
    apt install --no-install-recommends "$@" || fail "that did not work; $by_hand"
}

# Since 24.04 Ubuntu lets only programs with an AppArmor profile make user namespaces, and bubblewrap has none.
PROFILE=/etc/apparmor.d/bwrap
restricted() {
    [ "$(id -u)" != 0 ] &&
        [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ] &&
        ! bwrap --unshare-all --ro-bind / / true >/dev/null 2>&1 &&
        [ ! -e "$PROFILE" ]
}

allow_namespaces() {
    say "allowing bubblewrap to make user namespaces: $PROFILE (to undo this, remove the file)"
    as_root tee "$PROFILE" >/dev/null <<'PROFILE_END' && as_root apparmor_parser -r "$PROFILE" ||
abi <abi/4.0>,
include <tunables/global>

profile bwrap /usr/bin/bwrap flags=(unconfined) {
  userns,
  include if exists <local/bwrap>
}
PROFILE_END
        say "that did not work; \`.venv/bin/grader doctor\` tells what else helps"
}

# --- .venv -------------------------------------------------------------------------------------------------

# The last thing that is written, so that a half-made .venv has none.
stamp() { cksum <pyproject.toml; }

# Its programs begin with its path, so one that was moved or copied starts another's, or nothing.
at_home() { grep -qF "$(pwd -P)/$VENV/bin/python" "$VENV/bin/pip" "$VENV/bin/mypy" 2>/dev/null; }

# It starts, it is recent, and nobody has taken anything away.
works() {
    "$VENV/bin/python" -c '
import importlib.util, sys
wanted = ("elftools junitparser mypy pexpect posix_ipc pydantic_core pyseccomp pytest rich sysv_ipc "
          "hypothesis jinja2 distributed pytest_timeout xdist yaml cryptography jwt urllib3 grader")
missing = [name for name in wanted.split() if importlib.util.find_spec(name) is None]
sys.exit(sys.version_info < (3, 11) or bool(missing))' >/dev/null 2>&1 &&
        [ -x "$VENV/bin/grader" ] && [ -x "$VENV/bin/ruff" ] && at_home
}

ready() { [ "$(cat "$STAMP" 2>/dev/null)" = "$(stamp)" ] && works; }

install_dependencies() {
    PIP_USER=0 "$VENV/bin/python" -m pip install -qq --no-input --disable-pip-version-check \
        --editable '.[dev,cluster,lti]' </dev/null
}

make_venv() {
    rm -f "$STAMP"
    if at_home && recent "$VENV/bin/python" && "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        say "installing the dependencies of pyproject.toml into $VENV"
        if install_dependencies && works; then
            stamp >"$STAMP"
            return
        fi
        say "$VENV is broken; making it anew"
    fi
    say "making $VENV with $("$PYTHON" --version) ($PYTHON) and the dependencies of pyproject.toml"
    rm -rf "$VENV"
    "$PYTHON" -m venv "$VENV" || fail "$PYTHON cannot make a virtual environment"
    install_dependencies || fail "pip could not install the dependencies; is there a network?"
    works || fail "$VENV does not work although pip reports success"
    stamp >"$STAMP"
}

# --- The whole ---------------------------------------------------------------------------------------------

if ready; then
    PYTHON=$VENV/bin/python
    missing() { missing_tools; }
else
    PYTHON=$(find_python)
    [ -n "$PYTHON" ] || fail "Python 3.11 or later is needed; Debian 12 and Ubuntu 24.04 have it: apt-get install python3"
    missing() { missing_tools && missing_python; }
fi

packages=$(missing)
if [ -n "$packages" ]; then
    # shellcheck disable=SC2086 # one word for each package
    install_packages $packages
    packages=$(missing)
    [ -z "$packages" ] || fail "still missing: $(echo $packages)"
fi
if restricted; then
    allow_namespaces
fi
if ! ready; then
    # Two of us at once would take each other's half-made .venv for a broken one.
    exec 9<. && flock 9
    ready || make_venv
    say "done"
fi
