#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# First program of a guest under test: it does what it reads, line by line.
/bin/busybox mkdir -p /proc /sys /dev
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
for module in virtio virtio_ring virtio_mmio virtio_blk virtio_console; do
    insmod "/modules/$module.ko"
done
exec </dev/hvc0 >/dev/hvc0 2>&1
stty -echo -onlcr
echo "T ready"
while read -r line; do
    eval "$line"
done
