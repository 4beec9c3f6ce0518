import Link
import SessionStore
import Timebase

/// The stream as a session knows it.
extension XDFStreamHeader {
    /// The channel in which a sender's own times are kept, in seconds, as of streams recorded live.
    static let stampName = "lsl_time"
    /// Bytes of a header that the session keeps.
    private static let longestText = 60_000

    /// - Parameters:
    ///   - name: unique in the session.
    ///   - keepsStamps: whether the sender's own times become a channel.
    func description(
        id: Int64, name: String, source: String, keepsStamps: Bool
    ) -> StreamDescription {
        var identity: [String: JSONValue] = [:]
        for (key, value) in [
            ("name", self.name), ("type", type), ("source_id", self.source), ("host", host),
            ("uid", uid),
        ] where !value.isEmpty {
            identity[key] = .string(String(value.prefix(400)))
        }
        let isText = format.value == .string
        return StreamDescription(
            id: id, name: name, kind: isText ? "events" : "signal", source: source,
            profileName: "xdf", profileText: String(text.prefix(Self.longestText)),
            deviceIdentity: JSONValue.object(identity).text,
            nominalRate: isText || format.rate <= 0 ? nil : format.rate,
            clock: isText || format.rate <= 0 ? .stamped : .arrival,
            gapTolerance: Self.gapTolerance(format.step),
            channels: isText ? [] : described(keepsStamps: keepsStamps))
    }

    /// Nanoseconds of silence beyond which samples must be missing: two seconds, and longer where that is
    /// few samples.
    private static func gapTolerance(_ step: Double) -> Int64 {
        max(2_000_000_000, Int64(clamping: 20 * step * 1e9))
    }

    private func described(keepsStamps: Bool) -> [ChannelDescription] {
        var all = (0..<format.channels).map {
            channels.indices.contains($0) ? channels[$0] : Channel()
        }
        // What the whole stream is of, where its channels do not say it.
        if all.allSatisfy(\.type.isEmpty) { for place in all.indices { all[place].type = type } }
        let names = ImportName.channels(
            all.map(\.label), taken: keepsStamps ? [Self.stampName] : [])
        var described = zip(all, names).map { channel, name in
            var label = channel.description
            // Our own exports have kinds of channels that were told from their labels.
            if scaleIsTold(channel) == false, !channel.type.isEmpty {
                label += (label.isEmpty ? "" : " ") + "(\(channel.type.prefix(100)))"
            }
            let isRaw = !channel.isConverted
            return ChannelDescription(
                name: name, label: String(label.prefix(300)),
                unit: scaleIsTold(channel) ? channel.unit : ImportName.unit(channel.unit),
                scale: isRaw ? channel.scale ?? 1 : 1, offset: isRaw ? channel.offset ?? 0 : 0,
                conversion: isRaw ? channel.conversion : nil, minimum: channel.minimum,
                maximum: channel.maximum, storage: format.value.isWhole ? .integer : .real)
        }
        if keepsStamps {
            described.append(
                ChannelDescription(
                    name: Self.stampName, label: "Time on the sender's clock", unit: "s",
                    storage: .real))
        }
        return described
    }

    /// Whether one of our own exports described the channel.
    private func scaleIsTold(_ channel: Channel) -> Bool { channel.scale != nil }
}
