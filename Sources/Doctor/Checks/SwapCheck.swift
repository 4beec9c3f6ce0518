/// Swap: what a participant typed could lie there after the study.
struct SwapCheck: StationCheck {
    static let name = "swap"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        guard let text = machine.text("/proc/swaps") else {
            return [unknown("the kernel does not tell of swap", mend: "swapon --show")]
        }
        let areas = text.split(separator: "\n").dropFirst().compactMap { line in
            line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first.map(String.init)
        }
        guard !areas.isEmpty else { return [ok("there is no swap")] }
        return areas.map { area in
            // Compressed memory, and no disk.
            if area.hasPrefix("/dev/zram") { return ok("\(area) is memory") }
            let state =
                area.hasPrefix("/dev/")
                ? Encryption.number(of: area, machine).map { Encryption.of(device: $0, machine) }
                    ?? .unknown("the kernel does not tell what it is made of")
                : Encryption.of(path: area, machine)
            switch state {
            case .encrypted(let how): return ok("\(area) is encrypted: \(how)")
            case .plain:
                return warning(
                    "\(area) is not encrypted: what was typed may stay there",
                    mend: "sudo swapoff \(area), and take it out of /etc/fstab, or encrypt it "
                        + "(crypttab(5), 'swap')")
            case .unknown(let why):
                return unknown("cannot tell whether \(area) is encrypted: \(why)", mend: "lsblk -f")
            }
        }
    }
}
