import SystemCalls
import Timebase

@testable import SessionStore

/// Reads a session file as one that a stranger sent, by everything that is open to programs. Errors are fine;
/// what ends the process, takes long or much memory is not, nor what leaves a trace.
struct FileReading {
    /// Who reads it, as bits 2 to 4 of an input's first byte say.
    enum Reader: Int {
        case newest, recorded, review, check, search, removal, alignment, again
    }

    let path: String
    let reader: Reader
    let stretch: Int

    init(path: String, mode: Int, stretch: Int) {
        self.path = path
        reader = Reader(rawValue: mode >> 2 & 7) ?? .newest
        self.stretch = stretch
    }

    func run() {
        let before = contents()
        switch reader {
        case .newest: readSession(.newest)
        case .recorded: readSession(.recorded)
        case .again: readSession(.number(1))
        case .review: readReview()
        case .check: attempt { try SessionCheck(path: path).run() }
        case .search: searchWords()
        case .removal:
            takeOut()
            return compare([:])
        case .alignment:
            if isFinished {
                attempt { try SessionAligner(path: path).run(reason: "again") }
            } else {
                attempt { try SessionFinisher(path: path).run() }
            }
            readSession(.newest)
            return compare([:])
        }
        compare(before)
    }

    private var isFinished: Bool {
        let reader = attempt { try SessionReader.open(at: path, alignment: .recorded) }
        return attempt { try reader?.session().finishedRealtime } ?? nil != nil
    }

    // MARK: - What stays

    private func contents() -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        let folder = SessionImages.folder(of: path)
        for name in (try? FileSystem.list(folder)) ?? [] {
            contents[name] = try? FileSystem.read("\(folder)/\(name)")
        }
        return contents
    }

    /// Nothing but the files' own is in the folder, and what was there is as it was.
    private func compare(_ before: [String: [UInt8]]) {
        let after = contents()
        for name in after.keys where before[name] == nil {
            guard SessionImages.names.contains(name) else { fatalError("\(name) was made") }
        }
        for (name, bytes) in before where !name.hasSuffix("-shm") && !name.hasSuffix("-wal") {
            if after[name] != bytes { fatalError("\(name) was changed") }
        }
    }

    // MARK: - Reading

    private func readSession(_ choice: AlignmentChoice) {
        guard let reader = attempt({ try SessionReader.open(at: path, alignment: choice) }) else {
            return
        }
        ReaderCalls(reader: reader, stretch: stretch).all()
        attempt { try reader.close() }
    }

    private func readReview() {
        attempt { try SessionReview(path: path).emotionCorrections() }
        guard let reader = attempt({ try ReviewReader.open(path) }) else { return }
        for call in ReviewCalls.all { attempt { try call(reader) } }
        attempt { try reader.close() }
        guard let bounds = attempt({ try SessionBounds(path: path) }) else { return }
        for time in [Int64.min, 0, .max] { _ = bounds.problem(of: Instant(nanoseconds: time)) }
    }

    private var redaction: SessionRedaction {
        let stretch = SessionRedaction.Stretch(from: 0, to: 1 << 40)
        return SessionRedaction(path: path, texts: ["Grüße", "ab"], stretches: [stretch])
    }

    private func searchWords() {
        attempt { try redaction.matches() }
        attempt { try SessionRemoval(path: path).rows([.turns], events: ["mark"]) }
    }

    private func takeOut() {
        func entry(_ detail: String) -> AuditEntry {
            AuditEntry(
                time: Instant(nanoseconds: 0), realtime: 0, actor: "fuzz", action: "redact",
                detail: detail)
        }
        attempt { try redaction.run(entry: entry) }
        attempt { try SessionRemoval(path: path).remove([.keys], events: [], entry: entry) }
    }
}
