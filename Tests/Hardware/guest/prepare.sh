#!/bin/sh
# Makes a Debian tree $1 ready to be the guest: called with the folder of this file as $2, as root or
# under fakeroot, so that it starts no program of the tree.
set -eu
root=$1
here=$2

install -D -m 755 "$here/agent.py" "$root/opt/hardware/agent.py"
install -m 644 "$here/agent.service" "$root/etc/systemd/system/"
mkdir -p "$root/etc/systemd/system/multi-user.target.wants" "$root/share"
ln -sfn ../agent.service "$root/etc/systemd/system/multi-user.target.wants/agent.service"

echo station >"$root/etc/hostname"
echo 6d11a7d2c0de4b1c8f00000000000001 >"$root/etc/machine-id"
echo '/dev/vda / ext4 rw,noatime 0 0' >"$root/etc/fstab"
printf '[Journal]\nStorage=volatile\nForwardToConsole=no\n' >"$root/etc/systemd/journald.conf"

# Modules and units that the tests do not need, and that an emulated processor starts slowly.
printf 'blacklist %s\n' bochs kvm_amd kvm_intel kvm parport_pc ppdev pcspkr i2c_piix4 psmouse floppy \
    sr_mod >"$root/etc/modprobe.d/hardware.conf"
for unit in systemd-timesyncd.service e2scrub_reap.service systemd-random-seed.service \
    systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-binfmt.service \
    systemd-pstore.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
    e2scrub_all.timer fstrim.timer getty@tty1.service serial-getty@ttyS0.service \
    sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount dev-mqueue.mount \
    modprobe@drm.service modprobe@configfs.service systemd-hwdb-update.service ldconfig.service \
    systemd-journal-catalog-update.service systemd-update-done.service; do
    ln -sfn /dev/null "$root/etc/systemd/system/$unit"
done
# The tests start bluetoothd when there is a controller.
rm -f "$root/etc/systemd/system/bluetooth.target.wants/bluetooth.service"
# Each generator costs 0.3 s whenever systemd reads its units.
mkdir -p "$root/etc/systemd/system-generators"
for generator in cryptsetup debug getty gpt-auto hibernate-resume rc-local run system-update sysv \
    veritysetup integritysetup bless-boot; do
    ln -sfn /dev/null "$root/etc/systemd/system-generators/systemd-$generator-generator"
done
