extension StreamDescription {
    /// The kind of streams that hold sound.
    public static let audioKind = "audio"

    /// Samples a second of a stream of sound, whose chunks are FLAC files: one channel of whole
    /// numbers at a whole rate. nil for all other streams.
    public var audioRate: Int? {
        guard kind == Self.audioKind, channels.count == 1, channels[0].storage == .integer,
            let rate = nominalRate.flatMap(Int.init(exactly:)), AudioCoder.rates.contains(rate)
        else { return nil }
        return rate
    }

    /// The lowest level of the pyramid that is stored.
    var lowestPyramidLevel: Int { audioRate == nil ? 1 : PyramidBuilder.lowestOfAudio }
}
