/// The tables whose rows `SessionReader.count(of:)` counts; the names are the file's own.
public enum CountedTable: String, Hashable, Sendable, CaseIterable {
    case events
    case keystrokes
    case turns
    case draftEdits = "draft_edits"
    case clockObservations = "clock_observations"
    case clockSegments = "clock_segments"
    case timeTriples = "time_triples"
    case gaps
    case phases
    case audit
    case chunks
}
