import Glibc
import SystemCalls
import TestSupport

@testable import Import

/// The samples of an XDF file as they are read, without a session being made of them: quick enough for thousands of
/// broken files.
final class Reading: XDFSecondReading {
    let survey: XDFSurvey
    /// By the number of the stream: values of its first channel, and stamps.
    private(set) var values: [UInt32: [Double]] = [:]
    private(set) var stamps: [UInt32: [Double]] = [:]
    private(set) var texts: [UInt32: [String]] = [:]
    /// By the number of the stream: samples that are said to be missing.
    private(set) var lost: [UInt32: Int] = [:]

    /// - Parameter place: of a file that is written over.
    init(_ bytes: [UInt8], at place: String) throws {
        do {
            let file = try FileDescriptor(
                opening: place, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
            try FileSystem.writeAll(bytes, to: file.number)
        }
        let source = try ByteSource(place)
        survey = try XDFSurvey.run(source)
        try XDFScanner(source, readsSamples: true).run(self)
    }

    func samples(_ stream: UInt32, _ block: XDFBlock, at position: Int64) {
        switch block.values {
        case .integers(let columns):
            values[stream, default: []] += columns.first?.map(Double.init) ?? []
        case .reals(let columns): values[stream, default: []] += columns.first ?? []
        case .texts(let rows): texts[stream, default: []] += rows.map { $0.first ?? "" }
        }
        stamps[stream, default: []] += block.stamps
        for loss in block.losses where loss.lost > 0 { lost[stream, default: 0] += loss.lost }
    }
}
