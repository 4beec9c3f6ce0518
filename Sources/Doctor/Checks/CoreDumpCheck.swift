/// Core dumps: they would hold what a participant typed.
///
/// The programs forbid them for themselves (PR_SET_DUMPABLE). The units' LimitCORE is the second lock, and
/// does not bind a program that the kernel pipes dumps to (core(5)).
struct CoreDumpCheck: StationCheck {
    static let name = "core-dumps"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        guard let pattern = machine.trimmed("/proc/sys/kernel/core_pattern") else {
            return [unknown("the kernel does not tell where core dumps go")]
        }
        var found: [Finding] = []
        if station.isInstalled, let unit = machine.unit("attuned.service"),
            let limit = unit["LimitCORE"], limit != "0"
        {
            found.append(
                warning(
                    "the service allows core dumps (LimitCORE=\(limit))",
                    mend: "sudo systemctl revert attuned && sudo systemctl restart attuned"))
        }
        let handlers = ["systemd-coredump", "apport"]
        if pattern.hasPrefix("|"), !handlers.contains(where: { pattern.contains($0) }) {
            let program = pattern.dropFirst().prefix { $0 != " " }
            found.append(
                warning(
                    "the kernel hands core dumps of all programs to \(program), whatever their limits",
                    mend: "sudo sysctl -w kernel.core_pattern=core"))
        }
        let destination =
            pattern.hasPrefix("|") ? "a program that keeps to the limits" : "'\(pattern)'"
        return found.isEmpty
            ? [ok("the programs allow none; those of others go to \(destination)")] : found
    }
}
