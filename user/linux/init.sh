#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# First program of the demonstration's guest: drivers, then a shell on the console.
/bin/busybox mkdir -p /proc /sys /dev /tmp
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ PS1="VM ${vm:-?} # "
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
for module in virtio virtio_ring virtio_mmio virtio_blk virtio_console; do
    insmod "/modules/$module.ko"
done
console=/dev/hvc0
[ -e $console ] || console=/dev/ttyAMA0
exec 3<>$console # what is typed before the shell is there waits for it

cat >$console <<END

Linux $(uname -r), $(grep -c ^processor /proc/cpuinfo) CPU, $(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo) MiB, in virtual machine ${vm:-?}.
poweroff -f ends it, reboot -f starts it over.
END
# Whoever leads a session and opens a terminal controls it.
while :; do
    setsid sh -c "exec sh <$console >$console 2>&1"
done
