import CSndfile

/// Turns one channel of 16-bit sound into a FLAC file in memory and back, through libsndfile.
///
/// FLAC keeps each sample exactly, takes about half the room of the samples, and any player or
/// sound library reads the blob as it lies in the session file.
enum AudioCoder {
    /// The first bytes of every FLAC file; no zlib stream begins so.
    static let magic: [UInt8] = Array("fLaC".utf8)
    /// Rates that every FLAC decoder takes, in samples a second.
    static let rates = 1...384_000

    /// Whether a blob is a FLAC file.
    static func isFLAC(_ blob: UnsafeRawBufferPointer) -> Bool {
        // Four bytes are looked at, and the blob was checked to have them.
        guard blob.count >= magic.count else { return false }
        return unsafe blob[0..<magic.count].elementsEqual(magic)
    }

    /// The samples as 16-bit numbers; nil where one of them is none.
    static func narrowed(_ values: [Int64]) -> [Int16]? {
        var narrow = [Int16](repeating: 0, count: values.count)
        for (index, value) in values.enumerated() {
            guard let small = Int16(exactly: value) else { return nil }
            narrow[index] = small
        }
        return narrow
    }

    /// Encodes samples of one channel.
    /// - Parameter rate: samples a second, within `rates`.
    static func encode(_ samples: [Int16], rate: Int) throws(SessionStoreError) -> [UInt8] {
        let memory = MemoryFile()
        var information = SF_INFO()
        information.samplerate = Int32(clamping: rate)
        information.channels = 1
        information.format = Int32(SF_FORMAT_FLAC) | Int32(SF_FORMAT_PCM_16)
        let written: Int? = unsafe memory.open(SFM_WRITE, information) { file, _ in
            var samples = samples
            return unsafe samples.withUnsafeMutableBufferPointer {
                // libsndfile reads so many samples and no more.
                unsafe Int(sf_writef_short(file, $0.baseAddress, sf_count_t($0.count)))
            }
        }
        guard written == samples.count else {
            throw SessionStoreError(
                code: .other, message: "\(samples.count) samples of sound could not be compressed")
        }
        return memory.bytes
    }

    /// Decodes a blob that holds `count` samples of one channel; nil where it is damaged.
    static func decode(_ blob: UnsafeRawBufferPointer, count: Int) -> [Int64]? {
        let memory = unsafe MemoryFile(copying: blob)
        let samples: [Int16]?? = unsafe memory.open(SFM_READ) { file, information in
            guard information.channels == 1, information.frames == sf_count_t(count),
                information.format & Int32(SF_FORMAT_SUBMASK)
                    == Int32(SF_FORMAT_PCM_16)
            else { return nil }
            var samples = [Int16](repeating: 0, count: count)
            let read = unsafe samples.withUnsafeMutableBufferPointer {
                // The buffer has room for as many as are asked for.
                unsafe Int(sf_readf_short(file, $0.baseAddress, sf_count_t(count)))
            }
            // A frame whose checksum does not fit is told as an error, and not by a short read.
            guard read == count, unsafe sf_error(file) == 0 else { return nil }
            return samples
        }
        return (samples ?? nil).map { $0.map(Int64.init) }
    }
}
