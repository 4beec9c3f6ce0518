import Link
import Review
import SessionStore
import Timebase

/// A change of an annotation as the pages send it: times in seconds since the session's start.
struct AnnotationRequest: Decodable {
    /// The layer of what is said of signals, which all researchers share.
    static let sharedLayer = "signals"

    var change: String
    var annotation: String
    var action: String
    var basedOn: Int64?
    var layer: String
    var scheme: String?
    var schemeSha256: String?
    var kind: String
    var code: String
    var modifiers: JSONValue?
    var startS: Double?
    var endS: Double?
    var stream: Int64?
    var channel: String?
    var turn: Int64?
    var spanStart: Int64?
    var spanEnd: Int64?
    var note: String?
    /// With `pressed_s` among it.
    var detail: JSONValue?
    var removed: Bool?

    /// Why a change is not possible.
    struct Refusal: Error {
        var change: String
        var message: String
    }

    /// The changes as they go to the daemon.
    /// - Parameter schemes: by SHA-256, those that the changes name.
    static func puts(
        _ asked: [AnnotationRequest], start: Instant, schemes: [String: CodingSchemeText]
    ) throws(Refusal) -> [AnnotationPut] {
        var read: [String: CodingScheme] = [:]
        var puts: [AnnotationPut] = []
        for request in asked {
            var scheme: CodingScheme?
            if let sha256 = request.schemeSha256, let text = schemes[sha256] {
                scheme = read[sha256] ?? (try? CodingScheme.read(text.text, file: text.name))
                read[sha256] = scheme
            }
            puts.append(try request.put(start: start, scheme: scheme))
        }
        return puts
    }

    private func put(start: Instant, scheme: CodingScheme?) throws(Refusal) -> AnnotationPut {
        let isRemoved = removed ?? false
        if let scheme, !isRemoved,
            let problem = SchemeCheck(scheme: scheme).problem(
                code: code, kind: kind, modifiers: modifiers ?? .object([:]))
        {
            throw refusal(problem)
        }
        if self.scheme != nil, scheme == nil { throw refusal("Its scheme cannot be read.") }
        return AnnotationPut(
            change: change, annotation: annotation, action: action, basedOn: basedOn, layer: layer,
            scheme: scheme?.name, schemeVersion: scheme?.version,
            schemeSha256: scheme == nil ? nil : schemeSha256, kind: kind, code: code,
            modifiers: modifiers, startNs: try nanoseconds(startS, start),
            endNs: try nanoseconds(endS, start), stream: stream, channel: channel, turn: turn,
            spanStart: spanStart, spanEnd: spanEnd, note: note,
            detail: try detail(start), removed: isRemoved)
    }

    private func refusal(_ message: String) -> Refusal { Refusal(change: change, message: message) }

    private func nanoseconds(_ seconds: Double?, _ start: Instant) throws(Refusal) -> Int64? {
        guard let seconds else { return nil }
        guard abs(seconds) < 1e8 else { throw refusal("\(seconds) s is no time of a session.") }
        return start.nanoseconds + Int64((seconds * 1e9).rounded())
    }

    private func detail(_ start: Instant) throws(Refusal) -> JSONValue? {
        guard case .object(var members)? = detail, let pressed = members["pressed_s"]?.number else {
            return detail
        }
        members["pressed_s"] = nil
        members["pressed_ns"] = try nanoseconds(pressed, start).map { .integer($0) }
        return .object(members)
    }
}
