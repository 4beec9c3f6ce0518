#!/bin/sh
# Compiles the queues that `attune-bench ring` compares with into a shared library.
#   build.sh FOLDER    the library becomes FOLDER/libring-peers.so
# Installs the missing packages (through sudo when not root).
set -eu
here=$(dirname "$(readlink -f "$0")")
folder=${1:?usage: build.sh FOLDER}
library=$folder/libring-peers.so

missing=
for package in g++ libboost-dev libreaderwriterqueue-dev libatomic-queue-dev; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || status=
    [ "$status" = "install ok installed" ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
    echo "installing$missing" >&2
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq $missing >&2
fi

mkdir -p "$folder"
if [ "$library" -nt "$here/peers.cpp" ] && [ "$library" -nt "$here/build.sh" ]; then exit 0; fi
architecture=
[ "$(uname -m)" = x86_64 ] && architecture=-march=x86-64-v2
# shellcheck disable=SC2086 # empty on other machines
g++ -std=c++17 -O3 $architecture -shared -fPIC -pthread -Wall -Wextra \
    -o "$library.new" "$here/peers.cpp"
mv "$library.new" "$library"
