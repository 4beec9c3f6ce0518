import DeviceProfiles
import Glibc
import LinuxDevices
import Link
import SystemCalls
import Timebase

/// Devices: found, opened, read, lost and found again.
extension Station {
    /// Makes the devices of the settings and starts to look for others.
    func startDevices(_ recovery: RecoveredStation) throws {
        nextSource = max(nextSource, recovery.highestSource + 1)
        for (index, setting) in settings.devices.enumerated() {
            guard let profile = profiles[setting.profile] else {
                throw settings.unknownProfile(at: index, profiles)
            }
            let configured = try Self.applying(settings, to: profile, at: index)
            let binding: ManagedDevice.Binding =
                setting.path.map { .path($0) } ?? setting.address.map { .address($0) }
                ?? .serial(setting.serial ?? "")
            let kind: ManagedDevice.Kind
            switch configured.transport {
            case .bluetooth:
                kind = .bluetooth
                if setting.address == nil {
                    throw settings.mistake(
                        at: ["devices", "\(index)", "profile"],
                        "a Bluetooth device is bound by its 'address': find it with "
                            + "'attune devices pair'")
                }
            case .serial: kind = .serial
            case .input:
                throw settings.mistake(
                    at: ["devices", "\(index)", "profile"],
                    "a \(setting.profile) stands in the list 'keyboards' or 'pointers'")
            }
            let device = add(
                setting.name ?? setting.profile, configured, binding, setting.options, kind,
                recovery)
            device.marks = setting.marks.mapValues { UInt8(clamping: $0) }
        }
        try addInputs(settings.keyboards, .keyboard, recovery)
        try addInputs(settings.pointers, .pointer, recovery)
        startBluetooth()
        do throws(DeviceError) {
            let monitor = try UdevMonitor(subsystems: ["tty", "input"])
            try? epoll.add(monitor.descriptor, token: Token.monitor, .readable)
            self.monitor = monitor
        } catch {
            log.warning("hot-plugging is not seen: \(error)")
        }
        for device in (try? UdevMonitor.enumerate(subsystems: ["tty"])) ?? [] { appeared(device) }
    }

    private static func applying(
        _ settings: StationSettings, to profile: DeviceProfile, at index: Int
    ) throws -> DeviceProfile {
        guard let options = settings.devices[index].options else { return profile }
        do throws(OptionError) {
            return try profile.applying(options: options)
        } catch {
            throw settings.mistake(
                at: ["devices", "\(index)", "options"] + error.keys, error.message)
        }
    }

    private func addInputs(
        _ inputs: [StationSettings.Input], _ kind: ManagedDevice.Kind,
        _ recovery: RecoveredStation
    ) throws {
        let word = kind == .keyboard ? "keyboard" : "pointer"
        for (index, input) in inputs.enumerated() where input.participant {
            guard let profile = profiles[word] else {
                throw StationError(.settings, "the profile '\(word)' is missing")
            }
            let name = input.name ?? (inputs.count == 1 ? word : "\(word)-\(index + 1)")
            let binding: ManagedDevice.Binding
            if let path = input.path {
                binding = .path(path)
            } else if let source = input.testSource {
                guard options.allowsTestSources else {
                    throw settings.mistake(
                        at: ["\(word)s", "\(index)", "test_source"],
                        "test sources are for demos and tests; start attuned with "
                            + "--allow-test-sources to use one")
                }
                binding = .testSource(source)
            } else {
                binding = .inputName(input.match ?? "")
            }
            let device = add(name, profile, binding, nil, kind, recovery)
            // Passwords are typed on keyboards, and on no test source.
            device.onlyWithFocus =
                input.onlyWithFocus ?? (kind == .keyboard && input.testSource == nil)
        }
    }

    private func add(
        _ name: String, _ profile: DeviceProfile, _ binding: ManagedDevice.Binding,
        _ options: ProfileOptions?, _ kind: ManagedDevice.Kind, _ recovery: RecoveredStation
    ) -> ManagedDevice {
        // A device that records for a session which was taken up keeps its number.
        let resumed = recovery.source(named: name)
        let id = resumed?.id ?? nextSource
        if resumed == nil { nextSource += 1 }
        let device = ManagedDevice(
            id: id, name: name, profile: profile, binding: binding, options: options, kind: kind)
        device.isResuming = resumed != nil
        device.heldKeys = recovery.heldKeys[id] ?? [:]
        if case .path(let path) = binding {
            device.node = path
            device.identity = path
        }
        if case .address(let address) = binding {
            device.node = address
            device.identity = address
        }
        devices[id] = device
        if !device.isInput {
            announce(device, session: nil, streams: [])
        }
        return device
    }

    /// Tells the sequencer of a device, before its descriptor goes to the reader.
    func announce(_ device: ManagedDevice, session: UInt32?, streams: [Int64]) {
        let content: SourceAnnouncement.Content =
            switch device.kind {
            case .serial, .bluetooth: .device(device.profile)
            case .keyboard: .keyboard
            case .pointer: .pointer
            }
        sequencer.messages.post(
            .source(
                SourceAnnouncement(
                    id: device.id, name: device.name, content: content, session: session,
                    streams: streams)))
    }

    // MARK: - Coming and going

    func takeUdevEvents() {
        if monitor?.takeMissedEvents() == true {
            for device in (try? UdevMonitor.enumerate(subsystems: ["tty"])) ?? [] {
                appeared(device)
            }
        }
        while let event = monitor?.next() {
            switch event.action {
            case .add, .change: appeared(event.device)
            case .remove: break  // The reader sees the hang-up by itself.
            }
        }
    }

