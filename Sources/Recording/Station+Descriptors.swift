import DeviceProfiles
import Glibc
import LinuxDevices
import ServiceManagement
import SystemCalls
import Timebase

/// Open devices outlive a crash of the daemon: the service manager keeps a copy of each descriptor, and the
/// next process goes on with it, so that nothing is lost that the kernel held meanwhile.
extension Station {
    /// Leaves a copy of a device's open descriptor with the service manager.
    func storeDescriptor(_ number: Int32, _ device: ManagedDevice) {
        forgetDescriptor(device)
        do throws(ServiceManagerError) {
            device.isStored = try ServiceManager.store(number, name: device.descriptorName)
        } catch {
            log.warning("\(device.name) will not stay open across a crash: \(error)")
        }
    }

    /// Has the service manager close its copy: the device is given up, or may not be read.
    func forgetDescriptor(_ device: ManagedDevice) {
        if let left = kept.take(device.descriptorName) {
            // What was typed meanwhile is nobody's to read: it goes with the descriptor.
            if device.isInput { try? InputDevice.revoke(left.number) }
            device.isStored = true
        }
        guard device.isStored else { return }
        device.isStored = false
        forgetDescriptor(named: device.descriptorName)
    }

    private func forgetDescriptor(named name: String) {
        do throws(ServiceManagerError) {
            try ServiceManager.forget(name: name)
        } catch {
            log.warning("\(error)")
        }
    }

    /// Goes on with the descriptors that an earlier process left; closes those that nobody may have.
    func takeUpDescriptors() {
        for device in devices.values.sorted(by: { $0.id < $1.id })
        where device.kind == .serial && device.state != .paused && !device.isOpen {
            adoptSerial(device)
        }
        for name in kept.closeRest() {
            log.info("the descriptor '\(name)' of an earlier process is closed: nobody may read it")
            forgetDescriptor(named: name)
        }
    }

    /// Takes over a serial port that stayed open, where it is still the device that the settings mean.
    private func adoptSerial(_ device: ManagedDevice) {
        guard kept.has(device.descriptorName) else { return }
        guard !device.node.isEmpty, let descriptor = kept.take(device.descriptorName) else {
            return
        }
        device.isStored = true
        do throws(DeviceError) {
            try DeviceOpener.check(descriptor.number, device.profile, device.node)
        } catch {
            log.warning("\(device.name) is opened anew: \(error)")
            return forgetDescriptor(device)
        }
        guard KeptDescriptors.isSame(descriptor.number, device.node) else {
            log.warning("\(device.name) is opened anew: it is another device now")
            return forgetDescriptor(device)
        }
        let isWhole = !KeptDescriptors.mayHaveOverflowed(descriptor.number)
        log.info(
            "\(device.name) stayed open: \(isWhole ? "nothing was lost" : "its buffer ran full")")
        device.isOpening = true
        deviceOpened(
            device.id,
            .opened(
                descriptor: descriptor.release(), .serial, identity: device.identity,
                isWhole ? .kept : .resumed))
    }

    /// Takes over a keyboard or pointer that stayed open, where it may be read; nil where there is none.
    func adoptInput(
        _ device: ManagedDevice, _ kind: InputDeviceKind, _ policy: InputPolicy
    ) -> InputDevice? {
        guard let descriptor = kept.take(device.descriptorName) else { return nil }
        device.isStored = true
        do throws(DeviceError) {
            guard KeptDescriptors.isSame(descriptor.number, device.node) else {
                throw DeviceError(
                    code: .disconnected, message: "\(device.node) is another device now")
            }
            if case .testSource(let path) = device.binding {
                return try TestInputSource.adopt(
                    descriptor, path, kind: kind, isAllowed: options.allowsTestSources)
            }
            return try InputDevice.adopt(descriptor, device.node, kind: kind, policy: policy)
        } catch {
            log.warning("\(device.name) is opened anew: \(error)")
            forgetDescriptor(device)
            return nil
        }
    }
}

extension ManagedDevice {
    /// The name by which the service manager keeps its descriptor.
    var descriptorName: String { DescriptorName.of(name, kind: kind.name) }
}
