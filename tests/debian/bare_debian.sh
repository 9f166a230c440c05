#!/usr/bin/env bash
# Shows that a bare Debian 12 with only Python 3.11, make and git serves the demonstration and passes the
# tests, with nothing else typed. Needs root and debootstrap; works in a folder of its own and removes it.
#
#   tests/debian/bare_debian.sh [FOLDER]      KEEP=1 keeps the folder; TESTS=0 leaves `make test` out
#
# How this machine reaches its package registries (sources, certificates, settings of apt and pip) is
# copied from the machine into the folder; nothing of it is written here.
set -euo pipefail

checkout="$(cd "$(dirname "$0")/../.." && pwd)"
folder="${1:-$(mktemp -d /var/tmp/bare-debian.XXXXXX)}"
port="${PORT:-8731}"
bare="$folder/root"

say() { printf '== %s (%d s)\n' "$1" "$SECONDS"; }

leave() {
    [ -z "${server:-}" ] || kill -- "-$server" 2>/dev/null || true
    for place in proc dev/shm dev/pts; do
        ! mountpoint -q "$bare/$place" || umount -l "$bare/$place"
    done
    [ "${KEEP:-0}" = 1 ] || rm -rf --one-file-system "$folder"
}
trap leave EXIT

mirror() {
    sed -nE 's/^URIs: *(\S+).*/\1/p; s/^deb +(\[[^]]*\] +)?(\S+).*/\2/p' \
        /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list /etc/apt/sources.list 2>/dev/null |
        grep -E '/debian/?$' | head -n 1
}

pass_through() {
    local path
    for path in /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/auth.conf.d \
        /etc/apt/keyrings /etc/pip.conf /etc/xdg/pip /etc/ssl/certs /usr/local/share/ca-certificates \
        /usr/share/ca-certificates /etc/resolv.conf /etc/hosts; do
        [ -e "$path" ] || continue
        mkdir -p "$bare$(dirname "$path")"
        cp -aL "$path" "$bare$(dirname "$path")/" 2>/dev/null || true
    done
}

inside() {
    local passed=() name
    for name in $(env | sed -nE 's/^((PIP|SSL|REQUESTS|CURL|HTTP|HTTPS|NO|http|https|no)_[A-Za-z_]+)=.*/\1/p'); do
        passed+=("$name=${!name}")
    done
    chroot "$bare" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        "${passed[@]}" "$@"
}

say "making a bare Debian 12"
mkdir -p "$folder"
debootstrap --variant=minbase --include=python3.11,make,git,ca-certificates bookworm "$bare" "$(mirror)" \
    >"$folder/debootstrap.log" 2>&1 || { tail -n 20 "$folder/debootstrap.log"; exit 1; }
mkdir -p "$bare/dev/shm" "$bare/dev/pts"
mount -t tmpfs tmpfs "$bare/dev/shm"
mount -t devpts devpts "$bare/dev/pts"
mount -t proc proc "$bare/proc"
pass_through

say "cloning"
git clone -q --no-hardlinks "$checkout" "$bare/root/grants"

say "without root: one line that says what to install"
inside useradd --create-home guest
cp -a "$bare/root/grants" "$bare/home/guest/grants"
inside chown -R guest /home/guest/grants
status=0
line="$(inside setpriv --reuid=guest --regid=guest --init-groups \
    env HOME=/home/guest make --no-print-directory -C /home/guest/grants run 2>"$folder/guest.log")" || status=$?
printf '%s\n' "$line"
[ "$status" -ne 0 ] && [ "$(printf '%s\n' "$line" | grep -c .)" -eq 1 ] &&
    [[ "$line" == "sudo apt-get install "* ]] && [ ! -e "$bare/home/guest/grants/.venv" ]

say "make run"
set -m
inside make -C /root/grants run PORT="$port" >"$folder/run.log" 2>&1 &
server=$!
set +m
for _ in $(seq 900); do
    grep -q '^ready: ' "$folder/run.log" && break
    kill -0 "$server" 2>/dev/null || break
    sleep 1
done
grep '^ready: ' "$folder/run.log" || { tail -n 40 "$folder/run.log"; exit 1; }
python3.11 - "$port" <<'PYTHON'
import sys, urllib.request
with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/") as page:
    assert page.status == 200 and b"<h1" in page.read()
PYTHON
say "the first page was served"
kill -- "-$server"
wait "$server" 2>/dev/null || true
server=""

if [ "${TESTS:-1}" = 1 ]; then
    say "make test"
    inside env CI=true make -C /root/grants test
fi
say "done"
