#!/usr/bin/env bash
# The drivers on a real kernel: one boot of Debian's own kernel in QEMU, without hardware help and without any device.
#
# The guest sees this machine's files (read only, its own writes are forgotten), so whatever runs here runs there. It
# loads the kernel's virtual USB hub, its test camera and its drivers for the devices, runs the tests named `kernel` of
# the driver crates and of the station (a stick pulled out of an export, the rules under a live udevd), and then the
# station itself: a resident without a left hand through the real drivers, with cables pulled. Needs qemu-system-x86,
# busybox-static, kmod, cpio, udev, systemd (of which only its rules) and apt. Closes with "N passed, N failed".
# Without the tools it is skipped with its reason, and fails under REKAM_KERNEL=require.
set -euo pipefail
cd "$(dirname "$0")/../.."
room="$PWD/target/vm"
crates=(rekam-signature-pad rekam-camera rekam-fingerprint rekam)
modules=(
  virtio_pci 9pnet_virtio 9p overlay vivid uhid hid_generic usbhid wacom evdev vhci_hcd ftdi_sio uvcvideo
  dummy_hcd usb_f_mass_storage usb_storage sd_mod vfat nls_cp437 nls_ascii nls_utf8 nls_iso8859-1
)

skip() {
  echo "skipped: $*"
  [ "${REKAM_KERNEL:-}" = require ] && exit 1
  exit 0
}
for tool in qemu-system-x86_64 udevadm busybox depmod modprobe cpio apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || skip "no $tool"
done

# The kernel: whatever Debian's newest is, unpacked and not installed.
mkdir -p "$room/kernel"
package=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: //p' | head -1)
[ -n "$package" ] || skip "apt knows no kernel"
version=${package#linux-image-}
if [ ! -e "$room/kernel/lib/modules/$version/modules.dep.bin" ]; then
  (cd "$room" && apt-get -qq download "$package" && dpkg-deb -x "$package"_*.deb kernel && rm "$package"_*.deb) \
    || skip "the kernel $package cannot be fetched"
  depmod -b "$room/kernel" "$version"
fi

echo "== building"
log="$room/build.log"
packages=("${crates[@]/#/--package=}")
cargo test --locked --no-run "${packages[@]}" --test kernel 2>&1 | tee "$log"
mapfile -t programs < <(grep -o '[^ (]*/deps/kernel-[0-9a-f]*' "$log" | sed "s#^[^/]#$PWD/&#")
cargo build --locked --bin rekam
rekam="$(realpath "${CARGO_TARGET_DIR:-target}")/debug/rekam"
# One command a line; each ends with 0 or has failed.
commands=(
  "$rekam devices --json"
  "$rekam simulate --devices real --residents ${REKAM_VM_RESIDENTS:-1} --seed ${REKAM_VM_SEED:-5} --without left-thumb,left-index,left-middle,left-ring,left-little --faults scanner:unplug@1,scanner:unplug@3,pad:unplug@1,camera:unplug@0,iris:unplug@1 --patience 120 --json"
)
[ "${#programs[@]}" = "${#crates[@]}" ] || { echo "${#programs[@]} programs instead of ${#crates[@]}"; exit 1; }

# The first file system: a shell, the modules in the order in which they need each other, and what to do.
root="$room/root"
rm -rf "$root"
mkdir -p "$root"/{bin,modules,proc,sys,dev,host,over,new}
cp "$(command -v busybox)" "$root/bin/busybox"
number=0
for module in "${modules[@]}"; do
  modprobe -d "$room/kernel" -S "$version" --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
  number=$((number + 1))
  cp "$file" "$root/modules/$(printf %03d $number).ko"
done
cp tests/vm/init "$root/init"
printf '%s\n' "${programs[@]}" > "$root/programs"
printf '%s\n' "${commands[@]}" > "$root/commands"
(cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) > "$room/initramfs.gz"

echo "== one boot of $version"
seen="$room/console.log"
timeout "${REKAM_VM_SECONDS:-720}" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 2048 \
  -nodefaults -nographic -no-reboot -serial stdio \
  -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
  -kernel "$room/kernel/boot/vmlinuz-$version" -initrd "$room/initramfs.gz" \
  -append 'console=ttyS0 quiet loglevel=3 panic=-1 random.trust_cpu=on mitigations=off' </dev/null | sed -u 's|\r||g' | tee "$seen" || true

count() { grep -oE "[0-9]+ $1" "$seen" | awk '{ sum += $1 } END { print sum + 0 }'; }
passed=$(count passed)
failed=$(count failed)
grep -q '^== the guest is done' "$seen" || { echo "the guest did not come to its end"; failed=$((failed + 1)); }
results=$(grep -c '^test result:' "$seen" || true)
[ "$results" = "${#programs[@]}" ] || failed=$((failed + 1))
ended=$(grep -c '^== ended with 0' "$seen" || true)
passed=$((passed + ended))
failed=$((failed + ${#commands[@]} - ended))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
