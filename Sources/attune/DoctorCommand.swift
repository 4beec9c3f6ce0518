import ArgumentParser
import Declarations
import Doctor
import Foundation
import Link
import Recording
import SessionStore
import SystemCalls

/// `attune doctor`: what this machine lacks to be a station.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is missing on this machine, and the command that mends it.",
        discussion: """
            Looks at services, settings, rights, devices, disk, clock and what else a recording depends \
            on, and changes nothing. Run it as the person who operates the station; as root it sees a \
            little more. Exit status: 0 when nothing that is needed is missing, 1 when something is.
            """)

    @Flag(help: "Show only what is not in order.") var quiet = false

    @OptionGroup var global: GlobalOptions

    /// What `--json` prints.
    private struct Report: Encodable {
        /// `ok`, or `missing` when something that is needed is not there.
        var verdict: Finding.Verdict
        var checks: [Finding]
    }

    func run() throws {
        let doctor = Doctor(ThisMachine(), facts())
        if global.json {
            try Output.json(
                Report(
                    verdict: doctor.isMissingSomething ? .missing : .ok, checks: doctor.findings))
        } else {
            show(doctor)
        }
        if doctor.isMissingSomething { throw ExitCode(1) }
    }

    private func show(_ doctor: Doctor) {
        let width = doctor.findings.map(\.check.count).max() ?? 0
        for finding in doctor.findings where !quiet || finding.verdict != .ok {
            let name = finding.check.padding(toLength: width, withPad: " ", startingAt: 0)
            print("\(Self.mark(finding.verdict))  \(name)  \(finding.seen)")
            if let mend = finding.mend {
                print("\(String(repeating: " ", count: width + 12))→ \(mend)")
            }
        }
        let missing = doctor.findings.filter { $0.verdict == .missing }.count
        let warnings = doctor.findings.filter { $0.verdict == .warning }.count
        print("")
        print(
            missing == 0
                ? "Nothing that is needed is missing\(warnings == 0 ? "" : "; \(warnings) to look at")."
                : "\(missing) missing, \(warnings) to look at. Each → tells what mends it.")
    }

    /// Of equal width.
    private static func mark(_ verdict: Finding.Verdict) -> String {
        switch verdict {
        case .ok: "ok      "
        case .warning: "look    "
        case .missing: "MISSING "
        case .unknown: "unknown "
        }
    }

    /// Where the station is, what its settings say and its daemon answers. What cannot be read is found by
    /// the checks.
    private func facts() -> StationFacts {
        let settings =
            Places.settings(of: "attuned").flatMap { try? StationSettings.load(path: $0) }
            ?? StationSettings()
        let runtime = global.runtime ?? settings.runtime ?? Places.runtime
        let programs =
            Places.program("attuned").map { String($0.dropLast("/attuned".count)) } ?? "/usr/bin"
        var station = StationFacts(
            isInstalled: Places.isInstalled, settings: settings,
            data: global.data ?? settings.data ?? Places.data, runtime: runtime,
            version: SoftwareVersion.current, programs: programs)
        do {
            let client = try VarlinkClient(path: Places.socket(runtime: runtime))
            let status = try client.call(ControlInterface.GetStatus.self, .init()).status
            station.status = status
            station.data = status.data
            station.bytesPerSecond = rate(
                try client.call(ControlInterface.ListSessions.self, .init()).sessions)
        } catch {
            station.silence = "\(error)"
        }
        return station
    }

    /// The quickest of the last sessions that took more than a minute.
    private func rate(_ sessions: [SessionInfo]) -> Double? {
        sessions.prefix(20).filter { $0.durationMs > 60_000 }
            .map { Double($0.fileBytes) * 1000 / Double($0.durationMs) }.max()
    }
}
