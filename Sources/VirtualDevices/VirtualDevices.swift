// VirtualDevices
