import Glibc
import SystemCalls
import Timebase

/// liblsl, opened while the program runs, so that it need not be there to install or build anything.
///
/// Used by one thread. It is never closed: its threads may still run. Safe to hold: its handles are
/// liblsl's own, which lives as long as the process.
@safe public final class LSLLibrary {
    /// Where it was found.
    public let path: String
    let functions: LSLFunctions
    private var resolver: LSLFunctions.Handle?

    /// Opens the library.
    /// - Parameter path: where it is; without it, ATTUNE_LIBLSL, the linker's usual places, and those
    ///   of Python's `pylsl` are tried.
    public init(path: String? = nil) throws(NetworkSensorError) {
        var tried: [String] = []
        for candidate in Self.candidates(path) {
            if let library = unsafe dlopen(candidate, RTLD_NOW | RTLD_LOCAL) {
                self.path = candidate
                functions = try unsafe LSLFunctions(library)
                return
            }
            let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? candidate
            tried.append("  \(reason)")
        }
        throw NetworkSensorError(
            .library,
            """
            Lab Streaming Layer needs the library liblsl, which is not here. Install it (a package of \
            https://github.com/sccn/liblsl/releases, or 'pip install pylsl', which carries it), or say \
            where it is: --liblsl PATH, 'liblsl:' in net.yaml, or ATTUNE_LIBLSL. Tried:
            \(tried.joined(separator: "\n"))
            """)
    }

    /// What is tried, in order. A path that was given is the only one.
    static func candidates(_ given: String?) -> [String] {
        if let given { return [given] }
        if let variable = unsafe getenv("ATTUNE_LIBLSL") {
            return [unsafe String(cString: variable)]
        }
        var found = ["liblsl.so.2", "liblsl.so"]
        let home = unsafe getenv("HOME").map { unsafe String(cString: $0) }
        let environment = unsafe getenv("VIRTUAL_ENV").map { unsafe String(cString: $0) }
        let roots = [environment.map { $0 + "/lib" }, home.map { $0 + "/.local/lib" }]
        for root in roots.compactMap(\.self) + ["/usr/local/lib", "/usr/lib"] {
            let pythons = (try? FileSystem.list(root))?.filter { $0.hasPrefix("python3") } ?? []
            for python in pythons.sorted() {
                for packages in ["site-packages", "dist-packages"] {
                    let path = "\(root)/\(python)/\(packages)/pylsl/lib/liblsl.so"
                    if FileSystem.exists(path) { found.append(path) }
                }
            }
        }
        return found
    }

    /// Its version, such as 1.16.
    public var version: String {
        let number = functions.libraryVersion()
        return "\(number / 100).\(number % 100)"
    }

    /// Nanoseconds to add to liblsl's clock for CLOCK_MONOTONIC: 0 where it is that clock, as the
    /// readings show.
    ///
    /// On Linux liblsl reads `steady_clock`, which is CLOCK_MONOTONIC; this measures it, so that a
    /// library built otherwise would not put the times wrong.
    public func clockShift() -> Int64 {
        var narrowest = Int64.max
        var shift: Int64 = 0
        for _ in 0..<8 {
            let before = Clocks.now().nanoseconds
            let theirs = functions.localClock() * 1e9
            let after = Clocks.now().nanoseconds
            guard theirs.isFinite, abs(theirs) < 9e18, after - before < narrowest else { continue }
            narrowest = after - before
            let middle = before + narrowest / 2
            let found = middle - Int64(theirs.rounded())
            // Within the reading's own width there is no difference to be seen.
            shift = abs(found) <= narrowest + 1_000 ? 0 : found
        }
        return shift
    }

    /// `clockShift`, measured once.
    public private(set) lazy var knownShift = clockShift()

    /// Streams on the network now. The first call begins to look, and finds them within a second or
    /// two; later calls answer at once.
    public func streams() -> [LSLStreamInfo] {
        // liblsl's own handles; each is given back to it once.
        if unsafe resolver == nil { unsafe resolver = unsafe functions.createResolver(3) }
        guard let resolver = unsafe resolver else { return [] }
        var handles = unsafe [LSLFunctions.Handle?](repeating: nil, count: 512)
        let count = unsafe functions.resolverResults(resolver, &handles, UInt32(handles.count))
        var found: [LSLStreamInfo] = []
        for place in 0..<max(0, Int(count)) where unsafe handles.indices.contains(place) {
            let handle = unsafe handles[place]
            unsafe found.append(info(handle))
            unsafe functions.destroyInfo(handle)
        }
        return found
    }

    /// An inlet for the stream of that uid, where it is on the network.
    func inlet(uid: String) -> LSLInlet? {
        guard let resolver = unsafe resolver else { return nil }
        var handles = unsafe [LSLFunctions.Handle?](repeating: nil, count: 512)
        let count = unsafe functions.resolverResults(resolver, &handles, UInt32(handles.count))
        var inlet: LSLInlet?
        for place in 0..<max(0, Int(count)) where unsafe handles.indices.contains(place) {
            let handle = unsafe handles[place]
            if inlet == nil, unsafe text(functions.uid(handle)) == uid,
                // A minute is buffered; a stream that is lost is looked for anew, so that it shows.
                let made = unsafe functions.createInlet(handle, 60, 0, 0)
            {
                inlet = unsafe LSLInlet(self, made)
            }
            unsafe functions.destroyInfo(handle)
        }
        return inlet
    }

    /// What an info of liblsl's says, without the description of its channels.
    func info(_ handle: LSLFunctions.Handle?) -> LSLStreamInfo {
        unsafe LSLStreamInfo(
            name: text(functions.name(handle)), type: text(functions.type(handle)),
            sourceID: text(functions.sourceID(handle)), uid: text(functions.uid(handle)),
            host: text(functions.host(handle)),
            rate: functions.rate(handle), channelCount: Int(functions.channelCount(handle)),
            format: LSLFormat(rawValue: functions.channelFormat(handle)) ?? .undefined)
    }

    func text(_ pointer: UnsafePointer<CChar>?) -> String {
        // liblsl's texts end in NUL and live as long as the info they come from; this copies.
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }
}
