import Measures
import SessionStore
import Timebase

/// One session for `attune measures`: with what may be shown of it, as an export would have it.
///
/// Used by one thread, within `open`.
public struct SessionMeasuring {
    private let export: SessionExport
    public let plan: MeasurePlan

    /// Opens a session's file for as long as the body works with it.
    public static func open<Result>(
        _ session: DatasetSession, _ selection: ExportSelection, alignment: AlignmentChoice,
        _ body: (SessionMeasuring) throws -> Result
    ) throws -> Result {
        let alone = StudyContext(Dataset(sessions: [session], excluded: [], studies: [:]), nil)
        let export = try SessionExport(session, alone, selection, alignment: alignment)
        defer { try? export.reader.close() }
        return try body(SessionMeasuring(export: export, plan: try export.measurePlan()))
    }

    public var participant: String { export.key.participant }
    /// The session's key, as in exports.
    public var session: String { export.key.session }

    /// The selected phases.
    public var phases: [(name: String, stretch: MeasureStretch)] {
        plan.phaseStretches.compactMap { stretch in
            guard case .phase(let name) = stretch.kind, export.selection.takes(phase: name) else {
                return nil
            }
            return (name, stretch)
        }
    }

    /// Whether a stretch ends in a selected phase.
    public func takes(_ stretch: MeasureStretch) -> Bool {
        guard let phases = export.stretches else { return true }
        return phases.contains { $0.lowerBound < stretch.to && stretch.to <= $0.upperBound }
    }

    /// Seconds since the session's start.
    public func seconds(_ time: Instant) -> Double { Double(export.sinceStart(time)) / 1e9 }

    public func measures(_ settings: MeasureSettings) throws -> SessionMeasures {
        try export.measures(plan, settings: settings)
    }
}
