import Timebase

/// What a decoder made of the bytes it was given; reused from call to call.
public struct DecodedOutput: Hashable, Sendable {
    /// One for each stream of the profile, in its order.
    public var streams: [DecodedStream]
    public var faults: [DecodeFault]

    public init(_ profile: DeviceProfile) { self.init(streams: profile.streams) }

    public init(streams: [StreamProfile]) {
        self.streams = streams.map(DecodedStream.init)
        faults = []
    }

    /// Empties the output; with `keepingCapacity` no memory is given back, so that the next call
    /// of a decoder allocates nothing.
    public mutating func removeAll(keepingCapacity: Bool = true) {
        for index in streams.indices {
            streams[index].removeAll(keepingCapacity: keepingCapacity)
        }
        faults.removeAll(keepingCapacity: keepingCapacity)
    }
}

/// The samples of one stream.
public struct DecodedStream: Hashable, Sendable {
    /// One for each channel, all of `count` values.
    public var columns: [SampleColumn]
    public var count: Int
    /// Where the device's own counter (or the search for a new start) shows missing samples.
    public var breaks: [CounterBreak]
    /// What the device's own clock said of some of the samples, in rising order of offsets; empty
    /// where it has none.
    public var deviceTimes: [DeviceTime]
    /// Nanoseconds that each sample is older than the arrival of its packet, for devices that tell
    /// intervals (RR): one for each sample, or none at all.
    public var ages: [Int64]

    public init(_ stream: StreamProfile) {
        columns = stream.channels.map { $0.isReal ? .reals([]) : .integers([]) }
        count = 0
        breaks = []
        deviceTimes = []
        ages = []
    }

    public mutating func removeAll(keepingCapacity: Bool) {
        for index in columns.indices {
            columns[index].removeAll(keepingCapacity: keepingCapacity)
        }
        count = 0
        breaks.removeAll(keepingCapacity: keepingCapacity)
        deviceTimes.removeAll(keepingCapacity: keepingCapacity)
        ages.removeAll(keepingCapacity: keepingCapacity)
    }
}

/// A sample's time on the device's own clock.
public struct DeviceTime: Hashable, Sendable {
    /// Which of the samples just decoded.
    public var offset: Int
    /// Nanoseconds, unwrapped, from wherever the device counts.
    public var nanoseconds: Int64

    public init(offset: Int, nanoseconds: Int64) {
        self.offset = offset
        self.nanoseconds = nanoseconds
    }
}

extension SampleColumn {
    /// Empties the column in place.
    mutating func removeAll(keepingCapacity: Bool) {
        // The array is taken out of the case first, so that it is emptied in place, not copied.
        switch consume self {
        case .integers(var values):
            values.removeAll(keepingCapacity: keepingCapacity)
            self = .integers(values)
        case .reals(var values):
            values.removeAll(keepingCapacity: keepingCapacity)
            self = .reals(values)
        }
    }
}
