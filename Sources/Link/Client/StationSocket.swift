import Glibc
import SystemCalls

/// Where a station's daemon listens.
public enum StationSocket {
    /// The socket's name within the runtime directory.
    public static let name = "attuned.sock"

    /// The socket of a station.
    /// - Parameter runtime: its runtime directory; nil takes the usual one.
    public static func path(runtime: String? = nil) -> String {
        "\(runtime ?? usualRuntime())/\(name)"
    }

    /// `/run/attuned` where a daemon is installed, else `$XDG_RUNTIME_DIR/attuned`, else a
    /// directory of this user's own under `/dev/shm`.
    public static func usualRuntime() -> String {
        if FileSystem.exists("/run/attuned") { return "/run/attuned" }
        if let base = unsafe getenv("XDG_RUNTIME_DIR") {
            return unsafe String(cString: base) + "/attuned"
        }
        return "/dev/shm/attuned-\(getuid())"
    }
}
