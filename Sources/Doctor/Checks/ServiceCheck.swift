/// The services: installed, enabled and running.
struct ServiceCheck: StationCheck {
    static let name = "services"

    /// A station records without the others.
    private static let needed = "attuned"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        guard station.isInstalled else {
            return [ok("run out of a checkout; services come with the package (make deb)")]
        }
        guard machine.exists("/run/systemd/system") else {
            return [unknown("no systemd runs here, so that nothing keeps attuned running")]
        }
        return ["attuned", "attune-chat", "attune-console"].map { look(at: $0, machine) }
            + network(machine)
    }

    private func look(at service: String, _ machine: any Machine) -> Finding {
        guard let unit = machine.unit("\(service).service") else {
            return unknown("systemctl does not answer", mend: "systemctl status \(service)")
        }
        let isNeeded = service == Self.needed
        func bad(_ seen: String, _ mend: String) -> Finding {
            isNeeded ? missing(seen, mend: mend) : warning(seen, mend: mend)
        }
        switch unit["LoadState"] {
        case "loaded": break
        case "masked": return bad("\(service) is masked", "sudo systemctl unmask \(service)")
        default:
            return bad(
                "\(service).service is not installed", "sudo apt-get install --reinstall attune")
        }
        let state = "\(unit["ActiveState"] ?? "?") (\(unit["SubState"] ?? "?"))"
        guard unit["ActiveState"] == "active" else {
            return bad(
                "\(service) is \(state)",
                unit["ActiveState"] == "failed"
                    ? "journalctl -u \(service) -n 20 && sudo systemctl restart \(service)"
                    : "sudo systemctl enable --now \(service)")
        }
        guard unit["UnitFileState"] == "enabled" else {
            return warning(
                "\(service) runs, and will not after a restart of the machine",
                mend: "sudo systemctl enable \(service)")
        }
        if unit["NeedDaemonReload"] == "yes" {
            return warning(
                "\(service) runs by an older unit file", mend: "sudo systemctl daemon-reload")
        }
        return ok("\(service) is enabled and \(state)")
    }

    /// Ends at once where its settings name nothing, which is as it should be.
    private func network(_ machine: any Machine) -> [Finding] {
        guard let unit = machine.unit("attune-net.service"), unit["ActiveState"] == "failed" else {
            return []
        }
        return [
            warning(
                "attune-net has failed", mend: "journalctl -u attune-net -n 20")
        ]
    }
}
