import Link
import SessionStore
import SystemCalls

/// What is added to finished sessions: new alignments, and corrections of emotions.
extension Station {
    /// Orders an alignment from the background job and keeps the call until it is done.
    func align(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.Align.self)
        if !asked.session.isEmpty, let active = session(asked.session) {
            throw ControlError.invalidState(active.state.rawValue, expected: ["finished"])
        }
        let stored = try stored(asked.session)
        guard !removing.contains(stored.id) else { throw ControlError.noSuchSession(asked.session) }
        let why = asked.reason ?? ""
        let number = nextAlignment
        nextAlignment += 1
        alignCalls[number] = call
        noteWhenReviewed(
            number, "align", session: stored.id, study: stored.study, actor: call.actor)
        finisher.messages.post(
            .align(
                path: stored.file, reason: why.isEmpty ? call.actor : "\(call.actor): \(why)",
                number: number))
    }

    /// Orders a correction from the background job and keeps the call until it is durable.
    func correctEmotion(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.CorrectEmotion.self)
        if !asked.session.isEmpty, let active = session(asked.session) {
            throw ControlError.invalidState(active.state.rawValue, expected: ["finished"])
        }
        let stored = try stored(asked.session)
        guard !removing.contains(stored.id) else { throw ControlError.noSuchSession(asked.session) }
        let correction = EmotionCorrection(
            turn: asked.turn, category: asked.category, valence: asked.valence,
            arousal: asked.arousal, note: asked.note ?? "", actor: call.actor,
            madeRealtime: Clocks.realtime())
        if let problem = correction.problem {
            throw ControlError.invalidName("emotion", reason: problem)
        }
        let number = nextAlignment
        nextAlignment += 1
        alignCalls[number] = call
        noteWhenReviewed(
            number, "emotion correct", session: stored.id, study: stored.study,
            [("turn", "\(asked.turn)")], actor: call.actor)
        finisher.messages.post(.correct(path: stored.file, correction, number: number))
    }

    func corrected(_ number: UInt64, _ outcome: CorrectionOutcome) {
        let call = alignCalls.removeValue(forKey: number)
        switch outcome {
        case .added(let id, let path):
            log.info("\(path) has correction \(id) of an emotion")
            noteReviewed(number, isDone: true)
            call?.reply(
                ControlInterface.CorrectEmotion.Reply(
                    id: id, review: SessionReview(path: path).reviewPath))
        case .failed(let error):
            log.error("correcting an emotion failed: \(error)")
            noteReviewed(number, isDone: false)
            switch error.code {
            case .wrongState:
                call?.fail(ControlError.invalidState("stopped", expected: ["finished"]))
            case .missing: call?.fail(ControlError.invalidName("turn", reason: "\(error)"))
            default: call?.fail(ControlError.storageFailed(reason: "\(error)"))
            }
        }
    }

    func aligned(_ number: UInt64, _ outcome: AlignOutcome) {
        let call = alignCalls.removeValue(forKey: number)
        switch outcome {
        case .aligned(let report):
            noteReviewed(number, isDone: true)
            log.info("\(report.file) has alignment \(report.alignment) by \(report.method)")
            for stream in report.streams {
                guard let refusal = stream.refusal else { continue }
                log.warning("\(report.file): \(stream.name) keeps its times: \(refusal)")
            }
            call?.reply(ControlInterface.Align.Reply(alignment: AlignmentInfo(report)))
        case .failed(let error):
            log.error("aligning anew failed: \(error)")
            noteReviewed(number, isDone: false)
            if error.code == .wrongState {
                call?.fail(ControlError.invalidState("stopped", expected: ["finished"]))
            } else {
                call?.fail(ControlError.storageFailed(reason: "\(error)"))
            }
        }
    }
}

extension AlignmentInfo {
    init(_ report: SessionAligner.Report) {
        self.init(
            session: report.session, file: report.file, review: report.review,
            number: report.alignment, previous: report.previous, method: report.method,
            streams: report.streams.map { stream in
                AlignedStreamInfo(
                    name: stream.name, samples: stream.samples, segments: stream.segments,
                    gaps: stream.gaps, lost: stream.lost, resets: stream.resets,
                    faults: stream.faults, oldBoundMs: stream.oldBound.map { Double($0) / 1e6 },
                    newBoundMs: stream.newBound.map { Double($0) / 1e6 },
                    largestShiftMs: Double(stream.largestShift) / 1e6, refusal: stream.refusal)
            })
    }
}
