import Link
import SessionStore
import Timebase

extension ReviewRefusal {
    /// What a review file's store says, as it travels.
    init(_ error: SessionReviewError) {
        switch error {
        case .refused(let change, let reason): self = .refused(change: change, reason: reason)
        case .outdated(let change, let newest): self = .outdated(change: change, newest: newest)
        case .locked(let change, let stage): self = .stageLocked(change: change, stage: stage)
        case .failed(let error): self.init(error, change: "")
        }
    }

    init(_ error: SessionStoreError, change: String) {
        switch error.code {
        case .wrongState: self = .invalidState("stopped", expected: ["finished"])
        case .invalidInput, .missing, .exists, .invalidName:
            self = .refused(change: change, reason: "\(error)")
        default: self = .storageFailed(reason: "\(error)")
        }
    }
}

extension ReviewRowInfo {
    init(_ row: ReviewRow) {
        self.init(
            change: row.change, id: row.id, madeUtcNs: row.madeRealtime, repeated: row.isRepeated)
    }
}

extension AnnotationChange {
    /// A change as it travelled.
    init(_ put: AnnotationPut) throws(ReviewRefusal) {
        guard let action = AnnotationAction(rawValue: put.action) else {
            throw .refused(
                change: put.change,
                reason: "an action is one of "
                    + AnnotationAction.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard let kind = AnnotationKind(rawValue: put.kind) else {
            throw .refused(
                change: put.change,
                reason: "a kind is one of "
                    + AnnotationKind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self.init(
            change: put.change, annotation: put.annotation, action: action, basedOn: put.basedOn,
            layer: put.layer, scheme: put.scheme, schemeVersion: put.schemeVersion,
            schemeSHA256: put.schemeSha256, kind: kind, code: put.code,
            modifiers: put.modifiers?.text ?? "{}", start: put.startNs.map(Instant.init),
            end: put.endNs.map(Instant.init), stream: put.stream, channel: put.channel,
            turn: put.turn, spanStart: put.spanStart, spanEnd: put.spanEnd, stage: put.stage,
            note: put.note ?? "", detail: put.detail?.text ?? "{}", isRemoved: put.removed)
    }
}

extension Rating {
    /// A rating as it travelled.
    init(_ put: RatingPut) throws(ReviewRefusal) {
        guard let role = RatingRole(rawValue: put.role) else {
            throw .refused(
                change: put.change,
                reason: "a role is one of "
                    + RatingRole.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard (try? JSONValue(parsing: put.value)) != nil else {
            throw .refused(change: put.change, reason: "its value is no JSON")
        }
        self.init(
            change: put.change, rater: put.rater, role: role, assignment: put.assignment,
            stage: put.stage, turn: put.turn, item: put.item, value: put.value,
            rationale: put.rationale ?? "", isDraft: put.draft)
    }
}

extension TranscriptSegment {
    init(_ piece: TranscriptPiece) {
        self.init(
            start: Instant(nanoseconds: piece.startNs), end: Instant(nanoseconds: piece.endNs),
            speaker: piece.speaker ?? "", text: piece.text,
            words: JSONValue.array(piece.words ?? []).text)
    }
}

extension ReviewAssignment {
    init(_ told: AssignmentInfo, plan: String) throws(ReviewRefusal) {
        guard let role = RatingRole(rawValue: told.role),
            let purpose = Purpose(rawValue: told.purpose)
        else {
            throw .refused(
                change: told.id,
                reason: "a role is one of "
                    + RatingRole.allCases.map(\.rawValue).joined(separator: ", ")
                    + "; a purpose one of "
                    + Purpose.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self.init(
            id: told.id, plan: plan, rater: told.rater, role: role, session: told.session,
            position: told.position, purpose: purpose, label: told.label,
            detail: told.detail?.text ?? "{}")
    }
}
