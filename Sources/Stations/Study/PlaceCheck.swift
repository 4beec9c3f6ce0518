import SessionStore

/// Reads files of a place and compares them with their manifest.
enum PlaceCheck {
    /// What is wrong with a file; nil where nothing is.
    /// - Throws: where the place cannot be read.
    static func problem(
        of file: SessionManifest.File, _ manifest: SessionManifest, _ store: any PlaceStore
    ) throws(StationsError) -> String? {
        let hashes = PartHashes(file)
        let key = manifest.key(file)
        let whole = RunningHash()
        for part in hashes.parts.indices {
            do throws(StationsError) {
                let bytes = try store.read(key, hashes.range(part))
                whole.add(bytes[...])
                guard PartHashes.sha256(bytes) == hashes.parts[part] else {
                    return "piece \(part + 1) of \(key) is not what was sent"
                }
            } catch {
                guard error.code == .damaged else { throw error }
                return error.description
            }
        }
        return whole.end() == file.sha256 ? nil : "\(key) is not what was sent"
    }
}
