import SessionStore
import Timebase

/// All heartbeats of a session as measures take them: corrected by people, cut where nothing is known, and
/// then corrected as by Kubios.
struct HeartbeatRuns {
    /// Where they are from.
    enum Timing: String, CaseIterable {
        /// A peak lies where its sample does.
        case sample
        /// Between samples, where the parabola through three has its top.
        case parabola
        /// Intervals as the device tells them.
        case device
    }

    let source: HeartSource
    let timing: Timing
    let stream: String
    /// Seconds since the session's start; within a run no interval lies across a gap, an artefact, or a
    /// stretch without a beat.
    private(set) var runs: [[BeatCorrection.Beat]] = []

    /// Seconds up to which two beats can be neighbours before the correction, which may put one between.
    static let longestBefore = 4.0

    /// - Parameter origin: what seconds are counted from.
    init?(
        _ reader: SessionReader, _ streams: [StreamDescription], _ corrections: SignalCorrections,
        _ settings: MeasureSettings, origin: Instant
    ) throws {
        let wanted = settings.heartSource.map { [$0] } ?? HeartSource.allCases
        for source in wanted {
            guard let place = try Self.place(of: source, reader, streams) else { continue }
            self.source = source
            stream = place.stream.name
            let own = corrections.heartbeats(
                stream: place.stream.id, channel: place.stream.channels[place.channel].name)
            if case .intervals(let scale) = place.meaning {
                timing = .device
                runs = try Self.device(reader, place, scale, own, origin)
            } else {
                let rate = place.stream.nominalRate ?? 0
                timing = rate < settings.interpolatedBelow ? .parabola : .sample
                var finder = HeartbeatFinder(
                    place.stream, channel: place.channel, method: source == .ppg ? .ppg : .ecg,
                    interpolatedBelow: settings.interpolatedBelow)
                runs = Self.peaks(try finder?.runs(reader) ?? [], own, origin)
            }
            return
        }
        return nil
    }

    // MARK: - Sources

    private struct Place {
        var stream: StreamDescription
        var channel: Int
        var meaning: ChannelMeaning
    }

    /// The first channel that holds a source and has samples.
    private static func place(
        of source: HeartSource, _ reader: SessionReader, _ streams: [StreamDescription]
    ) throws -> Place? {
        for stream in streams {
            for (number, channel) in stream.channels.enumerated() {
                let meaning = ChannelMeaning(channel)
                let rate = stream.nominalRate ?? 0
                let fits =
                    switch (source, meaning) {
                    case (.ecg, .electrocardiogram): rate >= RPeaks.slowest
                    case (.ppg, .photoplethysmogram): rate >= PulsePeaks.slowest
                    case (.deviceIntervals, .intervals): true
                    default: false
                    }
                guard fits, try reader.sampleCount(of: stream.id) > 0 else { continue }
                return Place(stream: stream, channel: number, meaning: meaning)
            }
        }
        return nil
    }

    private static func peaks(
        _ found: [HeartbeatFinder.Run], _ corrections: HeartbeatCorrections, _ origin: Instant
    ) -> [[BeatCorrection.Beat]] {
        let all = corrections.apply(to: found.flatMap(\.peaks))
        // What lies between two runs is a gap, whichever way it came about.
        var breaks = zip(found, found.dropFirst()).map {
            $0.range.upperBound..<max($0.range.upperBound, $1.range.lowerBound)
        }
        breaks += corrections.artefacts
        return corrected(split(all.map { $0.seconds(since: origin) }, breaks, origin))
    }

