import Measures
import SessionStore
import StudyProtocol
import Timebase

extension SessionExport {
    /// What measures know of the session; of kinds of data that may not leave the file, nothing.
    func measurePlan() throws(ExportError) -> MeasurePlan {
        let known = plan?.phases ?? []
        return try fromStore { () throws(SessionStoreError) in
            try MeasurePlan(
                reader,
                baseline: { name in
                    guard let phase = known.first(where: { $0.name == name }),
                        phase.kind == .baseline
                    else { return nil }
                    return phase.task == .typing ? .typing : .rest
                },
                shows: shows)
        }
    }

    /// The session's measures, with the corrections of the review's version that counts.
    func measures(
        _ measurePlan: MeasurePlan, settings: MeasureSettings = MeasureSettings()
    ) throws(ExportError) -> SessionMeasures {
        try fromStore { () throws(SessionStoreError) in
            let corrections = try SignalCorrections(
                reviewOf: entry.path, version: entry.pin?.annotations)
            return try SessionMeasures(
                reader: reader, plan: measurePlan, corrections: corrections, settings: settings,
                shows: shows)
        }
    }

    private func shows(_ data: MeasureData) -> Bool {
        ConsentTier.Data(rawValue: data.rawValue).map { shows($0) } ?? false
    }
}
