import Glibc

extension ListenAddress {
    /// Where a listening socket of the Internet's protocols is; nil for others.
    public init?(ofSocket number: Int32) {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        // All are this function's own and as large as is said; sockaddr_storage begins as sockaddr does.
        let result = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                guard unsafe getsockname(number, $0, &length) == 0 else { return Int32(-1) }
                return unsafe getnameinfo(
                    $0, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
                    NI_NUMERICHOST | NI_NUMERICSERV)
            }
        }
        let family = Int32(address.ss_family)
        guard result == 0, family == AF_INET || family == AF_INET6 else { return nil }
        func text(_ bytes: [CChar]) -> String {
            String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        guard let number = Int(text(port)) else { return nil }
        self.init(host: text(host), port: number)
    }
}
