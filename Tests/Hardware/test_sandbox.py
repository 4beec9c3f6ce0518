"""What the units let a program do: no network for the daemon, a key for the chat alone."""

import json
import shutil

import image
from station import PATIENCE, StationTest

# A unit as the package installs it, around another program. What concerns only a lasting service goes.
COPY = r"""
set -e
sed -e 's|^ExecStart=.*|ExecStart=/usr/bin/python3 /share/probe.py|' -e 's/^Type=.*/Type=oneshot/' \
    -e '/^NotifyAccess=/d; /^Watchdog/d; /^Restart[SP=]/d; /^FileDescriptorStore/d; /^RuntimeDirectory/d' \
    "$(systemctl show {unit} -p FragmentPath --value)" >/run/systemd/system/probe.service
grep -q '^RestrictAddressFamilies=' /run/systemd/system/probe.service
mkdir -p /run/systemd/system/probe.service.d
printf '[Service]\nStandardOutput=truncate:/run/probe.json\n{more}' >/run/systemd/system/probe.service.d/probe.conf
systemctl daemon-reload
systemctl start probe
cat /run/probe.json
"""
# The inodes of all sockets of the internet's families.
INTERNET = "cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 /proc/net/raw /proc/net/raw6 2>/dev/null " \
           "| awk '$10 ~ /^[0-9]+$/ {print $10}'"
KEY = "sk-of-the-laboratory-0123456789"
STUDY = """name: keyed
version: 1
title: A key
language: en
phases:
  - {name: chat, title: Chat, kind: chat}
chat:
  persona: maya
  model:
    url: http://127.0.0.1:9/v1
    name: stand-in-1
    credential: openai
"""


class SandboxTest(StationTest):
    def probe(self, unit, more=""):
        """What a program in a unit's sandbox is let."""
        shutil.copy(image.HERE / "tools" / "probe.py", self.guest.share)
        return json.loads(self.guest.run(COPY.replace("{unit}", unit).replace("{more}", more), PATIENCE))

    def test_the_daemon_has_no_internet(self):
        self.start_daemon("devices: []\n")
        told = self.guest.run("systemctl show attuned -p RestrictAddressFamilies,MainPID")
        facts = dict(line.split("=", 1) for line in told.splitlines())
        self.assertEqual(set(facts["RestrictAddressFamilies"].split()), {"AF_UNIX", "AF_NETLINK"})
        # The running one is filtered, and holds none.
        status = self.guest.run(f"grep -E 'Seccomp' /proc/{facts['MainPID']}/status")
        self.assertRegex(status, r"Seccomp:\s+2\nSeccomp_filters:\s+[1-9]")
        held = self.guest.run(f"ls -l /proc/{facts['MainPID']}/fd")
        self.assertIn("socket:[", held)
        internet = self.guest.run(INTERNET).split()
        self.assertEqual([inode for inode in internet if f"socket:[{inode}]" in held], [])
        # A program in its place is refused, where one without the unit is not.
        shutil.copy(image.HERE / "tools" / "probe.py", self.guest.share)
        free = json.loads(self.guest.run("python3 /share/probe.py"))["sockets"]
        shut = self.probe("attuned")["sockets"]
        self.report(f"without a unit {free}, in the daemon's {shut}")
        self.assertEqual(free, dict.fromkeys(free, "made"))
        self.assertEqual(shut, {"AF_UNIX": "made", "AF_NETLINK": "made", "AF_INET": "EAFNOSUPPORT",
                                "AF_INET6": "EAFNOSUPPORT"})
        self.assertEqual(set(self.probe("attune-chat")["sockets"].values()), {"made"})

    def test_a_key_is_the_chats_alone(self):
        """As the unit's comment and the doctor say it is given."""
        self.guest.run("install -d /etc/attune/studies")
        (self.guest.share / "keyed.yaml").write_text(STUDY)
        self.guest.run("install -m 644 /share/keyed.yaml /etc/attune/studies/keyed.yaml")
        self.start_daemon("devices: []\n")
        self.mend("sudo systemctl edit attune-chat: [Service] LoadCredential=openai:/etc/attune/openai.key",
                  "printf '[Service]\\nLoadCredential=openai:/etc/attune/openai.key\\n' | install -D -m 644 /dev/stdin "
                  "/etc/systemd/system/attune-chat.service.d/override.conf && systemctl daemon-reload")
        self.mend("sudo install -m 600 /dev/stdin /etc/attune/openai.key",
                  f"echo {KEY} | install -m 600 /dev/stdin /etc/attune/openai.key")
        told = self.doctor()
        self.assertEqual([one["verdict"] for one in told], ["ok"], told)
        # Nobody reads it but who is given it.
        for user in ("experimenter", "attune"):
            self.assertNotEqual(self.guest.attempt(f"runuser -u {user} -- cat /etc/attune/openai.key")[0], 0)
        given = self.probe("attune-chat", r"LoadCredential=openai:/etc/attune/openai.key\n")
        self.assertEqual(given["credentials"], {"openai": KEY + "\n"})
        self.assertEqual(str(given["user"]), self.guest.run("id -u attune").strip())
        # The chat itself has it, and nobody beside it.
        self.guest.run("systemctl start attune-chat", PATIENCE)
        process = self.guest.run("systemctl show attune-chat -p MainPID --value").strip()
        folder = self.guest.run(f"tr '\\0' '\\n' </proc/{process}/environ | sed -n s/^CREDENTIALS_DIRECTORY=//p").strip()
        self.assertEqual(self.guest.run(f"cat {folder}/openai"), KEY + "\n")
        self.assertNotEqual(self.guest.attempt(f"runuser -u experimenter -- cat {folder}/openai")[0], 0)
        self.assertNotIn(KEY, self.guest.run(f"tr '\\0' '\\n' </proc/{process}/environ; journalctl --no-pager"))

    def doctor(self):
        _, output = self.guest.attempt("attune doctor --json", PATIENCE)
        return [one for one in json.loads(output)["checks"] if one["check"] == "credentials"]

    def mend(self, named, command):
        """The doctor names what to do; root does it."""
        [found] = self.doctor()
        self.report(f"{found['seen']} → {found['mend']}")
        self.assertEqual((found["verdict"], found["mend"]), ("missing", named))
        self.guest.run(command, PATIENCE)
