import Glibc
import Link
import SessionStore

/// Has a session aligned anew.
struct SessionAlignmentOrder {
    var file: String
    var reason: String?
    var global: GlobalOptions

    func run() throws -> AlignmentInfo {
        try ReviewOrder(file: file, global: global).run(here: align) { client, session in
            try client.call(
                ControlInterface.Align.self, .init(session: session, reason: reason)
            ).alignment
        }
    }

    private func align(_ path: String) throws -> AlignmentInfo {
        let why = "attune align, uid \(getuid())"
        let report = try SessionAligner(path: path).run(
            reason: reason.map { "\(why): \($0)" } ?? why)
        return AlignmentInfo(
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
