import SessionStore
import StudyProtocol

/// Sound that linked clients bring.
extension LinkedStream {
    var isAudio: Bool { kind == StreamDescription.audioKind }

    /// What its samples are, for consent.
    var data: ConsentTier.Data { isAudio ? .audio : .signals }

    /// How well a client knows when a sample of sound was in the air, in nanoseconds: a browser tells
    /// when it got a block, and sound cards differ in how long before that it was heard.
    static let captureUncertainty: Int64 = 10_000_000

    private static let audioRates = 8_000.0...192_000.0

    /// Why streams of a client cannot be taken; nil where they can.
    static func audioRefusal(_ streams: [LinkedStream]) -> String? {
        guard streams.contains(where: \.isAudio) else { return nil }
        for stream in streams where stream.isAudio {
            guard stream.channels.count == 1, stream.channels[0].number == .int16 else {
                return "a stream of audio has one channel of type i16"
            }
            guard let rate = stream.rate, rate == rate.rounded(), audioRates.contains(rate) else {
                return "a stream of audio has a whole rate_hz from 8000 to 192000"
            }
            guard stream.clock == .counter else {
                return "a stream of audio has a counter as its clock"
            }
        }
        guard streams.allSatisfy({ $0.isAudio || $0.channels.isEmpty }) else {
            return "a client with audio brings no signals beside it: they need another consent"
        }
        return nil
    }
}
