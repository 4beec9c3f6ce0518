import Glibc
import SystemCalls
import Timebase

/// Runs a player in a terminal: keys in, frames out, the terminal restored in the end.
public final class TerminalPlayer {
    /// Why it ended.
    public enum End: Hashable, Sendable {
        case quit
        /// Ctrl-C, or a signal of this number.
        case signal(Int32)
    }

    /// Nanoseconds from one picture to the next: 20 a second.
    private static let frameInterval: Int64 = 50_000_000

    private let player: Player
    private let terminal: Terminal
    private let symbols: Symbols
    private let update: ScreenUpdate
    private let signals: TerminalSignals
    private let epoll: Epoll
    private var decoder = KeyDecoder()
    private var shown: Frame?

    public init(
        player: Player, terminal: Terminal, symbols: Symbols, usesColour: Bool
    ) throws(SystemError) {
        self.player = player
        self.terminal = terminal
        self.symbols = symbols
        update = ScreenUpdate(usesColour: usesColour)
        signals = try TerminalSignals()
        epoll = try Epoll()
        try epoll.add(terminal.inputNumber, token: 0, .readable)
        try epoll.add(signals.number, token: 1, .readable)
    }

    /// Plays until a key or a signal ends it. The terminal is restored however it ends.
    public func run() throws(SystemError) -> End {
        try terminal.enter()
        defer { terminal.leave() }
        var drawn = Clocks.now()
        try draw(at: drawn)
        while true {
            var hasKeys = false
            var hasSignals = false
            try epoll.wait(milliseconds: patience(since: drawn)) { token, _ in
                if token == 0 { hasKeys = true } else { hasSignals = true }
            }
            if hasSignals, let end = try takeSignals() { return end }
            if let end = try takeKeys(hasKeys) { return end }
            drawn = Clocks.now()
            try draw(at: drawn)
        }
    }

    /// Milliseconds to wait for keys: until the next picture, or without end.
    private func patience(since drawn: Instant) -> Int32 {
        if player.clock.isPlaying || decoder.isWaiting {
            let left = Self.frameInterval - (Clocks.now() - drawn)
            return Int32(clamping: max(0, (left + 999_999) / 1_000_000))
        }
        return player.timeline.isLive ? Int32(clamping: Player.refreshInterval / 1_000_000) : -1
    }

    private func takeSignals() throws(SystemError) -> End? {
        while let number = signals.next() {
            switch number {
            case SIGWINCH: shown = nil
            case SIGCONT: try resume()
            case SIGTSTP: try suspend()
            default: return .signal(number)
            }
        }
        return nil
    }

    private func takeKeys(_ hasKeys: Bool) throws(SystemError) -> End? {
        let keys: [PlayerKey]
        if hasKeys {
            let bytes = try terminal.read()
            // Ready, but with nothing to read: the terminal has gone.
            if bytes.isEmpty { return .signal(SIGHUP) }
            keys = decoder.keys(bytes)
        } else {
            keys = decoder.flush()
        }
        for key in keys {
            switch player.handle(key, at: Clocks.now()) {
            case .none: break
            case .redraw: shown = nil
            case .suspend: try suspend()
            case .quit: return .quit
            case .interrupt: return .signal(SIGINT)
            }
        }
        return nil
    }

    private func suspend() throws(SystemError) {
        // Time that nobody watches does not count as played.
        let wasPlaying = player.clock.isPlaying
        if wasPlaying { _ = player.handle(.playPause, at: Clocks.now()) }
        terminal.leave()
        signals.stopProcess()
        try resume()
        if wasPlaying { _ = player.handle(.playPause, at: Clocks.now()) }
    }

    private func resume() throws(SystemError) {
        try terminal.enter()
        shown = nil
    }

    private func draw(at now: Instant) throws(SystemError) {
        player.tick(at: now)
        let size = terminal.size()
        let layout = player.layout(width: min(size.width, 1000), height: min(size.height, 1000))
        let scene = player.scene(for: layout, symbols: symbols, at: now)
        let frame = FrameBuilder.frame(of: scene, layout: layout, symbols: symbols)
        let bytes = update.bytes(from: shown, to: frame)
        shown = frame
        if !bytes.isEmpty { try terminal.write(bytes) }
    }
}
