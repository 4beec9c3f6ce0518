extension ProfileBuilder {
    mutating func bluetoothMatch(
        _ declared: MatchDeclaration.Bluetooth, _ keys: [String]
    ) -> BluetoothMatch {
        if declaration.transport.bluetooth == nil {
            problem(
                keys, "expected the key properties instead, since the transport is not bluetooth")
        }
        if declared.name == nil, declared.manufacturer == nil, (declared.services ?? []).isEmpty {
            problem(keys, "expected at least one of the keys name, services, manufacturer")
        }
        if let name = declared.name, name.isEmpty || name == "*" {
            problem(keys + ["name"], "expected a name, such as 'Polar H10*', found '\(name)'")
        }
        let services = (declared.services ?? []).enumerated().map { index, text in
            uuid(text, keys + ["services", "\(index)"])
        }
        return BluetoothMatch(
            name: declared.name, services: services, manufacturer: declared.manufacturer)
    }

    mutating func bluetoothSettings(
        _ declared: TransportDeclaration.Bluetooth, _ keys: [String]
    ) -> BluetoothSettings {
        let keys = keys + ["characteristics"]
        var result: [BluetoothCharacteristic] = []
        for (index, characteristic) in declared.characteristics.enumerated() {
            let keys = keys + ["\(index)"]
            checkName(characteristic.name, keys + ["name"])
            if characteristic.name.utf8.count % 2 == 0, Self.hex(characteristic.name) != nil {
                problem(
                    keys + ["name"],
                    "expected a name that cannot be taken for bytes, found '\(characteristic.name)'"
                )
            }
            let built = BluetoothCharacteristic(
                name: characteristic.name, uuid: uuid(characteristic.uuid, keys + ["uuid"]),
                subscription: characteristic.subscribe ?? BluetoothCharacteristic.Subscription.none,
                isOptional: characteristic.optional ?? false)
            if result.contains(where: { $0.name == built.name }) {
                problem(keys + ["name"], "'\(built.name)' is the name of two characteristics")
            }
            if let other = result.first(where: { $0.uuid == built.uuid }) {
                problem(keys + ["uuid"], "'\(other.name)' has the same UUID")
            }
            result.append(built)
        }
        if result.count > 255 {
            problem(keys, "expected at most 255 characteristics, found \(result.count)")
        }
        if !declared.characteristics.contains(where: \.isSubscribed) {
            problem(
                keys,
                "expected at least one characteristic with subscribe: notify or acquire, since "
                    + "nothing is received otherwise")
        }
        return BluetoothSettings(characteristics: result)
    }

    /// The long form; the text itself where it is no UUID, which is told.
    private mutating func uuid(_ text: String, _ keys: [String]) -> String {
        if let long = BluetoothCharacteristic.longUUID(text) { return long }
        problem(
            keys,
            "expected a UUID of 4 or 8 hexadecimal digits, or 32 with dashes, found '\(text)'")
        return text
    }

    /// The place of a characteristic in the transport's list.
    mutating func characteristic(named name: String, _ keys: [String]) -> Int? {
        let declared = declaration.transport.bluetooth?.characteristics ?? []
        if let index = declared.firstIndex(where: { $0.name == name }) { return index }
        let names = declared.map(\.name).joined(separator: ", ")
        problem(
            keys,
            names.isEmpty
                ? "expected only with the transport bluetooth"
                : "expected one of the characteristics \(names), found '\(name)'")
        return nil
    }

    /// A framing of a byte stream over Bluetooth needs to know whose bytes they are.
    mutating func checkOneByteStream(_ framing: String) {
        guard let declared = declaration.transport.bluetooth?.characteristics else { return }
        let subscribed = declared.count(where: \.isSubscribed)
        guard subscribed > 1 else { return }
        problem(
            ["transport", "bluetooth", "characteristics"],
            "expected one characteristic with subscribe, since the framing \(framing) reads one "
                + "stream of bytes, found \(subscribed)")
    }
}
