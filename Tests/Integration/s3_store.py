"""A store that speaks S3, for tests: moto's server, and in front of it a guard that checks what moto does not.

The guard works out the signature of every request by botocore, another implementation than libcurl's, and
refuses what does not match; holds the body against the hash that was signed; cuts connections at chosen bytes;
answers with errors when it is told to; and keeps a record of what came.
"""

import hashlib
import http.client
import http.server
import logging
import re
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
from moto.server import ThreadedMotoServer

KEY = "AKIAATTUNETEST"
SECRET = "s3cr3t/with+signs=AndMore"
TOKEN = "session-token//of=some+hours"
REGION = "eu-test-1"
BUCKET = "study-bucket"


class Record:
    """A request that came."""

    def __init__(self, method, path, query, size):
        self.method, self.path, self.query, self.size = method, path, query, size

    def __repr__(self):
        return f"{self.method} {self.path}?{urllib.parse.urlencode(self.query)} ({self.size} bytes)"


class Guard(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, moto_port, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            # The thread of each connection shakes hands, not the one that takes all of them.
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False)
        self.moto_port = moto_port
        self.lock = threading.Lock()
        self.records = []
        self.refused = []
        # Statuses that are answered to the next requests with a body of 1000 bytes or more; None lets one
        # through, here and below.
        self.failures = []
        # For the next such requests: after how many bytes of the body the connection is cut.
        self.request_cuts = []
        # For the next answers that are longer: after how many bytes of them.
        self.answer_cuts = []
        # Called with each record, before it is answered.
        self.watcher = None
        # Seconds that each piece of an upload or answer takes.
        self.slowness = 0.0
        # When uploads began, as lists say; None for just now. (moto says always the same day of 2010.)
        self.initiated = None

    @property
    def address(self):
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def take(self, queue, size):
        with self.lock:
            if queue and size >= 1000:
                return queue.pop(0)
        return None

    def sent(self):
        """Bytes of bodies that came whole."""
        return sum(record.size for record in self.records)

    def handle_error(self, request, client_address):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    # Head and body go together, and at once: else each answer waits 40 ms for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def version_string(self):
        return "guard"

    def handle_expect_100(self):
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def handle_one(self):
        guard = self.server
        size = int(self.headers.get("Content-Length") or 0)
        cut = guard.take(guard.request_cuts, size)
        if cut is not None:
            self.rfile.read(min(cut, size))
            return self.cut()
        body = self.rfile.read(size)
        if len(body) < size:
            return self.cut()
        why = self.refusal(body)
        if why:
            guard.refused.append(f"{self.command} {self.path}: {why}")
            return self.answer(403, [("Content-Type", "application/xml")], error(
                "SignatureDoesNotMatch", why))
        path, query = self.parts()
        record = Record(self.command, urllib.parse.unquote(path), query, size)
        with guard.lock:
            guard.records.append(record)
        if guard.watcher:
            guard.watcher(record)
        status = guard.take(guard.failures, size)
        if status:
            return self.answer(status, [("Content-Type", "application/xml")],
                               error("SlowDown" if status == 503 else "InternalError", "try again"))
        if size > 1 << 20:
            time.sleep(guard.slowness)
        self.forward(path, body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_one

    def cut(self):
        self.close_connection = True
        self.wfile.flush()
        # Linger of no seconds: the other side sees a reset.
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()

    def parts(self):
        """The path with the bucket in it, and the parameters."""
        path, _, query = self.path.partition("?")
        host = self.headers["Host"].partition(":")[0]
        if host.endswith(".localhost"):
            path = f"/{host.removesuffix('.localhost')}{path}"
        return path, dict(urllib.parse.parse_qsl(query, keep_blank_values=True))

    def refusal(self, body):
        """Why a request is not signed as it has to be; None where it is."""
        header = self.headers.get("Authorization") or ""
        if not header.startswith("AWS4-HMAC-SHA256 "):
            return "no signature"
        fields = dict(
            field.strip().split("=", 1) for field in header.partition(" ")[2].split(","))
        stamp = self.headers.get("X-Amz-Date") or ""
        scope = f"{stamp[:8]}/{REGION}/s3/aws4_request"
        if fields.get("Credential") != f"{KEY}/{scope}":
            return f"the credential is {fields.get('Credential')}"
        if self.headers.get("X-Amz-Security-Token") != TOKEN:
            return "the token is another one"
        moment = time.mktime(time.strptime(stamp, "%Y%m%dT%H%M%SZ")) - time.timezone
        if abs(time.time() - moment) > 300:
            return "the time is another one"
        signed = fields["SignedHeaders"].split(";")
        needed = {"host"} | {
            name.lower() for name in self.headers if name.lower().startswith("x-amz-")}
        if not needed <= set(signed):
            return f"{needed - set(signed)} not signed"
        if self.headers.get("X-Amz-Content-Sha256") != hashlib.sha256(body).hexdigest():
            return "the body has another hash"
        request = botocore.awsrequest.AWSRequest(
            method=self.command, url=f"{self.server.scheme}://{self.headers['Host']}{self.path}",
            data=body,
            headers={name: self.headers[name] for name in signed if name != "host"})
        request.context["timestamp"] = stamp
        signer = botocore.auth.S3SigV4Auth(
            botocore.credentials.Credentials(KEY, SECRET, TOKEN), "s3", REGION)
        canonical = signer.canonical_request(request)
        expected = signer.signature(signer.string_to_sign(request, canonical), request)
        if expected != fields["Signature"]:
            return f"the signature is wrong; it had to be of:\n{canonical}"
        return None

    def forward(self, path, body):
        query = self.path.partition("?")[2]
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() not in ("host", "expect", "connection")}
        headers["Host"] = f"127.0.0.1:{self.server.moto_port}"
        moto = http.client.HTTPConnection("127.0.0.1", self.server.moto_port, timeout=30)
        moto.request(self.command, path + ("?" + query if query else ""), body, headers)
        answer = moto.getresponse()
        data = answer.read()
        kept = [(name, value) for name, value in answer.getheaders()
                if name.lower() not in ("transfer-encoding", "connection", "server", "date",
                                        "content-length")]
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        if b"<Initiated>" in data:
            moment = self.server.initiated or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            data = re.sub(rb"<Initiated>[^<]*", b"<Initiated>" + moment.encode(), data)
        if len(data) > 1 << 20:
            time.sleep(self.server.slowness)
        moto.close()
        self.answer(answer.status, kept, data, length)

    def answer(self, status, headers, data, length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", length or str(len(data)))
        self.end_headers()
        if self.command == "HEAD":
            return
        cut = self.server.take(self.server.answer_cuts, len(data))
        if cut is not None:
            self.wfile.write(data[:cut])
            self.wfile.flush()
            return self.cut()
        self.wfile.write(data)


class Proxy(http.server.ThreadingHTTPServer):
    """A proxy of the kind that `https_proxy` names: it opens a way to whatever it is asked for (here all names
    are of one server), and keeps what it was told in the clear."""
    daemon_threads = True

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), Way)
        self.port = port
        # Of each request the first line and the head.
        self.heads = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        pass


