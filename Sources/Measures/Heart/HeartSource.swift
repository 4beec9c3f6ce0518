/// What intervals between heartbeats are taken from, the preferred one first.
public enum HeartSource: String, Hashable, Sendable, CaseIterable {
    /// R peaks of an electrocardiogram.
    case ecg
    /// Intervals as a device tells them.
    case deviceIntervals = "device-rr"
    /// Peaks of a pulse wave: what is told is pulse rate variability.
    case ppg
}
