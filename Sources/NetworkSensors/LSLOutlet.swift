/// One stream that this process offers on the network. Used by one thread.
///
/// What is pushed while nobody listens is gone; liblsl keeps the last minutes for each listener that is slow, and
/// forgets them when the outlet goes.
/// Safe to hold: the handle is given back to liblsl when this goes, and nowhere else.
@safe public final class LSLOutlet {
    public let description: LSLOutletDescription
    private let library: LSLLibrary
    private let handle: LSLFunctions.Handle
    private var functions: LSLFunctions { library.functions }

    /// Seconds that are kept for a slow listener, at the nominal rate; hundreds of samples where there is none.
    private static let buffered: Int32 = 360
    private static let mostChannels = 4096

    /// Nanoseconds for which an outlet is kept after the last sample: liblsl sends in threads of its own, and does not
    /// tell when it is done.
    public static let leaving: Int64 = 1_000_000_000

    /// Offers a stream.
    public init(
        _ description: LSLOutletDescription, library: LSLLibrary
    ) throws(NetworkSensorError) {
        self.description = description
        self.library = library
        let count = description.channelCount
        guard (1...Self.mostChannels).contains(count) else {
            throw NetworkSensorError(
                .settings,
                "The stream \(description.name) has \(count) channels, and Lab Streaming Layer takes 1 to \(Self.mostChannels)."
            )
        }
        let functions = library.functions
        let format: LSLFormat = description.content == .markers ? .string : .double64
        // liblsl copies all texts that it is given; the info is given back below, and the outlet has a copy.
        guard
            let info = unsafe functions.createInfo(
                description.name, description.type, Int32(count), description.rate ?? 0,
                format.rawValue, description.sourceID)
        else { throw Self.refused(description.name) }
        defer { unsafe functions.destroyInfo(info) }
        let root = unsafe functions.description(info)
        _ = unsafe functions.appendValue(root, "manufacturer", "Attune")
        let origin = unsafe functions.appendChild(root, "attune")
        for fact in description.origin {
            _ = unsafe functions.appendValue(origin, fact.name, Self.text(fact.text))
        }
        let channels = unsafe functions.appendChild(root, "channels")
        if case .samples(let described) = description.content {
            for one in described {
                let channel = unsafe functions.appendChild(channels, "channel")
                _ = unsafe functions.appendValue(channel, "label", Self.text(one.label))
                _ = unsafe functions.appendValue(channel, "unit", Self.text(one.unit))
                _ = unsafe functions.appendValue(
                    channel, "type",
                    LSLOutletDescription.type(of: one.label, in: description.name))
            }
        } else {
            let channel = unsafe functions.appendChild(channels, "channel")
            _ = unsafe functions.appendValue(channel, "label", "marker")
            _ = unsafe functions.appendValue(channel, "type", "Markers")
        }
        guard let made = unsafe functions.createOutlet(info, 0, Self.buffered) else {
            throw Self.refused(description.name)
        }
        unsafe handle = unsafe made
    }

    deinit { unsafe functions.destroyOutlet(handle) }

    private static func refused(_ name: String) -> NetworkSensorError {
        NetworkSensorError(
            .network,
            "The stream \(name) cannot be offered: liblsl refused it. Is there a network, and does a firewall or LSLAPICFG leave it a port (16572-16604)?"
        )
    }

    /// A text that XML 1.0 can hold, and C: other characters become U+FFFD.
    static func text(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF:
                result.append(scalar)
            default: result.append("\u{FFFD}")
            }
        }
        return String(result)
    }

    /// Whether somebody listens.
    public var hasConsumers: Bool { unsafe functions.hasConsumers(handle) != 0 }

    /// Sends samples.
    /// - Parameters:
    ///   - values: sample by sample, each with all its channels; `stamps.count` times as many as channels.
    ///   - stamps: one a sample, in nanoseconds of CLOCK_MONOTONIC.
    public func push(_ values: [Double], stamps: [Int64], shift: Int64) {
        guard !stamps.isEmpty, values.count == stamps.count * description.channelCount,
            description.content != .markers
        else { return }
        let seconds = stamps.map { Self.seconds($0, shift) }
        // Both arrays live through the call and are as long as it is told; liblsl copies them.
        _ = unsafe values.withUnsafeBufferPointer { values in
            unsafe seconds.withUnsafeBufferPointer { seconds in
                unsafe functions.pushReals(
                    handle, values.baseAddress, UInt(values.count), seconds.baseAddress, 1)
            }
        }
    }

    /// Sends a marker.
    public func push(_ text: String, stamp: Int64, shift: Int64) {
        guard description.content == .markers else { return }
        // The text lives through the call; liblsl copies it.
        _ = unsafe Self.text(text).withCString { start in
            var pointers: [UnsafePointer<CChar>?] = unsafe [start]
            return unsafe functions.pushTexts(handle, &pointers, Self.seconds(stamp, shift), 1)
        }
    }

    /// A moment of CLOCK_MONOTONIC on liblsl's clock, in seconds.
    /// - Parameter shift: `LSLLibrary.clockShift`.
    static func seconds(_ stamp: Int64, _ shift: Int64) -> Double {
        let seconds = Double(stamp &- shift) / 1e9
        // liblsl reads 0 as "now".
        return seconds == 0 ? 1e-9 : seconds
    }
}