class Way(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        self.server.heads.append(f"{self.requestline}\n{self.headers}")
        with socket.create_connection(("127.0.0.1", self.server.port)) as other:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=carry, args=(other, self.connection), daemon=True)
            back.start()
            carry(self.connection, other)
            back.join(10)
        self.close_connection = True

    def refuse(self):
        self.server.heads.append(f"{self.requestline}\n{self.headers}")
        self.send_error(403)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = refuse


def carry(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Authority:
    """Signs certificates, as a laboratory's own authority does."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder, self.file = folder, folder / "authority.pem"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", "authority.key", "-out", self.file.name, "-days", "2",
                     "-subj", "/CN=laboratory")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def certificate(self, *names):
        """The files of a certificate for such names as `DNS:localhost` and of its key."""
        (self.folder / "names").write_text("subjectAltName=" + ",".join(names))
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", "store.key", "-out", "store.request", "-subj", "/CN=store")
        self.openssl("x509", "-req", "-in", "store.request", "-CA", self.file.name,
                     "-CAkey", "authority.key", "-CAcreateserial", "-days", "2", "-out", "store.pem",
                     "-extfile", "names")
        return str(self.folder / "store.pem"), str(self.folder / "store.key")


def error(code, message):
    return (f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>"
            f"{message.replace('&', '&amp;').replace('<', '&lt;')}</Message></Error>").encode()


class Store:
    """The server, its guard, and a client that goes around both signature and guard."""

    def __enter__(self):
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.moto.start()
        host, port = self.moto.get_host_and_port()
        self.moto_port = port
        self.guards = []
        self.guard = self.new_guard()
        import boto3
        self.client = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name=REGION,
            aws_access_key_id=KEY, aws_secret_access_key=SECRET)
        self.client.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        return self

    def __exit__(self, *_):
        for guard in self.guards:
            guard.shutdown()
            guard.server_close()
        self.moto.stop()

    def new_guard(self, certificate=None):
        """One more way to the server: with a certificate and its key, over TLS."""
        guard = Guard(self.moto_port, certificate)
        threading.Thread(target=guard.serve_forever, daemon=True).start()
        self.guards.append(guard)
        return guard

    def environment(self):
        return {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_SESSION_TOKEN": TOKEN}

    def keys(self, prefix=""):
        found = []
        for page in self.client.get_paginator("list_objects_v2").paginate(
                Bucket=BUCKET, Prefix=prefix):
            found += [entry["Key"] for entry in page.get("Contents", [])]
        return found

    def uploads(self):
        return self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
