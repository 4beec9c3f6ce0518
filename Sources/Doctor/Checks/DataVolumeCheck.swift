/// The file system of the studies: on a disk of this machine, and honest about what is written.
struct DataVolumeCheck: StationCheck {
    static let name = "volume"

    private static let good: Set<String> = [
        "ext4", "xfs", "btrfs", "zfs", "f2fs", "ext3", "bcachefs", "ecryptfs",
    ]
    private static let remote: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "afs", "virtiofs",
    ]
    private static let fleeting: Set<String> = ["tmpfs", "ramfs", "overlay", "aufs", "squashfs"]

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        let move = "name a folder of a local disk under 'data' in /etc/attune/attuned.yaml"
        guard let mount = Mount.holding(station.data, machine) else {
            return [
                unknown(
                    "the kernel does not tell what \(station.data) lies on",
                    mend: "findmnt -T \(station.data)")
            ]
        }
        let place = "\(station.data) is on \(mount.kind) at \(mount.point)"
        if Self.fleeting.contains(mount.kind) {
            return [missing("\(place), which does not last", mend: move)]
        }
        if Self.remote.contains(mount.kind) || mount.kind.hasPrefix("fuse.sshfs") {
            return [
                missing("\(place), over a network: locks and syncs cannot be relied on", mend: move)
            ]
        }
        if mount.options.contains("ro") {
            return [
                missing(
                    "\(place), which is read-only", mend: "sudo mount -o remount,rw \(mount.point)")
            ]
        }
        let dishonest = mount.options.intersection([
            "nobarrier", "barrier=0", "barrier=none", "data=writeback", "nodatacow",
        ])
        if !dishonest.isEmpty {
            let option = dishonest.sorted().joined(separator: ", ")
            return [
                warning(
                    "\(place) with \(option): a power cut may take what was said to be stored",
                    mend:
                        "take \(option) out of /etc/fstab, then: sudo mount -o remount \(mount.point)"
                )
            ]
        }
        if ["vfat", "exfat", "msdos", "ntfs", "ntfs3", "fuseblk", "ext2"].contains(mount.kind) {
            return [warning("\(place), which has no journal for a power cut", mend: move)]
        }
        return [
            Self.good.contains(mount.kind)
                ? ok(place) : unknown("\(place), of which is not known what it promises")
        ]
    }
}
