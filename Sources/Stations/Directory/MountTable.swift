import SystemCalls

/// Notices that a disk or share is not mounted: its mount point is an empty folder of this machine.
enum MountTable {
    /// The folder that /etc/fstab has something for which is not mounted now, at a path or around it; nil where
    /// there is none.
    static func missing(around path: String) -> String? {
        missing(
            around: path, fstab: (try? FileSystem.readText("/etc/fstab")) ?? "",
            mounts: (try? FileSystem.readText("/proc/self/mounts")) ?? "")
    }

    static func missing(around path: String, fstab: String, mounts: String) -> String? {
        let mounted = Set(points(mounts))
        return points(fstab).filter { point in
            point.hasPrefix("/") && point != "/" && !mounted.contains(point)
                && (path == point || path.hasPrefix(point + "/"))
        }.max { $0.count < $1.count }
    }

    /// The second field of each line, without what it escapes (fstab(5)).
    private static func points(_ table: String) -> [String] {
        table.split(separator: "\n").compactMap { line in
            guard !line.hasPrefix("#") else { return nil }
            let fields = line.split { $0 == " " || $0 == "\t" }
            guard fields.count > 1 else { return nil }
            let point = String(fields[1]).replacing("\\040", with: " ")
                .replacing("\\011", with: "\t")
            return point.count > 1 && point.hasSuffix("/") ? String(point.dropLast()) : point
        }
    }
}
