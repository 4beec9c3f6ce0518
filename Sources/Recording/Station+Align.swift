import Link
import SessionStore

/// Aligning finished sessions anew.
extension Station {
    /// Orders an alignment from the background job and keeps the call until it is done.
    func align(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.Align.self)
        if !asked.session.isEmpty, let active = session(asked.session) {
            throw ControlError.invalidState(active.state.rawValue, expected: ["finished"])
        }
        let stored = try stored(asked.session)
        let why = asked.reason ?? ""
        let number = nextAlignment
        nextAlignment += 1
        alignCalls[number] = call
        finisher.messages.post(
            .align(
                path: stored.file, reason: why.isEmpty ? actor(call) : "\(actor(call)): \(why)",
                number: number))
    }

    func aligned(_ number: UInt64, _ outcome: AlignOutcome) {
        let call = alignCalls.removeValue(forKey: number)
        switch outcome {
        case .aligned(let report):
            log.info("\(report.file) has alignment \(report.alignment) by \(report.method)")
            for stream in report.streams {
                guard let refusal = stream.refusal else { continue }
                log.warning("\(report.file): \(stream.name) keeps its times: \(refusal)")
            }
            call?.reply(ControlInterface.Align.Reply(alignment: AlignmentInfo(report)))
        case .failed(let error):
            log.error("aligning anew failed: \(error)")
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
