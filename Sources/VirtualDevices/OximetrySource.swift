import Timebase

/// What a pulse oximeter sees: saturation, rate and strength of the pulse; nothing while the finger is
/// out.
struct OximetrySource: Sendable {
    /// One reading.
    struct Reading: Hashable, Sendable {
        /// Tenths of a percent.
        var saturation: Int64
        /// Beats a minute.
        var rate: Int64
        /// Hundredths of a percent.
        var amplitude: Int64
    }

    private let recording: RecordedSignal?
    private let lossSeconds: Double
    private var row = 0
    private var beats: HeartBeats
    private var generator: SimulationGenerator
    private var saturation = 97.5
    private var firstLook: Instant?

    init(_ settings: VirtualDeviceSettings) {
        recording = settings.recording
        lossSeconds = settings.options.contactLossEverySeconds
        beats = HeartBeats(seed: settings.seed)
        generator = SimulationGenerator(seed: settings.seed, purpose: 0x0271)
    }

    /// Whether the recording's last row was given out.
    var isExhausted: Bool { recording.map { row >= $0.count } ?? false }

    /// The reading at a moment; the recording's columns are percent and beats a minute.
    mutating func reading(at moment: Instant) -> Reading? {
        if firstLook == nil { firstLook = moment }
        _ = beats.beats(until: moment)
        saturation += (97.5 - saturation) * 0.05 + 0.12 * generator.normal()
        var reading = Reading(
            saturation: Int64((10 * min(100, saturation)).rounded()),
            rate: Int64((60 / beats.interval).rounded()),
            amplitude: Int64((250 + 20 * generator.normal()).rounded()))
        if let recording, row < recording.count {
            reading.saturation = 10 * recording.columns[0][row]
            if recording.columns.count > 1 { reading.rate = recording.columns[1][row] }
            row += 1
        }
        if lossSeconds > 0, let firstLook {
            // Three seconds without a finger at the end of each stretch.
            let passed = Double(moment - firstLook) * 1e-9
            if passed.truncatingRemainder(dividingBy: lossSeconds) >= lossSeconds - 3 { return nil }
        }
        return reading
    }
}
