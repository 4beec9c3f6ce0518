import Glibc
import SystemCalls
import TestSupport

@testable import Import

/// The samples of an XDF file as they are read, without a session being made of them: quick enough for thousands of
/// broken files.
final class Reading: XDFVisitor {
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

    var numbers: [UInt32] { survey.numbers }

    func isDamaged(number: UInt32) -> Bool { survey.isDamaged(number: number) }

    func format(of stream: UInt32, at position: Int64) -> XDFFormat? {
        survey.format(of: stream, at: position)
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

    func fileHeader(_ text: [UInt8]) {}
    func streamHeader(_ stream: UInt32, _ text: [UInt8], at position: Int64) {}
    func streamFooter(_ stream: UInt32, _ text: [UInt8]) {}
    func clockOffset(_ stream: UInt32, time: Double, offset: Double, at position: Int64) {}
    func sampleHead(_ stream: UInt32, count: Int64, first: Double, at position: Int64) {}
    func other(_ tag: UInt16, bytes: Int64) {}
    func damage(_ reason: String, from: Int64, to: Int64, stream: UInt32?) {}
}
