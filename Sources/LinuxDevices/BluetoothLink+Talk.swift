import SystemCalls
import Timebase

/// Carries out what a conversation says.
extension BluetoothLink {
    func talk(_ first: BluetoothTalkEvent) {
        var event = first
        while true {
            switch conversation.next(event) {
            case .write(let bytes, let index):
                guard let place = place(index) else {
                    event = .refused("there is no characteristic to write to")
                    continue
                }
                return write(bytes, to: place, index)
            case .read(let index):
                guard let place = place(index) else {
                    event = .refused("there is no characteristic to read")
                    continue
                }
                return read(place, index)
            case .wait(let milliseconds):
                return limit(milliseconds) { [weak self] in self?.talk(.done) }
            case .receive(let milliseconds, let isContinued):
                let now = Clocks.now()
                if !isContinued { receiveLimit = now + Int64(milliseconds) * 1_000_000 }
                if isContinued, now >= receiveLimit {
                    event = .timedOut
                } else if kept.isEmpty {
                    isReceiving = true
                    // Rounded up: never before its time.
                    return limit(Int((receiveLimit - now + 999_999) / 1_000_000)) { [weak self] in
                        self?.isReceiving = false
                        self?.talk(.timedOut)
                    }
                } else {
                    let packet = kept.removeFirst()
                    event = .received(packet.bytes, characteristic: packet.characteristic)
                }
            case .finished(let settings, let leftover):
                if phase == .stopping { return leave(disconnecting: true) }
                return opened(settings: settings, leftover: leftover)
            case .failed(let reason):
                if phase == .stopping { return leave(disconnecting: true) }
                return fail(.failed, "\(order.address): \(reason)")
            }
        }
    }

    /// A packet was kept while the conversation waits for one.
    func receive() {
        guard !kept.isEmpty else { return }
        let packet = kept.removeFirst()
        isReceiving = false
        cancelLimit()
        talk(.received(packet.bytes, characteristic: packet.characteristic))
    }

    private func place(_ index: Int) -> Place? {
        places.indices.contains(index) ? places[index] : nil
    }

    private func name(_ index: Int) -> String { order.characteristics[index].name }

    private func write(_ bytes: [UInt8], to place: Place, _ index: Int) {
        let isCommand =
            place.flags.contains("write-without-response") && !place.flags.contains("write")
        call(
            place.path, BluetoothObjects.characteristic, "WriteValue",
            [.bytes(bytes), .properties(["type": .text(isCommand ? "command" : "request")])]
        ) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success: talk(.done)
            case .failure(let failure):
                talk(.refused("it refused what was written to '\(name(index))': \(failure.words)"))
            }
        }
    }

    private func read(_ place: Place, _ index: Int) {
        call(
            place.path, BluetoothObjects.characteristic, "ReadValue", [.properties([:])]
        ) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success(let values): talk(.value(values.first?.bytes ?? []))
            case .failure(let failure):
                talk(.refused("'\(name(index))' cannot be read: \(failure.words)"))
            }
        }
    }
}
