import Timebase

/// Finds frames in a stream of bytes and keeps in step with them.
///
/// In step, a frame is taken if it looks like one and its number follows the last. Otherwise the
/// scanner falls out of step and looks for a start byte by byte, beginning with the very same byte.
/// A start is believed when `confirmations` frames stand one behind the other from there, with
/// numbers that follow each other (up to `permittedJumps` of the steps may be losses, which count
/// for nothing). All of these frames are then given out, so that confirming costs a few frames'
/// delay after a fault and no data.
///
/// Why so strict: BITalino's check has 4 bits, so that one in sixteen places in any garbage looks
/// like a frame; four in a row with following numbers happen by chance once in 16⁷ = 2.7·10⁸
/// places. Zeros (a line held low) pass the check, and are refused since their number stands still.
///
/// Where bytes may be missing (`suspect()`), the frame that was begun before that place is believed only with
/// the number that is due, and with `confirmations` frames that follow one another without a loss from it on:
/// in step one of 256 halves would pass for the other half.
///
/// Where the bytes that never came were counted (`interrupt(lost:)`), they and what was skipped are whole frames. If
/// their number agrees with the frames' own, which begins anew every so often, it is how many are missing; if not,
/// something else was lost there as well, and only the frames' own number counts.
///
/// The result is a function of the bytes alone, never of how they were split over calls.
struct FrameScanner<Form: FrameForm>: ScanningDecoder {
    private(set) var form: Form
    /// Always fewer bytes than `window`.
    var pending: [UInt8] = []
    private var isInStep = false
    /// Number of the last frame that was given out.
    private var last: UInt32?
    /// Whether the next frame must be preceded by a break, whatever its number.
    private var isBreakDue = false
    /// So many of the pending bytes, of one frame, come from before a place where bytes may be missing.
    private var suspected = 0
    /// Bytes skipped since the last frame or fault.
    private var skipped = 0
    /// Bytes skipped since the last frame.
    private var passed: Int64 = 0
    /// Bytes since the last frame that never came, as those say who counted them; nil where nobody did.
    private var lost: Int64? = 0

    init(_ form: Form) { self.form = form }

    /// Losses that may lie among the frames that confirm a start.
    private static var permittedJumps: Int { 3 }
    /// Skipped bytes are reported at the latest after so many.
    private static var longestSkip: Int { 4096 }
    /// Missing bytes that are counted, beyond all that a device sends in a session.
    private static var mostCounted: Int64 { 1 << 40 }
    /// Bytes that suffice to decide on any start.
    private var window: Int { (form.confirmations + Self.permittedJumps) * form.length }

    // MARK: Decoding

    mutating func interrupt() { interrupt(lost: nil) }

    mutating func interrupt(lost count: Int64?) {
        lost = lost.flatMap { lost in
            count.flatMap { count in
                (0...Self.mostCounted - lost).contains(count) ? lost + count : nil
            }
        }
        skip(pending.count)
        pending.removeAll(keepingCapacity: true)
        suspected = 0
        isInStep = false
        isBreakDue = last != nil
    }

    mutating func suspect() -> Bool {
        guard isInStep && form.isNumbered && last != nil || pending.isEmpty else { return false }
        lost = nil
        suspected = pending.count
        isInStep = false
        return true
    }

    mutating func scan(
        _ bytes: Span<UInt8>, isEnd: Bool, into output: inout DecodedOutput
    ) -> Int {
        let length = form.length
        var position = 0
        while bytes.count - position >= length {
            if isInStep {
                let run = countInStep(bytes, from: position)
                if run > 0 {
                    form.append(bytes, at: position, count: run, into: &output)
                    position += run * length
                }
                // What follows the run is no good frame: look for a start from here on.
                if bytes.count - position >= length { isInStep = false }
                continue
            }
            let judgement =
                suspected > 0
                ? judgeSuspected(bytes, isEnd: isEnd) : judge(bytes, at: position, isEnd: isEnd)
            switch judgement {
            case .start(let frames):
                suspected = 0
                take(bytes, at: position, count: frames, into: &output)
                position += frames * length
            case .undecided:
                return position
            case .none:
                // No frame begins before a place where bytes are missing and ends behind it.
                let refused = max(1, suspected)
                suspected = 0
                position += refused
                skip(refused)
                if skipped >= Self.longestSkip { report(into: &output) }
            }
        }
        return position
    }

