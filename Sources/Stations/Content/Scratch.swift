import Foundation
import SystemCalls

/// A folder of this user's own for what is looked at once.
struct Scratch {
    let path: String

    init() throws(StationsError) {
        let path = "\(NSTemporaryDirectory())/attune-\(UUID().uuidString.lowercased())"
        do {
            try FileSystem.makeDirectories(path, mode: 0o700)
        } catch {
            throw .local(error, "\(path) cannot be made")
        }
        self.path = path
    }

    func remove() { FileSystem.removeTree(path) }
}
