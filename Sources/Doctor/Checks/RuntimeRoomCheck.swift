/// The runtime directory: memory, and room in it for the rings.
struct RuntimeRoomCheck: StationCheck {
    static let name = "runtime"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        var ring: Int64 = 1 << 20
        while ring < Int64(station.settings.ringMegabytes) << 20 { ring <<= 1 }
        let needed = 2 * ring
        let folder = machine.nearest(station.runtime)
        guard let space = machine.space(folder) else {
            return [unknown("\(station.runtime) cannot be looked at")]
        }
        // The rings of a daemon that runs are in it already.
        let held: Int64 = machine.exists("\(station.runtime)/acquisition.ring") ? needed : 0
        guard space.free + held >= needed + (4 << 20) else {
            return [
                missing(
                    "\(station.runtime) has \(space.free >> 20) MiB free, and the two rings need "
                        + "\(needed >> 20)",
                    mend: "set ring_megabytes lower in /etc/attune/attuned.yaml, or: "
                        + "sudo mount -o remount,size=\((needed >> 20) + 256)M \(Mount.holding(folder, machine)?.point ?? "/run")"
                )
            ]
        }
        guard let mount = Mount.holding(station.runtime, machine) else {
            return [unknown("the kernel does not tell what \(station.runtime) lies on")]
        }
        guard mount.kind == "tmpfs" || mount.kind == "ramfs" else {
            return [
                warning(
                    "\(station.runtime) is on \(mount.kind): the rings should be in memory",
                    mend: "leave 'runtime' out of /etc/attune/attuned.yaml")
            ]
        }
        return [ok("\(station.runtime) is in memory and holds the rings (\(needed >> 20) MiB)")]
    }
}
