import Measures
import SessionStore
import StudyProtocol
import Timebase

extension QualityReader {
    /// The measures that say how good a phase's signals are, by their variables' names.
    private static let shares = [
        ("Heart", "hr_coverage_pct", "hr_artefact_pct"),
        ("Skin conductance", "eda_coverage_pct", "eda_artefact_pct"),
    ]

    mutating func addPhases() throws {
        let known = plan?.phases ?? []
        let measurePlan = try MeasurePlan(
            reader,
            baseline: { name in
                guard let phase = known.first(where: { $0.name == name }), phase.kind == .baseline
                else { return nil }
                return phase.task == .typing ? .typing : .rest
            })
        let measures = try SessionMeasures(
            reader: reader, plan: measurePlan, corrections: SignalCorrections(),
            shows: { _ in true })
        let variables = SessionMeasures.variables(of: .phase(""))
        let places = Dictionary(
            variables.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { $1 })
        var rows: [[QualityReport.Section.Cell]] = []
        for (phase, stretch) in zip(measurePlan.phases, measurePlan.phaseStretches) {
            let values = try measures.values(of: stretch)
            let planned = known.first { $0.name == phase.name }?.durationSeconds
            let lasted = phase.to - phase.from
            var cells: [QualityReport.Section.Cell] = [
                .init(phase.name),
                .init(Self.duration(lasted), isNumber: true),
                .init(planned.map { Self.duration(Int64($0 * 1e9)) } ?? "–", isNumber: true),
            ]
            var problems: [String] = []
            for (name, coverage, artefacts) in Self.shares {
                func share(_ variable: String) -> Double? {
                    guard let place = places[variable], values.indices.contains(place) else {
                        return nil
                    }
                    return switch values[place] {
                    case .real(let number): number
                    case .integer(let number): Double(number)
                    default: nil
                    }
                }
                let covered = share(coverage)
                let spoiled = share(artefacts)
                let levels = [
                    covered.map { Self.level(falling: $0) } ?? .good,
                    spoiled.map { Self.level(rising: $0) } ?? .good,
                ]
                cells.append(.init(covered.map(Self.percent) ?? "–", levels[0], isNumber: true))
                cells.append(.init(spoiled.map(Self.percent) ?? "–", levels[1], isNumber: true))
                if let covered, levels[0] != .good {
                    problems.append("\(name.lowercased()) covers \(Self.percent(covered))")
                }
                if let spoiled, levels[1] != .good {
                    problems.append(
                        "\(Self.percent(spoiled)) of \(name.lowercased()) are artefacts")
                }
            }
            rows.append(cells)
            judge(phase, lasted: lasted, planned: planned, problems)
        }
        findMissing(known)
        report.add(
            .init(
                title: "Phases",
                header: [
                    "Phase", "Lasted", "Planned", "Heart: coverage", "artefacts",
                    "Skin conductance: coverage", "artefacts",
                ], rows: rows, without: "The session had no phases."))
    }

    private mutating func judge(
        _ phase: MeasurePlan.PhasePart, lasted: Int64, planned: Double?, _ problems: [String]
    ) {
        guard let baseline = phase.baseline else {
            for problem in problems {
                report.find(.look, "In the phase \(phase.name), \(problem).")
            }
            return
        }
        let what = baseline == .rest ? "resting baseline" : "typing baseline"
        var all = problems
        if let planned, Double(lasted) < 0.8e9 * planned {
            all.append(
                "it lasted \(Self.duration(lasted)) instead of \(Self.duration(Int64(planned * 1e9)))"
            )
        }
        if all.isEmpty {
            report.find(.good, "The \(what) (\(phase.name)) can be used.")
        } else {
            report.find(
                .bad,
                "The \(what) (\(phase.name)) may be of no use: \(all.joined(separator: "; ")).")
        }
    }

    /// Phases of the protocol that were not gone through, baselines above all.
    private mutating func findMissing(_ known: [StudyPhase]) {
        let kind = session.description.kind
        for phase in plan?.phases(of: kind) ?? known
        where !phase.isOptional && !phases.contains(where: { $0.name == phase.name }) {
            report.find(
                phase.kind == .baseline ? .bad : .look,
                "The phase \(phase.name) of the protocol did not take place.")
        }
    }
}
