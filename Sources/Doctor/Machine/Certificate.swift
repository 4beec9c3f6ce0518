import CCrypto

/// A certificate's end, by OpenSSL.
enum Certificate {
    /// When the first certificate of a PEM text ends, in seconds since 1970-01-01 UTC; nil where there is
    /// none.
    static func end(ofPEM text: String) -> Int64? {
        let bytes = Array(text.utf8)
        // The memory is read within this call alone, and what OpenSSL makes is freed before it returns.
        return unsafe bytes.withUnsafeBytes { memory -> Int64? in
            guard
                let source = unsafe BIO_new_mem_buf(
                    memory.baseAddress, Int32(clamping: memory.count))
            else { return nil }
            defer { unsafe BIO_free(source) }
            guard let certificate = unsafe PEM_read_bio_X509(source, nil, nil, nil) else {
                return nil
            }
            defer { unsafe X509_free(certificate) }
            guard let epoch = unsafe ASN1_TIME_set(nil, 0) else { return nil }
            defer { unsafe ASN1_TIME_free(epoch) }
            var (days, seconds): (Int32, Int32) = (0, 0)
            guard
                unsafe ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(certificate)) == 1
            else { return nil }
            return Int64(days) * 86_400 + Int64(seconds)
        }
    }
}
