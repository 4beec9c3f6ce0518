import Link
import SessionStore

extension AnnotationPut {
    /// A change as it travels.
    public init(_ change: AnnotationChange) {
        self.init(
            change: change.change, annotation: change.annotation, action: change.action.rawValue,
            basedOn: change.basedOn, layer: change.layer, scheme: change.scheme,
            schemeVersion: change.schemeVersion, schemeSha256: change.schemeSHA256,
            kind: change.kind.rawValue, code: change.code,
            modifiers: try? JSONValue(parsing: change.modifiers),
            startNs: change.start?.nanoseconds, endNs: change.end?.nanoseconds,
            stream: change.stream, channel: change.channel, turn: change.turn,
            spanStart: change.spanStart, spanEnd: change.spanEnd, stage: change.stage,
            note: change.note, detail: try? JSONValue(parsing: change.detail),
            removed: change.isRemoved)
    }
}
