import Measures
import Timebase

extension SessionTables {
    /// The measures of windows that slide over each phase, where they were asked for.
    func writeWindows() throws(ExportError) {
        guard let windows = export.selection.windows else { return }
        let known =
            [
                TableColumn("phase", .text, "", "Name of the phase in the protocol"),
                TableColumn("stay", .integer, "", "Which stay in this phase, from 1"),
                TableColumn("window", .integer, "", "Which window of this stay, from 1"),
            ] + TableColumn.moment("Start of the window") + TableColumn.end("End of the window")
            + conditionColumns
        let measured = MeasureColumns(measures, of: .window, beside: TableColumn.keys + known)
        try table("windows", "A window of a phase", known + measured.columns) { file in
            let stretches = plan.phaseStretches
            var stays: [String: Int64] = [:]
            for (place, phase) in export.phases.enumerated() {
                stays[phase.name, default: 0] += 1
                guard export.selection.takes(phase: phase.name), stretches.indices.contains(place)
                else { continue }
                let parts = try MeasurePlan.windows(
                    from: stretches[place].from, to: stretches[place].to, length: windows.length,
                    step: windows.step)
                for (number, window) in parts.enumerated() {
                    file.text(phase.name)
                    file.integer(stays[phase.name])
                    file.integer(Int64(number + 1))
                    moment(window.from, file)
                    moment(window.to, file)
                    writeConditions(file)
                    try measured.write(window, file)
                    try file.endRow()
                    // A window takes longer than a row of anything else.
                    try run.proceed(file.name)
                }
            }
        }
    }
}
