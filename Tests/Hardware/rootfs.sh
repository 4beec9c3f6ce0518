#!/usr/bin/env bash
# Makes the guest's disk and kernel in the folder $1: image.ext4, vmlinuz, initrd.img. $2 is Debian's
# name of the release. Works for root, and for users whom the kernel allows user namespaces.
set -euo pipefail
out=$1
suite=$2
here=$(dirname "$(readlink -f "$0")")

# What the daemon's package depends on, what the tests speak to, and a kernel.
packages=(systemd-sysv udev dbus polkitd kmod procps zstd linux-image-amd64 initramfs-tools bluez python3
    python3-dbus libevdev2 libsqlite3-0 libdeflate0 libsodium23 libsndfile1 libreadstat1 libedf1 libmatio11 libarchive13 libcurl4 libstdc++6 init-system-helpers)

# Without documentation, and without drivers of things that the guest cannot have.
excluded=()
for path in /usr/share/doc /usr/share/man /usr/share/locale; do
    excluded+=("--dpkgopt=path-exclude=$path/*")
done
for drivers in drivers/gpu drivers/net drivers/media drivers/infiniband drivers/scsi sound; do
    excluded+=("--dpkgopt=path-exclude=/lib/modules/*/kernel/$drivers/*")
done

mmdebstrap --mode=auto --variant=minbase --format=tar "${excluded[@]}" \
    --include="$(IFS=, && echo "${packages[*]}")" \
    --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"
        echo MODULES=list >"$1/etc/initramfs-tools/conf.d/hardware"
        printf "%s\n" virtio_pci virtio_blk ext4 >"$1/etc/initramfs-tools/modules"' \
    --customize-hook='chroot "$1" passwd --quiet --delete root' \
    "$suite" "$out/root.tar"

# Fakeroot remembers the owners that a user cannot give.
become=()
[ "$(id -u)" = 0 ] || become=(fakeroot)
"${become[@]}" bash -euc '
    out=$1 here=$2
    mkdir "$out/root"
    tar --extract --file "$out/root.tar" --directory "$out/root" --numeric-owner --exclude="./dev/*"
    cp --dereference "$out/root/vmlinuz" "$out/root/initrd.img" "$out"
    sh "$here/guest/prepare.sh" "$out/root" "$here/guest"
    truncate --size 2G "$out/image.ext4"
    mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1,root_owner=0:0 -d "$out/root" "$out/image.ext4"
    rm -rf "$out/root" "$out/root.tar"' prepare "$out" "$here"
