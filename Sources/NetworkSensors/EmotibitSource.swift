import CSystemCalls
import Glibc
import Link
import SystemCalls
import Timebase

/// An EmotiBit in the lab's network: found, connected, kept, and found again.
///
/// `HE` to its port is answered with `HH`; `EC` names the ports to which it then sends: a TCP
/// connection for control, and data as datagrams. It wants a `PN` each second and answers `PO` with its
/// own milliseconds, a round trip that relates its clock to the station's. Source: EmotiBit's public
/// documentation.
final class EmotibitSource: NetworkSource {
    let name: String
    let participant: String?
    let streams: [LinkStream]?

    private let settings: NetworkSettings.Emotibit
    private let types: [String: EmotibitType]
    private let log: (String) -> Void
    private let control: DatagramSocket
    private let data: DatagramSocket
    private let listener: FileDescriptor
    private let controlPort: UInt16
    private var connection: FileDescriptor?
    private let target: sockaddr_in
    private var device: sockaddr_in?
    private var isConnected = false
    private var counter = EmotibitCounter()
    private var sent: Int64 = 0
    private var nextCall = Instant(nanoseconds: 0)
    private var lastHeard = Instant(nanoseconds: 0)
    private var pingSent: Instant?
    private var readings: [String: [DeviceReading]] = [:]
    private var interruptions: [String: LinkInterruption] = [:]
    private var toldLost: Int64 = 0
    private let began = Clocks.now()

    private static let second: Int64 = 1_000_000_000

    init(
        _ settings: NetworkSettings.Emotibit, log: @escaping (String) -> Void
    ) throws(NetworkSensorError) {
        self.settings = settings
        self.log = log
        name = SensorName.cleaned(settings.name)
        participant = settings.participant
        let chosen = EmotibitType.all.filter { settings.types?.contains($0.tag) ?? true }
        types = Dictionary(uniqueKeysWithValues: chosen.map { ($0.tag, $0) })
        let prefix = settings.name
        streams = chosen.map { type in
            LinkStream(
                name: "\(prefix).\(type.tag)", kind: .signal, rateHz: type.rate,
                clock: type.rate == nil ? .stamped : .arrival,
                channels: [
                    LinkChannel(
                        name: type.name, unit: type.unit, type: .f64, scale: 1, offset: 0)
                ])
        }
        guard
            let target = DatagramSocket.address(
                settings.address, port: UInt16(clamping: settings.port))
        else {
            throw NetworkSensorError(
                .settings, "\(settings.name): '\(settings.address)' is no IPv4 address.")
        }
        self.target = target
        do throws(SystemError) {
            control = try DatagramSocket()
            data = try DatagramSocket()
            listener = try DatagramSocket.make(Int32(SOCK_STREAM.rawValue))
            let number = listener.number
            controlPort = try DatagramSocket.bind(number)
            try systemCall("listen") { listen(number, 4) }
        } catch {
            throw NetworkSensorError(
                .network, "\(settings.name): the network cannot be used: \(error)")
        }
    }

    var descriptors: [Int32] { [control.number, data.number] }

    func pump(_ deliver: (SensorPiece) -> Void) {
        acceptControl()
        while let datagram = control.receiveWithSender() { answer(datagram) }
        while let datagram = data.receive() { take(datagram, deliver) }
        let now = Clocks.now()
        if isConnected && now - lastHeard > 5 * Self.second {
            log("\(name): the EmotiBit has been silent for 5 s; looking for it")
            isConnected = false
            device = nil
            connection = nil
            for tag in types.keys { interruptions[tag] = .disconnect }
            counter = EmotibitCounter()
        }
        guard now >= nextCall else { return }
        nextCall = now + Self.second
        if isConnected, let device {
            pingSent = now
            say("PN", "DP,\(data.port)", 2, to: device)
        } else {
            say("HE", "", 0, to: target)
        }
    }

