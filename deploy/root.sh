#!/bin/sh
# Lays out what the image consists of: everything that belongs to root below system/, the empty volumes below volumes/.
#
# The Dockerfile calls it, and so does the test that runs the result where no container engine is at hand.
set -eu
binary=${1:?names the program}
root=${2:?names the folder to lay out}

put() { # MODE FILE PLACE
  install -D -m "$1" "$2" "$root/system$3"
}

put 0555 "$binary" /usr/local/bin/infini-mcp
ldd "$binary" | grep -o '/[^ )]*' | sort -u | while read -r library; do
  put 0555 "$library" "$library"
done
put 0444 /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt

write() { # PLACE LINE…
  place=$root/system$1
  shift
  mkdir -p "$(dirname "$place")"
  printf '%s\n' "$@" >"$place"
  chmod 0444 "$place"
}

write /etc/passwd 'root:x:0:0:root:/:/nowhere' 'infini:x:65532:65532:infini-mcp:/data:/nowhere'
write /etc/group 'root:x:0:' 'infini:x:65532:'
# Names of the engine's own first, then the network's.
write /etc/nsswitch.conf 'hosts: files dns'

# Where an engine puts memory and secrets in the way of a root that nobody can write to.
mkdir -p "$root/system/tmp" "$root/system/run/secrets"
find "$root/system" -type d -exec chmod 0755 {} +

mkdir -p "$root/volumes/config" "$root/volumes/data"
chmod 0700 "$root/volumes/config" "$root/volumes/data"