    /// How many frames follow one another from here, in step with the last.
    private mutating func countInStep(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var position = start
        var count = 0
        var number = last ?? 0
        while bytes.count - position >= form.length, form.isFrame(bytes, at: position) {
            let next = form.number(bytes, at: position)
            guard form.distance(from: number, to: next) == 1 else { break }
            number = next
            count += 1
            position += form.length
        }
        if count > 0 { last = number }
        return count
    }

    private enum Judgement {
        case start(frames: Int)
        case undecided
        case none
    }

    /// Whether frames start here.
    private func judge(_ bytes: Span<UInt8>, at start: Int, isEnd: Bool) -> Judgement {
        var position = start
        var frames = 0
        var steps = 0
        var jumps = 0
        var number: UInt32 = 0
        while true {
            guard bytes.count - position >= form.length else {
                guard isEnd else { return .undecided }
                // No more will come. Two frames that follow each other are believed, and one where
                // a frame was expected anyway.
                return frames > 0 && (steps > 0 || skipped == 0) ? .start(frames: frames) : .none
            }
            guard form.isFrame(bytes, at: position) else { return .none }
            let next = form.number(bytes, at: position)
            if frames > 0 {
                if form.distance(from: number, to: next) == 1 { steps += 1 } else { jumps += 1 }
                guard jumps <= Self.permittedJumps else { return .none }
            }
            frames += 1
            number = next
            if steps >= form.confirmations - 1 { return .start(frames: frames) }
            position += form.length
        }
    }

    /// Whether the frame that was begun goes on behind the place where bytes may be missing. It stands first.
    private func judgeSuspected(_ bytes: Span<UInt8>, isEnd: Bool) -> Judgement {
        let needed = max(2, form.confirmations)
        var number = last ?? 0
        for count in 0..<needed {
            let position = count * form.length
            guard bytes.count - position >= form.length else {
                guard isEnd else { return .undecided }
                return count >= 2 ? .start(frames: count) : .none
            }
            guard form.isFrame(bytes, at: position) else { return .none }
            let next = form.number(bytes, at: position)
            guard form.distance(from: number, to: next) == 1 else { return .none }
            number = next
        }
        return .start(frames: needed)
    }

    /// Gives out frames that were found by search, with breaks where numbers jump.
    private mutating func take(
        _ bytes: Span<UInt8>, at start: Int, count: Int, into output: inout DecodedOutput
    ) {
        report(into: &output)
        var runStart = start
        var run = 0
        for index in 0..<count {
            let number = form.number(bytes, at: start + index * form.length)
            if let last, isBreakDue || form.distance(from: last, to: number) != 1 {
                form.append(bytes, at: runStart, count: run, into: &output)
                runStart += run * form.length
                run = 0
                let shown = form.missing(from: last, to: number)
                let counted = index == 0 ? counted(shown) : nil
                addBreak(
                    missing: counted ?? shown, isWhole: counted != nil, into: &output)
            }
            isBreakDue = false
            last = number
            run += 1
        }
        form.append(bytes, at: runStart, count: run, into: &output)
        isInStep = true
        passed = 0
        lost = 0
    }

    /// Bytes since the last frame, those that never came among them; nil where none were counted.
    private var absent: Int64? {
        guard let lost, lost > 0, lost + passed <= Self.mostCounted else { return nil }
        return lost + passed
    }

    var missing: [Int64]? {
        // A frame that was begun at the end may have gone on behind it.
        absent.map { bytes in
            form.samplesPerFrame.map { bytes / Int64(form.length) * Int64($0) }
        }
    }

