import Link
import Logging
import SystemCalls

/// Deletes what the chat keeps on its disk of sessions that were withdrawn, as the studies' tombstones tell.
struct RemovedRooms: Sendable {
    let directory: String
    let log: Logger

    /// The ids of sessions of which there are files.
    func sessions() -> Set<String> {
        Set(
            names().compactMap { name in
                guard name.hasPrefix("room-") else { return nil }
                return name.dropFirst("room-".count).split(separator: ".").first.map(String.init)
            })
    }

    /// Deletes the files of sessions that must not be used any more.
    /// - Parameter open: sessions whose rooms are open: these are recorded, and were not removed.
    /// - Returns: how many files went.
    @discardableResult
    func delete(_ tombstones: [TombstoneInfo], open: Set<String>) -> Int {
        var removed = 0
        for session in Set(tombstones.map(\.session)) where !open.contains(session) {
            for name in names() where name.hasPrefix("room-\(session).") {
                do throws(SystemError) {
                    try FileSystem.remove("\(directory)/\(name)")
                    removed += 1
                } catch {
                    log.error("\(name) of a session that was withdrawn cannot be deleted: \(error)")
                }
            }
        }
        if removed > 0 {
            log.notice("\(removed) files of sessions that were withdrawn are deleted")
        }
        return removed
    }

    private func names() -> [String] { (try? FileSystem.list(directory)) ?? [] }
}
