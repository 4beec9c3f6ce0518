import Link
import Playback
import SessionStore
import Timebase

/// What was said and done in a think-aloud, with the moments of the session that it looks back on.
extension SessionTables {
    /// A row of the table.
    private struct Remark {
        var kind: String
        var start: Instant
        var end: Instant?
        var speaker: String?
        var prompted: Bool?
        var text: String?
        var cue: String?
        var origin: String?
        /// Where the session stood, where the remark itself says so.
        var position: Instant?
    }

    func writeCommentary() throws(ExportError) {
        let columns =
            [
                TableColumn(
                    "about", .text, "",
                    "Key of the session that is looked back on; empty where it is not exported"),
                TableColumn.category(
                    "kind", ["speech", "cue", "prompt", "note"],
                    "speech: a piece of the transcript; cue: a moment chosen beforehand was shown; "
                        + "prompt: the researcher asked; note: a remark"),
            ] + TableColumn.moment("When it began, in the commentary")
            + TableColumn.end("When it ended, in the commentary") + [
                TableColumn(
                    "replay_from_ms", .milliseconds, "ms",
                    "Where the replay stood when it began; since the start of the session that is "
                        + "looked back on"),
                TableColumn("until_ms", .milliseconds, "ms", "Where it stood when it ended"),
                TableColumn("speaker", .text, "", "Who spoke or did it"),
                TableColumn.flag("prompted", "if it answers a question"),
                TableColumn("text", .text, "", "What was said"),
                TableColumn("cue", .text, "", "Identifier of the moment that was shown"),
                TableColumn("origin", .text, "", "Rule of the protocol that chose it"),
                TableColumn(
                    "delay_ms", .real, "ms", "From the end of the task to the think-aloud's start"),
                TableColumn("language", .text, "", "Of the transcript (BCP 47)"),
                TableColumn("source", .text, "", "How the transcript came about"),
            ]
        try table("commentary", "Something said or done in a think-aloud", columns) { builder in
            guard session.description.kind == .commentary else { return }
            let start = session.description.started
            let log = try CommentaryLog(reader, end: session.stopped ?? start)
            let transcript = export.shows(.audio) ? try review.transcript() : nil
            let parent = session.description.parent.flatMap { study.keys[$0.lowercased()] }
            let parentStart = study.start(of: session.description.parent)
            for remark in try remarks(log, transcript) where export.takes(remark.start) {
                builder.text(parent?.session)
                builder.text(remark.kind)
                moment(remark.start, builder)
                moment(remark.end, builder)
                let from = remark.position ?? log.map.session(at: remark.start)
                for position in [from, remark.end.flatMap { log.map.session(at: $0) }] {
                    builder.milliseconds(
                        parentStart.flatMap { start in position.map { $0 - start } })
                }
                builder.text(remark.speaker)
                builder.flag(remark.prompted)
                builder.text(remark.text)
                builder.text(remark.cue)
                builder.text(remark.origin)
                builder.real(log.delayMs.map(Double.init))
                builder.text(remark.kind == "speech" ? transcript?.language : nil)
                builder.text(remark.kind == "speech" ? transcript?.source.rawValue : nil)
                try builder.endRow()
            }
        }
    }

    private func remarks(_ log: CommentaryLog, _ transcript: Transcript?) throws -> [Remark] {
        var remarks: [Remark] = []
        if let transcript {
            for segment in try review.segments(of: transcript) {
                let spoken = log.speech.last { $0.0.time <= segment.start }
                remarks.append(
                    Remark(
                        kind: "speech", start: segment.start, end: segment.end,
                        speaker: segment.speaker.isEmpty
                            ? spoken?.1["speaker"]?.string : export.names.person(segment.speaker),
                        prompted: spoken.map { $0.1["prompted"] == .bool(true) }, text: segment.text
                    ))
            }
        }
        for (event, payload) in log.remarks {
            remarks.append(
                Remark(
                    kind: event.kind, start: event.time, speaker: payload["by"]?.string,
                    text: payload["text"]?.string ?? payload["label"]?.string,
                    cue: payload["cue"]?.string, origin: payload["origin"]?.string,
                    position: payload["session_ns"]?.integer.map { Instant(nanoseconds: $0) }))
        }
        return remarks.enumerated().sorted {
            ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
        }.map(\.element)
    }
}