    /// How many frames are missing before the one that was found, where the bytes say it and the numbers agree.
    /// - Parameter shown: how many the numbers show, but for whole turns.
    private func counted(_ shown: Int64) -> Int64? {
        guard let absent, let turn = form.turn else { return nil }
        let (frames, rest) = absent.quotientAndRemainder(dividingBy: Int64(form.length))
        return rest == 0 && frames >= shown && (frames - shown) % turn == 0 ? frames : nil
    }

    private mutating func addBreak(
        missing: Int64, isWhole: Bool, into output: inout DecodedOutput
    ) {
        form.interrupt()
        for (stream, samples) in form.samplesPerFrame.enumerated()
        where samples > 0 && output.streams.indices.contains(stream) {
            output.streams[stream].breaks.append(
                CounterBreak(
                    beforeOffset: output.streams[stream].count, missing: missing * Int64(samples),
                    isWhole: isWhole))
        }
    }

    private mutating func skip(_ count: Int) {
        skipped += count
        passed += Int64(count)
        if skipped > 0 { isBreakDue = last != nil }
    }

    mutating func report(into output: inout DecodedOutput) {
        guard skipped > 0 else { return }
        output.faults.append(
            DecodeFault(
                cause: skipped % form.length == 0 ? .checksum : .resynchronised, bytes: skipped,
                stream: output.streams.count == 1 ? 0 : nil,
                beforeOffset: output.streams.first?.count ?? 0))
        skipped = 0
    }

    // MARK: State

    /// Version 1 had no suspected bytes, version 2 did not count what is between frames.
    private static var stateVersion: UInt8 { 3 }

    func save(into writer: inout StateWriter) {
        writer.write(Self.stateVersion)
        writer.write(UInt16(truncatingIfNeeded: form.length))
        writer.write(isInStep)
        writer.write(isBreakDue)
        writer.write(last != nil)
        writer.write(last ?? 0)
        writer.write(UInt32(clamping: skipped))
        writer.write(pending)
        writer.write(UInt16(truncatingIfNeeded: suspected))
        writer.write(passed)
        writer.write(lost ?? -1)
        form.save(into: &writer)
    }

    mutating func restore(from reader: inout StateReader) throws(StateError) {
        let version = try reader.read(UInt8.self)
        guard (1...Self.stateVersion).contains(version) else {
            throw .version(expected: Self.stateVersion, found: version)
        }
        guard try reader.read(UInt16.self) == UInt16(truncatingIfNeeded: form.length) else {
            throw .invalid("the saved state is of frames of another length")
        }
        let isInStep = try reader.read(Bool.self)
        let isBreakDue = try reader.read(Bool.self)
        let hasLast = try reader.read(Bool.self)
        let last = try reader.read(UInt32.self)
        let skipped = Int(try reader.read(UInt32.self))
        let pending = try reader.readBytes()
        let suspected = version == 1 ? 0 : Int(try reader.read(UInt16.self))
        let passed = version < 3 ? 0 : try reader.read(Int64.self)
        let lost = version < 3 ? -1 : try reader.read(Int64.self)
        var form = form
        try form.restore(from: &reader)
        guard pending.count < window else {
            throw .invalid("the saved state holds more bytes than a decoder keeps")
        }
        guard suspected < form.length, suspected <= pending.count, suspected == 0 || !isInStep
        else {
            throw .invalid("the saved state suspects more bytes than a frame has")
        }
        guard (0...1 << 60).contains(passed), lost <= Self.mostCounted else {
            throw .invalid("the saved state counts more bytes than there can be")
        }
        self.suspected = suspected
        self.passed = passed
        self.lost = lost < 0 ? nil : lost
        self.isInStep = isInStep
        self.isBreakDue = isBreakDue
        self.last = hasLast ? last : nil
        self.skipped = skipped
        self.pending = pending
        self.form = form
    }
}
