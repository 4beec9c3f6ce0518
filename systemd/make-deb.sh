#!/usr/bin/env bash
# Makes attune_VERSION_ARCHITECTURE.deb in the checkout's root: release programs with Swift's runtime
# linked in, staged under .build-deb. Called by `make deb`, which installs what this needs.
#
#   make-deb.sh --programs FOLDER    packages programs that were built already, as they are, for a test:
#                                    .build-deb/attune-test.deb; Swift's libraries must be brought along
set -euo pipefail
umask 022
built=
[ "${1:-}" != --programs ] || built=$(realpath "$2")
cd "$(dirname "$0")/.."

work=.build-deb
root=$work/root
version=$(sed -n 's/.*static let current = "\(.*\)".*/\1/p' Sources/SessionStore/SoftwareVersion.swift)
architecture=$(dpkg --print-architecture)
[ -n "$version" ] || { echo "Sources/SessionStore/SoftwareVersion.swift names no version" >&2; exit 1; }
# The same programs give the same package, to the byte.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

build=(swift build -c release --static-swift-stdlib --scratch-path "$work/swift"
    --explicit-target-dependency-import-check error)
if [ -z "$built" ]; then
    for program in attuned attune attune-chat attune-console attune-net; do
        echo "Building $program with Swift's runtime linked in"
        "${build[@]}" --product "$program"
    done
    binaries=$("${build[@]}" --show-bin-path)
else
    binaries=$built
fi

rm -rf "$root" "$work/debian"
install -d "$root/DEBIAN" "$root/usr/share/attune"
programs=()
for program in attuned attune attune-chat attune-console attune-net; do
    install -D -m 0755 "$binaries/$program" "$root/usr/bin/$program"
    strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/$program"
    programs+=("$root/usr/bin/$program")
done
install -D -m 0644 systemd/attuned.service "$root/lib/systemd/system/attuned.service"
install -D -m 0644 systemd/attune-net.service "$root/lib/systemd/system/attune-net.service"
install -D -m 0644 systemd/attune-chat.service "$root/lib/systemd/system/attune-chat.service"
install -D -m 0644 systemd/attune-console.service "$root/lib/systemd/system/attune-console.service"
install -D -m 0644 systemd/attune.sysusers "$root/usr/lib/sysusers.d/attune.conf"
install -D -m 0644 systemd/attune.tmpfiles "$root/usr/lib/tmpfiles.d/attune.conf"
install -D -m 0644 Devices/udev/70-attune.rules "$root/lib/udev/rules.d/70-attune.rules"
install -D -m 0644 -t "$root/etc/attune" systemd/settings/attuned.yaml \
    systemd/settings/net.yaml systemd/settings/chat.yaml systemd/settings/console.yaml
# A laboratory's own protocols, personas and coding schemes.
install -d "$root/etc/attune/studies" "$root/etc/attune/personas" "$root/etc/attune/schemes"
install -D -m 0644 -t "$root/usr/share/attune/profiles" Devices/profiles/*.yaml
# The participant's page, and the researcher's.
for pages in chat:Sources/Chat/Page console:Sources/Console/Page; do
    (cd "${pages#*:}" && find . -type f) | while read -r file; do
        install -D -m 0644 "${pages#*:}/$file" "$root/usr/share/attune/${pages%%:*}/${file#./}"
    done
done
# Study protocols, personas, the link's interfaces, descriptions of formats.
for folder in Protocols/*/; do
    for file in "$folder"*; do
        case $file in *.yaml | *.md | *.varlink | *.py) ;; *) continue ;; esac
        install -D -m 0644 -t "$root/usr/share/attune/$(basename "$folder")" "$file"
    done
done
for page in systemd/man/*; do
    install -D -m 0644 "$page" "$root/usr/share/man/man${page##*.}/$(basename "$page")"
    gzip -9n "$root/usr/share/man/man${page##*.}/$(basename "$page")"
done

install -D -m 0644 systemd/debian/lintian-overrides "$root/usr/share/lintian/overrides/attune"

doc=$root/usr/share/doc/attune
install -D -m 0644 systemd/debian/copyright "$doc/copyright"
install -m 0644 README.md "$doc/README.md"
{
    echo "attune ($version) stable; urgency=medium"
    echo
    echo "  * Built from the sources of version $version."
    echo
    echo " -- Attune developers <attune@attune.invalid>  $(date -R -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n > "$doc/changelog.gz"

for script in postinst prerm postrm; do
    install -m 0755 "systemd/debian/$script" "$root/DEBIAN/$script"
done
(cd "$root" && find etc -type f -printf '/%p\n' | sort) > "$root/DEBIAN/conffiles"

# The system's libraries that the programs are linked with, and their versions.
install -d "$work/debian"
printf 'Source: attune\n\nPackage: attune\nArchitecture: any\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O ${built:+--ignore-missing-info} \
    "${programs[@]/#$work\//-e}" 2> >(grep -v "can't extract name and version" >&2) | sed -n 's/^shlibs:Depends=//p')
size=$(du -k -s --apparent-size "$root" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" \
    -e "s/@DEPENDS@/$depends/" systemd/debian/control.in > "$root/DEBIAN/control"
(cd "$root" && find . -type f -not -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum) \
    > "$root/DEBIAN/md5sums"

if [ -n "$built" ]; then
    dpkg-deb --root-owner-group -Zgzip -z1 --build "$root" "$work/attune-test.deb" >/dev/null
    exit
fi
package=attune_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz -z2 --build "$root" "$package" >/dev/null
echo "Made $package ($(du -h "$package" | cut -f1)):"
dpkg-deb -f "$package" Depends | sed 's/^/  depends on /'
lintian --fail-on error "$package"
echo "lintian found no errors. Install it with: sudo apt-get install ./$package"
