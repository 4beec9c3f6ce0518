import Link
import SessionStore
import Timebase

/// Annotations as the pages read them: times in seconds since the session's start.
struct AnnotationJSON {
    let start: Instant

    func value(of row: Annotation) -> JSONValue {
        var detail = (try? JSONValue(parsing: row.detail)) ?? .object([:])
        if case .object(var members) = detail, let pressed = members["pressed_ns"]?.integer {
            members["pressed_ns"] = nil
            members["pressed_s"] = .real(seconds(Instant(nanoseconds: pressed)))
            detail = .object(members)
        }
        return [
            "id": .integer(row.id), "annotation": .string(row.annotation),
            "action": .string(row.action.rawValue), "actor": .string(row.actor),
            "made_utc_ns": .integer(row.madeRealtime), "layer": .string(row.layer),
            "scheme": text(row.scheme), "scheme_version": text(row.schemeVersion),
            "scheme_sha256": text(row.schemeSHA256), "kind": .string(row.kind.rawValue),
            "code": .string(row.code),
            "modifiers": (try? JSONValue(parsing: row.modifiers)) ?? .object([:]),
            "start_s": time(row.start), "end_s": time(row.end), "stream": integer(row.stream),
            "channel": text(row.channel), "turn": integer(row.turn),
            "span_start": integer(row.spanStart), "span_end": integer(row.spanEnd),
            "note": .string(row.note), "detail": detail, "removed": .bool(row.isRemoved),
        ]
    }

    private func seconds(_ time: Instant) -> Double {
        Double(time.nanoseconds - start.nanoseconds) / 1e9
    }

    private func time(_ time: Instant?) -> JSONValue { time.map { .real(seconds($0)) } ?? .null }
    private func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    private func integer(_ value: Int64?) -> JSONValue { value.map { .integer($0) } ?? .null }
}
