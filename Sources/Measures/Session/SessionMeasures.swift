import SessionStore
import Timebase

/// The measures of one session: reads signals in blocks, once, when they are first asked for.
///
/// Used by one thread.
public final class SessionMeasures {
    let reader: SessionReader
    let plan: MeasurePlan
    let corrections: SignalCorrections
    let settings: MeasureSettings
    let data: Set<MeasureData>
    let streams: [StreamDescription]

    /// - Parameters:
    ///   - plan: as `MeasurePlan(_:baseline:shows:)` reads it.
    ///   - corrections: of the signals; measures name their version.
    ///   - shows: kinds of data that may be used: what a participant does not agree to is missing.
    /// - Throws: `SessionStoreError`.
    public init(
        reader: SessionReader, plan: MeasurePlan, corrections: SignalCorrections,
        settings: MeasureSettings = MeasureSettings(), shows: (MeasureData) -> Bool
    ) throws(SessionStoreError) {
        self.reader = reader
        self.plan = plan
        self.corrections = corrections
        self.settings = settings
        data = Set(MeasureData.allCases.filter(shows))
        streams = data.contains(.signals) ? try reader.streams() : []
    }

    /// The variables of a kind of stretch, in their order; which phase or turn it is does not matter.
    public static func variables(of kind: MeasureStretch.Kind) -> [MeasureVariable] { [] }

    /// One value for each of `variables(of:)`.
    /// - Throws: `SessionStoreError` where the file cannot be read.
    public func values(of stretch: MeasureStretch) throws -> [MeasureValue] { [] }
}
