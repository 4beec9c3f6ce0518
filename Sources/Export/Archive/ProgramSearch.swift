import Foundation
import Glibc
import SystemCalls

/// Looks for programs that an export runs.
enum ProgramSearch {
    /// The first program of a name in `PATH`; nil where there is none.
    static func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { "\($0)/\(name)" }.first { isProgram($0) }
    }

    static func isProgram(_ path: String) -> Bool {
        unsafe access(path, X_OK) == 0 && !FileSystem.isDirectory(path)
    }
}
