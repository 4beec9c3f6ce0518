import SessionStore
import Timebase

/// A session being replayed: what keys do to it, and what is to be seen at a moment.
///
/// Pure of terminal and time: each call is told what time it is. Belongs to one thread.
public final class Player {
    /// What the one who runs the player is to do after a key.
    public enum Request: Hashable, Sendable { case none, redraw, suspend, quit, interrupt }

    /// Rates that `[` and `]` go through.
    public static let rates = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 8, 16]
    /// Seconds across the plots that `+` and `-` go through.
    public static let spans: [Int64] = [2, 5, 10, 20, 30, 60, 120, 300]
    /// How often a recording that goes on is looked at, in nanoseconds.
    public static let refreshInterval: Int64 = 300_000_000

    public let timeline: SessionTimeline
    public private(set) var clock: ReplayClock
    let signals = SignalWindows()
    private(set) var tracks: [SignalTrack]
    private(set) var span: Int64 = 30_000_000_000
    private(set) var firstTrack = 0
    private(set) var message: String?
    private(set) var showsHelp = false
    private let until: Instant?
    private var refreshed: Instant
    var keyCache = WindowCache<Instant>()
    var eventCache = WindowCache<Happening>()

    /// A player that plays.
    /// - Parameters:
    ///   - from: nanoseconds after the session's start; nil for its beginning.
    ///   - until: where playing ends; nil for the session's end.
    /// - Throws: `outsideSession` where the session has nothing to play between the two.
    public init(
        timeline: SessionTimeline, rate: Double = 1, from: Int64? = nil, until: Int64? = nil,
        at now: Instant
    ) throws(PlaybackError) {
        self.timeline = timeline
        tracks = SignalTrack.all(of: timeline.streams)
        refreshed = now
        let limit = until.map { timeline.start + $0 }
        self.until = limit
        clock = ReplayClock(range: Self.range(timeline, limit), rate: rate)
        if let from {
            let position = timeline.start + from
            guard clock.range.contains(position) else {
                throw PlaybackError(
                    code: .outsideSession,
                    message: "the session has nothing to play from \(TimeText.short(from)) on; it "
                        + "ends at \(TimeText.short(clock.range.upperBound - timeline.start))")
            }
            clock.seek(to: position, at: now)
        } else {
            clock.seek(to: timeline.start, at: now)
        }
        clock.play(at: now)
    }

    public func position(at now: Instant) -> Instant { clock.position(at: now) }

    /// Whether pictures change by themselves.
    public var isMoving: Bool { clock.isPlaying || timeline.isLive }

    /// Looks at what has changed by itself: the end of the session, and what was recorded since.
    public func tick(at now: Instant) {
        if timeline.isLive, now - refreshed >= Self.refreshInterval {
            refreshed = now
            refresh(at: now)
        }
        // At the end of a recording that goes on, playing waits for what comes.
        let isGrowing = timeline.isLive && (until.map { $0 > clock.range.upperBound } ?? true)
        if !isGrowing, clock.pauseAtEnd(now) {
            message = until == nil ? "end of the session; Home goes to its start" : "end of --until"
        }
    }

    private func refresh(at now: Instant) {
        let known = clock.range.upperBound
        do throws(SessionStoreError) {
            do throws(SessionStoreError) {
                try timeline.refresh()
            } catch  where error.code != .locked {
                try timeline.reopen()
            }
            message = nil
        } catch {
            message = error.message
        }
        signals.forget(from: timeline.isLive ? known : Instant(nanoseconds: .min))
        keyCache.forget()
        eventCache.forget()
        tracks = SignalTrack.all(of: timeline.streams)
        clock.setRange(Self.range(timeline, until), at: now)
    }

    /// Does what a key asks.
    public func handle(_ key: PlayerKey, at now: Instant) -> Request {
        message = nil
        if showsHelp, ![.quit, .interrupt, .suspend, .redraw].contains(key) {
            showsHelp = false
            return .none
        }
        switch key {
        case .playPause:
            if clock.isPlaying {
                clock.pause(at: now)
            } else if !timeline.isLive, position(at: now) >= clock.range.upperBound {
                message = "end of the session; Home goes to its start"
            } else {
                clock.play(at: now)
            }
        case .step(let nanoseconds): clock.seek(to: position(at: now) + nanoseconds, at: now)
        case .previousEvent, .nextEvent, .previousTurn, .nextTurn: jump(key, at: now)
        case .start: clock.seek(to: timeline.start, at: now)
        case .end:
            // A little behind a recording that goes on, so that it plays evenly.
            let back: Int64 = timeline.isLive ? -1_000_000_000 : 0
            clock.seek(to: clock.range.upperBound + back, at: now)
        case .slower: setRate(Self.rates.last { $0 < clock.rate - 1e-9 }, at: now)
        case .faster: setRate(Self.rates.first { $0 > clock.rate + 1e-9 }, at: now)
        case .normalSpeed: setRate(1, at: now)
        case .zoomIn: setSpan(Self.spans.last { $0 * 1_000_000_000 < span })
        case .zoomOut: setSpan(Self.spans.first { $0 * 1_000_000_000 > span })
        case .zoomNormal: setSpan(30)
        case .moreSignals: firstTrack += 1
        case .help: showsHelp = true
        case .redraw: return .redraw
        case .suspend: return .suspend
        case .interrupt: return .interrupt
        case .quit: return .quit
        case .escape, .other: break
        }
        return .none
    }

    private func setRate(_ rate: Double?, at now: Instant) {
        if let rate { clock.setRate(rate, at: now) }
    }

    private func setSpan(_ seconds: Int64?) {
        if let seconds { span = seconds * 1_000_000_000 }
    }

    private func jump(_ key: PlayerKey, at now: Instant) {
        let position = position(at: now)
        // While playing, going back twice must not find the same one again.
        let back = clock.isPlaying ? Int64(clamping: -0.7e9 * max(clock.rate, 1)) : 0
        do throws(SessionStoreError) {
            let target: Instant?
            let what: String
            switch key {
            case .previousTurn:
                (target, what) = (
                    timeline.turn(before: position + back)?.sent, "no turn before this"
                )
            case .nextTurn:
                (target, what) = (timeline.turn(after: position)?.sent, "no turn after this")
            case .previousEvent:
                (target, what) = (
                    try timeline.eventTime(before: position + back), "nothing marked before this"
                )
            default:
                (target, what) = (
                    try timeline.eventTime(after: position), "nothing marked after this"
                )
            }
            if let target { clock.seek(to: target, at: now) } else { message = what }
        } catch {
            message = error.message
        }
    }

    /// The tracks that a layout has room for, in the order in which they are shown.
    func visibleTracks(_ count: Int) -> [SignalTrack] {
        guard !tracks.isEmpty else { return [] }
        // Where all fit, there is nothing to turn to.
        let first = count >= tracks.count ? 0 : firstTrack % tracks.count
        return (0..<min(count, tracks.count)).map { tracks[(first + $0) % tracks.count] }
    }

    func tell(_ message: String) { self.message = message }

    private static func range(_ timeline: SessionTimeline, _ until: Instant?) -> ClosedRange<
        Instant
    > {
        let range = timeline.range
        guard let until else { return range }
        return range.lowerBound...max(range.lowerBound, min(range.upperBound, until))
    }
}