    private func say(_ tag: String, _ payload: String, _ count: Int, to address: sockaddr_in) {
        let milliseconds = (Clocks.now() - began) / 1_000_000
        let tail = payload.isEmpty ? "" : ",\(payload)"
        control.send("\(milliseconds),\(sent),\(count),\(tag),1,100\(tail)\n", to: address)
        sent = (sent + 1) & 0xFFFF
    }

    /// Whoever connects for control is kept; nothing is asked of it.
    private func acceptControl() {
        let number = attune_accept(listener.number)
        if number >= 0 { connection = FileDescriptor(owning: number) }
    }

    private func answer(_ datagram: DatagramSocket.Datagram) {
        for text in String(decoding: datagram.bytes, as: UTF8.self).split(separator: "\n") {
            guard let line = EmotibitLine(text) else { continue }
            switch line.tag {
            case "HH":
                let identifier = line.value(of: "DI") ?? ""
                if let wanted = settings.device, wanted != identifier { continue }
                guard !isConnected else { continue }
                var address = target
                address.sin_addr.s_addr = datagram.sender
                if device == nil { log("\(name): found the EmotiBit \(identifier)") }
                device = address
                say("EC", "CP,\(controlPort),DP,\(data.port)", 4, to: address)
            case "PO":
                lastHeard = datagram.arrival
                connect()
                guard let asked = pingSent else { continue }
                pingSent = nil
                let reading = DeviceReading(
                    deviceNs: line.milliseconds * 1_000_000, sentNs: asked.nanoseconds,
                    arrivalNs: datagram.arrival.nanoseconds)
                for tag in types.keys { readings[tag, default: []].append(reading) }
            default: continue
            }
        }
    }

    private func connect() {
        guard !isConnected, device != nil else { return }
        isConnected = true
        nextCall = Clocks.now() + Self.second
        log("\(name): connected to the EmotiBit")
    }

    // MARK: - Data

    private func take(_ datagram: DatagramSocket.Datagram, _ deliver: (SensorPiece) -> Void) {
        lastHeard = datagram.arrival
        connect()
        for text in String(decoding: datagram.bytes, as: UTF8.self).split(separator: "\n") {
            guard let line = EmotibitLine(text) else { continue }
            let type = types[line.tag]
            let values = type == nil ? nil : line.numbers
            switch counter.take(line, rate: type?.rate, count: values?.count ?? 0) {
            case .nothing: send(line, type, values, datagram.arrival, nil, deliver)
            case .missing(let count):
                send(line, type, values, datagram.arrival, count, deliver)
            case .unknown:
                interruptions[line.tag] = interruptions[line.tag] ?? .counter
                send(line, type, values, datagram.arrival, nil, deliver)
            case .restarted:
                log("\(name): the EmotiBit started anew")
                for tag in types.keys { interruptions[tag] = .disconnect }
                send(line, type, values, datagram.arrival, nil, deliver)
            case .late: continue
            }
        }
        if counter.lostLines >= toldLost + 100 {
            toldLost = counter.lostLines
            log("\(name): \(toldLost) lines of the EmotiBit were lost so far")
        } else if counter.lostLines < toldLost {
            toldLost = 0
        }
    }

    private func send(
        _ line: EmotibitLine, _ type: EmotibitType?, _ values: [Double]?, _ arrival: Instant,
        _ missing: Int64?, _ deliver: (SensorPiece) -> Void
    ) {
        guard let type, let values, !values.isEmpty else { return }
        var bytes: [UInt8] = []
        for value in values { bytes.append(littleEndian: value.bitPattern) }
        let taken = readings.removeValue(forKey: line.tag) ?? []
        deliver(
            .samples(
                SampleBatch(
                    stream: "\(settings.name).\(type.tag)",
                    stamps: values.map { _ in arrival.nanoseconds }, data: bytes,
                    missing: missing,
                    interruption: interruptions.removeValue(forKey: line.tag),
                    readings: taken)))
    }
}