    /// A device node is there: is it one of ours, or one that a profile recognises?
    private func appeared(_ found: UdevDevice) {
        guard found.subsystem == "tty" else { return }
        for device in devices.values where !device.isInput && !device.isOpen {
            switch device.binding {
            case .path(let path) where path == found.node:
                device.identity = found.identity
                device.nextTry = Clocks.now()
            case .serial(let serial) where found.properties["ID_SERIAL_SHORT"] == serial:
                device.node = found.node
                device.identity = found.identity
                device.nextTry = Clocks.now()
            case .found(let identity) where identity == found.identity:
                device.node = found.node
                device.nextTry = Clocks.now()
            default: continue
            }
            return
        }
        let isKnown = devices.values.contains {
            $0.node == found.node || (!$0.identity.isEmpty && $0.identity == found.identity)
        }
        guard !isKnown else { return }
        for profile in profiles.values.sorted(by: { $0.name < $1.name })
        where profile.strength(of: found.properties) == .exact {
            var name = profile.name
            var count = 1
            while devices.values.contains(where: { $0.name == name }) {
                count += 1
                name = "\(profile.name)-\(count)"
            }
            log.info("found \(name) at \(found.node)")
            let device = add(
                name, profile, .found(identity: found.identity), nil, .serial,
                RecoveredStation.nothing)
            device.node = found.node
            device.identity = found.identity
            device.foundBy = profile.evidence(in: found.properties)
            return
        }
    }

    /// Opens what can be opened, and looks after what has gone silent.
    func tendDevices(_ now: Instant) {
        guard !isStopping else { return }
        for device in devices.values where !device.isOpen && !device.isOpening {
            guard now >= device.nextTry,
                device.isInput ? device.session != nil : device.state != .paused
            else { continue }
            open(device, now)
        }
    }

    private func open(_ device: ManagedDevice, _ now: Instant) {
        device.nextTry = now + device.backoff * 1_000_000_000
        device.backoff = min(device.backoff * 2, 5)
        if device.isInput { return openInput(device) }
        if let address = device.address { return openBluetooth(device, address) }
        guard !device.node.isEmpty, FileSystem.exists(device.node) else {
            device.state = .absent
            device.reason =
                device.node.isEmpty ? "not plugged in" : "there is nothing at \(device.node)"
            device.backoff = 1
            return
        }
        device.state = device.isResuming ? .opening : .starting
        device.reason = ""
        device.isOpening = true
        do throws(SystemError) {
            try DeviceOpener.open(
                source: device.id, profile: device.profile, path: device.node,
                identity: device.identity, resuming: device.isResuming, notices: notices)
        } catch {
            device.isOpening = false
            device.state = .failed
            device.reason = "\(error)"
        }
    }

    func deviceOpened(_ id: UInt32, _ result: DeviceOpening) {
        guard let device = devices[id] else {
            if case .opened(let descriptor, _, _, _, _, _) = result { close(descriptor) }
            return
        }
        device.isOpening = false
        if device.state == .paused {
            // Consent was taken back, or never given, while it was being opened.
            if case .opened(let descriptor, _, _, _, _, _) = result { close(descriptor) }
            return
        }
        switch result {
        case .failed(let reason):
            device.state = .failed
            device.reason = reason
            log.warning("\(device.name) cannot be opened: \(reason)")
        case .opened(
            let descriptor, let reading, let identity, let beginning, let settings, let leftover):
            device.isOpen = true
            device.identity = identity.isEmpty ? device.identity : identity
            device.state = .streaming
            device.reason = ""
            device.backoff = 1
            device.openedAt = Clocks.now()
            device.rate = RateMeter()
            device.watchDelivery()
            keepCopy(of: descriptor, device)
            // Bluetooth's sockets stay out of it: bluetoothd may crash on one that it does not know of.
            if device.kind == .serial && beginning != .kept && !device.isStored {
                storeDescriptor(descriptor, device)
            }
            acquisition.commands.post(
                .add(
                    source: id, descriptor: descriptor, reading, beginning,
                    settings: settings, leftover: leftover))
            log.info("\(device.name) is open at \(device.node)")
        }
    }

    func sourceEnded(_ id: UInt32, _ code: Int32) {
        // One that was taken away on purpose may still tell of its end.
        guard let device = devices[id], device.state != .paused else { return }
        dropCopy(device)
        forgetDescriptor(device)
        device.isOpen = false
        device.isResuming = false
        device.state = .absent
        device.backoff = 1
        device.nextTry = Clocks.now() + 200_000_000
        device.reason =
            code == 0 || code == EIO || code == ENODEV
            ? "unplugged" : SystemError(code: code, call: "read").description
        log.warning("\(device.name) is gone: \(device.reason)")
    }
}

extension Station {
    /// Reads the profiles and looks up what the settings name, without opening anything.
    /// - Throws: what is wrong, with its place.
    public static func check(settings: StationSettings, options: StationOptions) throws {
        let profiles = try loadProfiles()
        for (index, setting) in settings.devices.enumerated() {
            guard let profile = profiles[setting.profile] else {
                throw settings.unknownProfile(at: index, profiles)
            }
            _ = try applying(settings, to: profile, at: index)
        }
        try checkBackup(settings, data: options.data ?? settings.data ?? Places.data)
    }
}

extension StationSettings {
    func unknownProfile(at index: Int, _ known: [String: DeviceProfile]) -> StationError {
        mistake(
            at: ["devices", "\(index)", "profile"],
            "there is no profile '\(devices[index].profile)'; known are: "
                + known.keys.sorted().joined(separator: ", "))
    }
}
