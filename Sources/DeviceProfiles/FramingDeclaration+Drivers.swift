extension FramingDeclaration {
    struct Polar: Hashable, Sendable, Decodable {
        /// What one of the profile's streams is asked for with.
        struct Stream: Hashable, Sendable, Decodable {
            var resolution: Int?
            var range: Int?
            var alsoOfferedAs: [Int]?
        }
        var control: String
        var data: String
        /// By the stream's name.
        var streams: [String: Stream]?
    }

    struct Shimmer: Hashable, Sendable, Decodable {
        var range: Int?
        var timestampBytes: Int?
        var checksumBytes: Int?
    }

    struct Cyton: Hashable, Sendable, Decodable {
        var gain: Int?
        var timestamps: Bool?
    }

    struct Marker: Hashable, Sendable, Decodable {
        var mask: UInt8?
        var ignoreZero: Bool?
        var onlyChanges: Bool?
    }

    /// Names that the option `parameters` may have beside those of the conversions.
    var parameterNames: Set<String> {
        if polar != nil { return ["range"] }
        if shimmer != nil { return ["range", "checksumBytes", "timestampBytes"] }
        if cyton != nil { return ["gain", "timestamps"] }
        if marker != nil { return ["mask", "ignoreZero", "onlyChanges"] }
        return []
    }

    /// Whether a stream of which the station records no channel is left out as a whole.
    var leavesOutStreams: Bool {
        if let lines {
            // A marker of a missing sample speaks of the first stream.
            return !(lines.markers ?? []).contains { $0.missing == true }
        }
        return polar != nil || cyton != nil || json != nil || packets != nil
    }
}

extension ProfileDeclaration {
    /// The declaration without the streams of which the options choose no channel, where the
    /// framing allows that.
    func leavingOut(_ options: ProfileOptions) -> ProfileDeclaration {
        guard let wanted = options.channels, framing?.leavesOutStreams == true else { return self }
        var result = self
        result.streams = streams.filter { stream in
            (stream.channels ?? []).contains { channel in
                wanted.contains(channel.source) || channel.name.map(wanted.contains) == true
                    || channel.sensor.map(wanted.contains) == true
            }
        }
        // With nothing left, the mistake in the options is told as usual.
        return result.streams.isEmpty ? self : result
    }
}
