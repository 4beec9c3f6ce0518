"""An export that only holders of a key can read: what comes out is what went in, and a fault leaves nothing
that anybody else could read."""

import os
import pathlib
import resource
import shutil
import subprocess
import tarfile
import tempfile
import time

import fake_disk
import faults
import strange_files


class Archive(faults.FaultTest):
    """attune export --encrypt-to, with the program age."""

    def setUp(self):
        made = tempfile.TemporaryDirectory(prefix="attune-archive-")
        self.addCleanup(made.cleanup)
        self.root = pathlib.Path(made.name)
        folder = strange_files.Folder(self.root, 1)
        self.session = folder.file("P01")
        self.keys, self.recipients = [], []
        for name in ("one", "two"):
            key = self.root / f"{name}.key"
            subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
            self.keys.append(key)
            self.recipients.append(subprocess.run(
                ["age-keygen", "-y", key], check=True, capture_output=True, text=True).stdout.strip())
        self.out = self.root / "out"
        self.out.mkdir()
        self.scratch = self.root / "scratch"
        self.scratch.mkdir()

    def environment(self, **more):
        return dict(os.environ, HOME=str(self.root), TMPDIR=str(self.scratch), **more)

    def export(self, *arguments, path=None, limit=None, environment=None):
        """Runs an export to its end."""
        environment = environment or self.environment(**({"PATH": path} if path else {}))
        return subprocess.run(
            [str(self.programs / "attune"), "export", str(self.session), "--quiet", *map(str, arguments)],
            env=environment, capture_output=True, text=True, timeout=120,
            preexec_fn=limit and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))))

    def opened(self, archive, key):
        """The files of an archive by their names."""
        plain = self.root / "plain.tar"
        subprocess.run(["age", "--decrypt", "-i", key, "-o", plain, archive], check=True, capture_output=True)
        with tarfile.open(plain) as tar:
            for member in tar.getmembers():
                self.assertEqual((member.mtime, member.uid, member.gid), (0, 0, 0), member.name)
            names = tar.getnames()
            self.assertEqual(names, sorted(names))
            return {member.name: tar.extractfile(member).read() for member in tar.getmembers()}

    def test_same(self):
        """Each of two recipients opens it, and finds what an open export has, byte for byte."""
        file = self.root / "keys.txt"
        file.write_text(self.recipients[1] + "\n")
        begun = time.monotonic()
        done = self.export("--format", "csv,xdf", "--out", self.out / "data.tar.age", "--encrypt-to",
                           self.recipients[0], "--encrypt-to-file", file)
        took = time.monotonic() - begun
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.listdir(self.out), ["data.tar.age"])
        begun = time.monotonic()
        self.assertEqual(self.export("--format", "csv,xdf", "--out", self.out / "open").returncode, 0)
        self.report(f"encrypted {took:.2f} s, open {time.monotonic() - begun:.2f} s")
        expected = {str(path.relative_to(self.out / "open")): path.read_bytes()
                    for path in (self.out / "open").rglob("*") if path.is_file()}
        # It says when it was made, and how.
        del expected["manifest.json"]
        for key in self.keys:
            found = self.opened(self.out / "data.tar.age", key)
            manifest = found.pop("manifest.json")
            self.assertIn(b"--encrypt-to", manifest)
            self.assertNotIn(b"age1", manifest)
            self.assertEqual(found, expected)
        content = (self.out / "data.tar.age").read_bytes()
        self.assertNotIn(b"Message 1, with words.", content)

    def test_force(self):
        """What is there is replaced only where it is an encrypted archive, and only on request."""
        place = self.out / "data.tar.age"
        to = ["--out", place, "--encrypt-to", self.recipients[0]]
        place.write_text("a letter")
        for more in ([], ["--force"]):
            self.assertNotEqual(self.export(*to, *more).returncode, 0)
            self.assertEqual(place.read_text(), "a letter")
        place.unlink()
        self.assertEqual(self.export(*to).returncode, 0)
        first = place.read_bytes()
        self.assertNotEqual(self.export(*to).returncode, 0)
        self.assertEqual(place.read_bytes(), first)
        self.assertEqual(self.export(*to, "--force").returncode, 0)
        self.assertNotEqual(place.read_bytes(), first)
        self.assertEqual(os.listdir(self.out), ["data.tar.age"])

    def test_refused(self):
        """A wrong recipient and a missing program are told before anything is written."""
        place = self.out / "data.tar.age"
        for wrong in ("age1nothing", "P01", "-i", ""):
            done = self.export("--out", place, f"--encrypt-to={wrong}")
            self.assertNotEqual(done.returncode, 0, wrong)
            self.assertIn("public key", done.stderr)
        done = self.export("--out", place, "--encrypt-to-file", self.root / "none")
        self.assertNotEqual(done.returncode, 0)
        bare = self.root / "bin"
        bare.mkdir()
        done = self.export("--out", place, "--encrypt-to", self.recipients[0], path=str(bare))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("apt install age", done.stderr)
        self.assertEqual(os.listdir(self.out), [])

    def test_full(self):
        """Where the archive does not fit, nothing is left."""
        whole = self.out / "whole.tar.age"
        arguments = ["--format", "csv,xdf,sas,spss,stata", "--encrypt-to", self.recipients[0]]
        self.assertEqual(self.export(*arguments, "--out", whole).returncode, 0)
        files = self.opened(whole, self.keys[0])
        largest = max(map(len, files.values()))
        size = whole.stat().st_size
        whole.unlink()
        # Each of the files has room, and the archive has not.
        limit = (max(largest * 2, size // 2) + 4095) & ~4095
        self.assertLess(limit, size)
        done = self.export(*arguments, "--out", whole, limit=limit)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("nothing is left", done.stderr)
        self.assertEqual(os.listdir(self.out), [])
        self.report(f"archive of {size >> 10} KiB in room for {limit >> 10} KiB: {done.stderr.strip()[:120]}")

    def assert_encrypted(self, path):
        """A file on the archive's disk holds what age wrote, or nothing yet."""
        begins = b"age-encryption.org/v1"
        content = path.read_bytes()[:len(begins)]
        self.assertEqual(content, begins[:len(content)], path)

    def test_killed(self):
        """Killed in the middle: nothing under the name, nothing in the clear beside it, the files for nobody
        else, and all of it gone with the next run."""
        place = self.out / "data.tar.age"
        arguments = ["--format", "csv,xdf,sas,spss,stata,matlab,edf", "--out", str(place),
                     "--encrypt-to", self.recipients[0]]
        rounds = 3 if self.is_short else 20
        left = beside = 0
        for number in range(rounds):
            process = subprocess.Popen(
                [str(self.programs / "attune"), "export", str(self.session), "--quiet", *arguments],
                env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + 60
            while process.poll() is None and time.monotonic() < deadline and not any(
                    path.is_file() for path in self.scratch.rglob("content/**/*")):
                time.sleep(0.002)
            time.sleep(0.02 * number)
            process.kill()
            process.wait()
            if place.exists():
                place.unlink()
                continue
            for path in self.scratch.iterdir():
                left += 1
                self.assertEqual(path.stat().st_mode & 0o777, 0o700, path)
            for path in self.out.iterdir():
                beside += 1
                self.assertTrue(path.is_file() and path.name.startswith(".data.tar.age.exporting-"), path)
                self.assert_encrypted(path)
        self.assertGreater(left, 0, "nothing was killed in time")
        self.assertGreater(beside, 0, "nothing was killed in time")
        self.assertEqual(self.export(*arguments).returncode, 0)
        self.assertEqual(os.listdir(self.out), ["data.tar.age"])
        self.assertEqual(os.listdir(self.scratch), [])
        self.report(f"{rounds} kills, {left} folders of mode 0700 and {beside} files beside the archive's place left, "
                    "none after the next run")

    def test_plain_disk(self):
        """A disk that knows neither second names nor renaming under conditions (a USB stick's, some of
        networks) takes an archive, and what is there already is not replaced."""
        disk = fake_disk.FakeDisk(self.root, os.path.realpath(self.out))
        self.addCleanup(disk.close)
        disk.be_plain()
        environment = dict(disk.environment, HOME=str(self.root), TMPDIR=str(self.scratch))
        place = self.out / "data.tar.age"
        arguments = ["--out", place, "--encrypt-to", self.recipients[0]]
        done = self.export(*arguments, environment=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        first = place.read_bytes()
        self.assertIn("manifest.json", self.opened(place, self.keys[0]))
        self.assertNotEqual(self.export(*arguments, environment=environment).returncode, 0)
        self.assertEqual(place.read_bytes(), first)
        self.assertEqual(os.listdir(self.out), ["data.tar.age"])
        done = self.export(*arguments, "--force", environment=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotEqual(place.read_bytes(), first)
        self.assertEqual((os.listdir(self.out), os.listdir(self.scratch)), (["data.tar.age"], []))

    def test_taken(self):
        """Who comes to the place while an archive is written keeps it."""
        place = self.out / "data.tar.age"
        process = subprocess.Popen(
            [str(self.programs / "attune"), "export", str(self.session), "--quiet", "--format", "csv,xdf,sas,spss",
             "--out", str(place), "--encrypt-to", self.recipients[0]],
            env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline and not os.listdir(self.out):
            time.sleep(0.001)
        place.write_text("a letter")
        _, said = process.communicate(timeout=60)
        self.assertNotEqual(process.returncode, 0)
        self.assertIn(str(place), said)
        self.assertEqual(place.read_text(), "a letter")
        self.assertEqual((os.listdir(self.out), os.listdir(self.scratch)), (["data.tar.age"], []))

    def test_full_scratch(self):
        """Where the folder for what is in the clear has no room, that folder is named."""
        done = self.export("--format", "csv,xdf,sas,spss,stata", "--out", self.out / "data.tar.age",
                           "--encrypt-to", self.recipients[0], limit=4096)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("TMPDIR", done.stderr)
        self.assertIn(str(self.scratch), done.stderr)
        self.assertEqual((os.listdir(self.out), os.listdir(self.scratch)), ([], []))
        self.report(done.stderr.strip()[:160])
