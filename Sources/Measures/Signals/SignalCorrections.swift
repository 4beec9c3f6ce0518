import SessionStore
import Timebase

/// What people corrected in a session's signals, as of one version of its review.
public struct SignalCorrections: Hashable, Sendable {
    /// The layer of annotations that are about signals; those of single raters change no measure.
    public static let layer = "signals"

    /// The review's version: the largest id of all annotations, 0 where there are none.
    public private(set) var reviewVersion: Int64 = 0
    /// The largest id of those that are about signals: what is derived changes with it alone.
    public private(set) var version: Int64 = 0
    private var heart: [Place: HeartbeatCorrections] = [:]
    private var marked: [Place: [Range<Instant>]] = [:]

    private struct Place: Hashable {
        var stream: Int64
        /// The channel's name; nil where it is about all channels of the stream.
        var channel: String?
    }

    public init() {}

    /// Reads the review beside a session's file; waits for the disk.
    /// - Parameter wanted: as of this version of the review; nil for how it stands now.
    public init(reviewOf path: String, version wanted: Int64? = nil) throws(SessionStoreError) {
        let reader = try ReviewReader.open(path)
        let newest = try reader.version()
        if let wanted, wanted < newest {
            // What had been taken away by then has no row among these, so that the version of the
            // corrections may be a smaller one than it was; what is derived from them is the same.
            let annotations = try reader.annotations(version: wanted)
            try reader.close()
            self.init(annotations.filter { $0.layer == Self.layer }, reviewVersion: wanted)
            return
        }
        let annotations = try reader.annotations(layer: Self.layer, removed: true)
        try reader.close()
        self.init(annotations, reviewVersion: newest)
    }

    /// - Parameter annotations: as they stand, those that were taken away among them.
    public init(_ annotations: [Annotation], reviewVersion: Int64) {
        self.reviewVersion = reviewVersion
        for annotation in annotations where annotation.kind.isOfSignal {
            version = max(version, annotation.id)
            guard !annotation.isRemoved, let stream = annotation.stream,
                let start = annotation.start
            else { continue }
            let place = Place(stream: stream, channel: annotation.channel)
            switch annotation.kind {
            case .beat: heart[place, default: HeartbeatCorrections()].added.append(start)
            case .noBeat: heart[place, default: HeartbeatCorrections()].removed.append(start)
            case .artefact:
                guard let end = annotation.end, start < end else { continue }
                marked[place, default: []].append(start..<end)
            default: continue
            }
        }
    }

    /// Corrections of the R peaks of a channel, with the stretches that are marked as artefacts.
    public func heartbeats(stream: Int64, channel: String) -> HeartbeatCorrections {
        var own = HeartbeatCorrections()
        for place in [Place(stream: stream, channel: nil), Place(stream: stream, channel: channel)]
        {
            guard let part = heart[place] else { continue }
            own.added += part.added
            own.removed += part.removed
        }
        own.artefacts = artefacts(stream: stream, channel: channel)
        return own
    }

    /// Stretches of a channel of which nothing is to be derived.
    public func artefacts(stream: Int64, channel: String) -> [Range<Instant>] {
        (marked[Place(stream: stream, channel: nil)] ?? [])
            + (marked[Place(stream: stream, channel: channel)] ?? [])
    }
}
