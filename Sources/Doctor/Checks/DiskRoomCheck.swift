import Recording

/// Free space against how fast sessions grow, and whether room for their end can be kept.
struct DiskRoomCheck: StationCheck {
    static let name = "disk"

    /// The daemon raises its own alarm below this.
    private static let least: Int64 = 1 << 30
    private static let fewHours = 24.0
    /// Where blocks behind the end of a file are its own (fallocate with FALLOC_FL_KEEP_SIZE). Not ext3, which
    /// has no extents, and not zfs, which says yes and keeps nothing.
    private static let keepingRoom: Set<String> = [
        "ext4", "xfs", "btrfs", "f2fs", "bcachefs", "gfs2", "ocfs2", "tmpfs",
    ]

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        guard let space = machine.space(machine.nearest(station.data)) else {
            return [
                missing(
                    "\(station.data) cannot be looked at",
                    mend: "sudo systemd-tmpfiles --create attune.conf")
            ]
        }
        let rate = station.status?.storage.bytesPerSecond ?? station.bytesPerSecond
        let hours = DiskOutlook(free: space.free, bytesPerSecond: rate).secondsLeft.map {
            $0 / 3600
        }
        let free = "\(space.free >> 20) MiB free in \(station.data)"
        let lasting = hours.map {
            ", \($0 >= 1000 ? "more than 1000" : "\(Int($0))") hours of sessions"
        }
        let seen = free + (lasting ?? "")
        return [room(seen, space, hours, station)] + reserve(machine, station)
    }

    private func room(
        _ seen: String, _ space: (free: Int64, total: Int64), _ hours: Double?,
        _ station: StationFacts
    ) -> Finding {
        let mend = "du -xh --max-depth=2 \(station.data) | sort -h | tail"
        if space.free < Self.least { return missing(seen, mend: "make room: \(mend)") }
        if let hours, hours < Self.fewHours { return warning(seen, mend: "make room: \(mend)") }
        if space.total > 0, space.free < 10 * Self.least, hours == nil {
            return warning(seen, mend: "make room before a study: \(mend)")
        }
        return ok(seen)
    }

    /// Whether a full disk can keep a session from being finished.
    private func reserve(_ machine: any Machine, _ station: StationFacts) -> [Finding] {
        guard let mount = Mount.holding(station.data, machine),
            !Self.keepingRoom.contains(mount.kind)
        else { return [] }
        return [
            warning(
                "\(mount.kind) at \(mount.point) is not known to keep room for a file in advance: on a full "
                    + "disk, a session is stopped and finished only when there is room again",
                mend: "name a folder on ext4, xfs or btrfs under 'data' in /etc/attune/attuned.yaml"
            )
        ]
    }
}
