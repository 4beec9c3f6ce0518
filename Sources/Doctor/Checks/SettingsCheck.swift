/// The settings files: each program reads its own and says what is wrong.
struct SettingsCheck: StationCheck {
    static let name = "settings"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        ["attuned", "attune-chat", "attune-console", "attune-net"].map { program in
            guard
                let answer = machine.answer("\(station.programs)/\(program)", ["--check"])
            else { return missing("there is no \(program)", mend: install(station)) }
            let said = answer.output.split(separator: "\n").last.map(String.init) ?? ""
            guard answer.code == 0 else {
                return missing(
                    said.isEmpty ? "\(program) --check ended with \(answer.code)" : said,
                    mend: "correct that line, then: \(program) --check")
            }
            return ok("\(program): the settings are in order")
        }
    }

    private func install(_ station: StationFacts) -> String {
        station.isInstalled ? "sudo apt-get install --reinstall attune" : "make programs"
    }
}