    private static func device(
        _ reader: SessionReader, _ place: Place, _ scale: Double,
        _ corrections: HeartbeatCorrections, _ origin: Instant
    ) throws -> [[BeatCorrection.Beat]] {
        guard let range = try reader.timeRange(of: place.stream.id) else { return [] }
        let window = try reader.window(
            place.stream.id, channel: place.channel, from: range.first, to: range.last + 1)
        let gaps = Set(try reader.gaps(place.stream.id).map { $0.gap.afterIndex + 1 })
        var runs: [[Double]] = []
        var before: Double?
        for (index, value) in window.physical(0).enumerated() {
            let length = value * scale
            let time = window.times[index].seconds(since: origin)
            guard (HeartbeatIntervals.shortest...HeartbeatIntervals.longest).contains(length) else {
                before = nil
                continue
            }
            // Intervals come in packets: one follows another where the time between is about its length.
            let follows =
                before.map { time - $0 < length + 2 } ?? false
                && !gaps.contains(window.firstIndex + Int64(index))
            if follows, let last = runs.last?.last {
                runs[runs.count - 1].append(last + length)
            } else {
                runs.append([time - length, time])
            }
            before = time
        }
        let breaks = corrections.artefacts
        return corrected(runs.flatMap { split($0, breaks, origin) })
    }

    // MARK: - Runs

    /// Cuts beats into runs: at what lies between them, and where none follows for long. Beats within it go.
    private static func split(
        _ beats: [Double], _ breaks: [Range<Instant>], _ origin: Instant
    ) -> [[Double]] {
        let ranges = breaks.map {
            $0.lowerBound.seconds(since: origin)...$0.upperBound.seconds(since: origin)
        }.sorted { $0.lowerBound < $1.lowerBound }
        var runs: [[Double]] = []
        var next = 0
        var isCut = true
        // The farthest end of all that began: marks may lie within each other.
        var end = -Double.infinity
        for beat in beats {
            while next < ranges.count, ranges[next].lowerBound <= beat {
                end = max(end, ranges[next].upperBound)
                isCut = true
                next += 1
            }
            guard beat > end else { continue }
            if let last = runs.last?.last, !isCut, beat - last <= longestBefore {
                runs[runs.count - 1].append(beat)
            } else {
                runs.append([beat])
            }
            isCut = false
        }
        return runs
    }

    /// Corrects each run; an interval that still cannot be one ends it.
    private static func corrected(_ runs: [[Double]]) -> [[BeatCorrection.Beat]] {
        let plausible = HeartbeatIntervals.shortest...HeartbeatIntervals.longest
        var result: [[BeatCorrection.Beat]] = []
        for run in runs {
            var open: [BeatCorrection.Beat] = []
            for beat in BeatCorrection(run).beats {
                if let last = open.last, !plausible.contains(beat.time - last.time) {
                    result.append(open)
                    open = []
                }
                open.append(beat)
            }
            if !open.isEmpty { result.append(open) }
        }
        return result
    }

    // MARK: - Parts

    /// What lies in a stretch.
    struct Part {
        /// The beats within it.
        var runs: [[Double]] = []
        var beats = 0
        var intervals = 0
        /// Intervals that the correction had a part in.
        var artefacts = 0
        /// Seconds of the stretch that lie between two neighbouring beats, wherever these are.
        var covered = 0.0

        /// The longest run.
        var longest: [Double] { runs.max { $0.count < $1.count } ?? [] }
    }

    func part(from: Double, to: Double) -> Part {
        var part = Part()
        for run in runs {
            guard let first = run.first, let last = run.last, last.time >= from, first.time < to
            else { continue }
            var own: [Double] = []
            var before: BeatCorrection.Beat?
            for beat in run {
                if let before {
                    part.covered += max(0, min(beat.time, to) - max(before.time, from))
                }
                if beat.time >= from, beat.time < to {
                    if let before, before.time >= from {
                        part.intervals += 1
                        if before.isPlaced || beat.isCorrected { part.artefacts += 1 }
                    }
                    own.append(beat.time)
                }
                before = beat
                if beat.time >= to { break }
            }
            part.beats += own.count
            if !own.isEmpty { part.runs.append(own) }
        }
        return part
    }
}
