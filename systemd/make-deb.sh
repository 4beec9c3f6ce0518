#!/usr/bin/env bash
# Makes attune_VERSION_ARCHITECTURE.deb in the checkout's root: release programs with Swift's runtime
# linked in, staged under .build-deb. Called by `make deb`, which installs what this needs.
#
#   --programs FOLDER    packages programs that were built already, as they are, for a test: for
#                        .build-deb/attune-test.deb; Swift's libraries must be brought along
#   --version VERSION    calls the package so, whatever the programs say of themselves (for a test of upgrades)
#   --to FILE            writes the package there
set -euo pipefail
umask 022
built='' asked='' target=''
while [ $# -gt 0 ]; do
    case $1 in
    --programs) built=$(realpath "$2") ;;
    --version) asked=$2 ;;
    --to) target=$(realpath -m "$2") ;;
    *) echo "make-deb.sh does not know $1" >&2; exit 64 ;;
    esac
    shift 2
done
cd "$(dirname "$0")/.."

work=.build-deb
root=$work/root
version=$(sed -n 's/.*static let current = "\(.*\)".*/\1/p' Sources/SessionStore/SoftwareVersion.swift)
version=${asked:-$version}
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

# Whoever adds a library has to say whose it is.
while read -r library; do
    grep -q "linked-libraries/$library$" systemd/debian/copyright \
        || { echo "systemd/debian/copyright does not name $library, which Package.resolved has" >&2; exit 1; }
done < <(sed -n 's/.*"identity" : "\(.*\)".*/\1/p' Package.resolved)

rm -rf "$root" "$work/debian"
install -d "$root/DEBIAN" "$root/usr/share/attune"
programs=()
for program in attuned attune attune-chat attune-console attune-net; do
    install -D -m 0755 "$binaries/$program" "$root/usr/bin/$program"
    strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/$program"
    programs+=("$root/usr/bin/$program")
done
# Sockets stand before services, so that they are there when a service starts.
units=() enabled=()
for unit in systemd/*.socket systemd/*.service systemd/*.timer systemd/*.path systemd/*.target systemd/*.slice; do
    [ -e "$unit" ] || continue
    install -D -m 0644 "$unit" "$root/lib/systemd/system/$(basename "$unit")"
    units+=("$(basename "$unit")")
    ! grep -q '^\[Install\]' "$unit" || enabled+=("$(basename "$unit")")
done
install -D -m 0644 systemd/attune.sysusers "$root/usr/lib/sysusers.d/attune.conf"
install -D -m 0644 systemd/attune.tmpfiles "$root/usr/lib/tmpfiles.d/attune.conf"
install -D -m 0644 systemd/attune.rules "$root/usr/share/polkit-1/rules.d/attune.rules"
install -D -m 0644 systemd/needrestart.conf "$root/etc/needrestart/conf.d/attune.conf"
install -D -m 0644 -t "$root/lib/udev/rules.d" Devices/udev/*.rules
install -D -m 0644 -t "$root/etc/attune" systemd/settings/*.yaml
# A laboratory's own protocols, personas and coding schemes.
install -d "$root/etc/attune/studies" "$root/etc/attune/personas" "$root/etc/attune/schemes"
install -D -m 0644 -t "$root/usr/share/attune/profiles" Devices/profiles/*.yaml
# The participant's page, and the researcher's.
for pages in chat:Sources/Chat/Page console:Sources/Console/Page; do
    (cd "${pages#*:}" && find . -type f ! -name '*.md') | while read -r file; do
        install -D -m 0644 "${pages#*:}/$file" "$root/usr/share/attune/${pages%%:*}/${file#./}"
    done
done
# Study protocols, personas, the link's interfaces, descriptions of formats.
for folder in Protocols/*/; do
    for file in "$folder"*; do
        case $file in *.yaml | *.md | *.varlink | *.py | *.sql) ;; *) continue ;; esac
        install -D -m 0644 -t "$root/usr/share/attune/$(basename "$folder")" "$file"
    done
done
# What Prometheus and Grafana take.
install -D -m 0644 -t "$root/usr/share/attune/metrics" systemd/metrics/*
for page in systemd/man/*; do
    install -D -m 0644 "$page" "$root/usr/share/man/man${page##*.}/$(basename "$page")"
    gzip -9n "$root/usr/share/man/man${page##*.}/$(basename "$page")"
done

# Each program writes its own completions (argument parser's --generate-completion-script).
for program in attuned attune attune-chat attune-console attune-net; do
    for shell in bash:bash-completion/completions/$program zsh:zsh/vendor-completions/_$program \
        fish:fish/vendor_completions.d/$program.fish; do
        file=$root/usr/share/${shell#*:}
        install -d "$(dirname "$file")"
        "$binaries/$program" --generate-completion-script "${shell%%:*}" > "$file"
        # Bash reads its file and does not run it.
        [ "${shell%%:*}" != bash ] || sed -i '1{/^#!/d}' "$file"
        [ -s "$file" ] || { echo "$program writes no completions for ${shell%%:*}" >&2; exit 1; }
        chmod 0644 "$file"
    done
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

# The notices of the libraries that are linked in, as their licences want.
checkouts=$work/swift/checkouts
[ -z "$built" ] || checkouts=$(realpath "$built/../../checkouts" 2>/dev/null || true)
for notice in "$checkouts"/*/NOTICE.txt; do
    [ -e "$notice" ] || continue
    printf '===== %s\n\n' "$(basename "$(dirname "$notice")")"
    cat "$notice"
done | gzip -9n > "$doc/NOTICE.gz"

for script in postinst prerm postrm; do
    sed -e "s/@UNITS@/${units[*]}/" -e "s/@ENABLED@/${enabled[*]}/" "systemd/debian/$script" \
        > "$root/DEBIAN/$script"
    chmod 0755 "$root/DEBIAN/$script"
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
    dpkg-deb --root-owner-group -Zgzip -z1 --build "$root" "${target:-$work/attune-test.deb}" >/dev/null
    exit
fi
package=${target:-attune_${version}_$architecture.deb}
dpkg-deb --root-owner-group -Zxz -z2 --build "$root" "$package" >/dev/null
echo "Made $package ($(du -h "$package" | cut -f1)):"
dpkg-deb -f "$package" Depends | sed 's/^/  depends on /'
lintian --fail-on error "$package"
echo "lintian found no errors. Install it with: sudo apt-get install $(realpath --relative-base=. "$package" | sed 's|^[^/]|./&|')"
