import Foundation
import Timebase

/// What the control thread tells the sequencer through its ring, so that it survives a crash and
/// stands in order with everything else.
enum ControlRecord: Codable, Sendable {
    /// The session moves to a phase, or out of the open one.
    case phase(name: String?, time: Instant)
    /// A mark of the operator; the bound, in nanoseconds, is that of a moment that was given.
    case mark(
        label: String, detail: String, time: Instant, actor: String, bound: Int64? = nil)
    /// Something that the station itself did.
    case event(kind: String, payload: String, time: Instant)
    /// Somebody did something worth remembering.
    case audit(action: String, detail: String, time: Instant, realtime: Int64, actor: String)
    /// A linked client's streams join the session.
    case attach(SourceEntry)
    /// The clock of a linked client gets a stream for its segments.
    case clientClock(client: String, stream: Int64, name: String)
    /// A round trip that relates a linked client's clock to the station's.
    case clock(
        client: String, deviceTime: Int64, sent: Instant, arrival: Instant, clientReceived: Int64)
    /// What the own clock of a linked client's stream said, and when.
    case reading(stream: Int64, deviceTime: Int64, sent: Instant?, arrival: Instant)
    /// The signals of a linked client are withheld for want of consent from here on, or no longer.
    case withhold(source: UInt32, isWithheld: Bool)
    /// The session ends once the acquisition ring has been processed up to a position.
    case stop(
        acquisition: UInt64, state: String, outcome: String?, reason: String?, time: Instant)

    func encoded() -> [UInt8] {
        // Encoding plain strings and numbers into JSON cannot fail.
        (try? Array(JSONEncoder().encode(self))) ?? []
    }

    static func decoded(_ bytes: [UInt8]) -> ControlRecord? {
        try? JSONDecoder().decode(ControlRecord.self, from: Data(bytes))
    }
}
