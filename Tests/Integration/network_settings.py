"""Settings of liblsl for tests."""

# Nothing beyond this machine is asked or told.
LSL = """[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
MachineAddresses = {127.0.0.1}
[lab]
KnownPeers = {127.0.0.1}
SessionID = attune-test-%d
[log]
level = -2
"""
