#!/usr/bin/env python3
"""A stand-in for a language model's server: OpenAI's chat/completions on a loopback port.

It answers plausibly, and misbehaves on request. Standard library only.

    model_server.py [--port N] [--key KEY] [--behaviour STEPS] [--pace MS] [--with-parent]
                    [--certificate FILE --private-key FILE] [--proxy]

Prints `port N` (and `proxy N`) once it listens. With --with-parent it ends when its standard input
does, so that it cannot outlive who started it.

What it does with a request is said by steps: the model's name where it has any known step, else
those of --behaviour (or of POST /control), one step a request, the last one again and again. Steps
are separated by commas; what belongs to one step is joined by `+`. After `#` anything may stand that
keeps the counts of two tests apart. So the model `500,429:1,ok#a` fails twice and then answers, and
`no-schema+crlf#b` never offers schemas and ends its lines with CR LF.

How it answers: ok, whole (not streamed), crlf, cr, bom, comments, multiline, split (byte by byte),
no-done, no-usage, no-blank (nothing after the last data), keep-open (no end after [DONE]),
text-type (another content type), slow:MS (until the first byte), pause:MS (between pieces),
late-head:MS, parts (content as parts), letters (pieces of two letters instead of words), surrogates (half pairs), other-model, length, empty,
refusal, filter, echo (the Authorization header, in the answer), say:TEXT (base64url of it).
How JSON is put: fence, prose, trailing, quotes, wrong, not-json.
What it does not accept: no-stream, no-stream_options, no-schema, no-object, no-max_tokens, no-seed,
no-temperature, quiet (does not say what it does not accept), 422 instead of 400: mistral.
Failures: 400, 401, 403, 404, 408, 413, 429, 500…599 (429:S and 503:S with Retry-After; 429-date:S
as a date), 429-quota, filter-400, context-400, redirect:URL, stall, stall-head, cut, cut-head,
malformed, error (in the stream), huge:BYTES, html, reset.

GET /control gives what was asked so far; POST /control {"behaviour": STEPS} gives it too, and sets
the steps.
"""

import argparse
import asyncio
import base64
import email.utils
import hashlib
import json
import re
import ssl
import sys
import time

REPLIES = [
    "I don't know where to begin. It has been like this for weeks now.",
    "Mostly I lie awake. The same thoughts go round and round.",
    "My sister called, but I let it ring. I did not know what to say to her.",
    "Maybe. When you put it like that, it sounds less like it is all my fault.",
    "I used to go running. I have not put my shoes on since March.",
    "Thank you for asking. Nobody has asked me that in a long time – really. 🙂",
    "It comes and goes. Sundays are the worst, when everything is quiet.",
    "I guess I am just tired of pretending that I am fine.",
]
SUGGESTIONS = [
    "What would a small step in that direction look like for you?",
    "It sounds as if you have been carrying this on your own for a while.",
    "That must have been really hard for you.",
    "On a day that is a little better, what is different?",
    "It makes sense that you feel worn out after all that.",
    "I am glad that you told me. You do not have to sort it all out today.",
]
SAD = {"sad", "tired", "alone", "lost", "awake", "hard", "worst", "fault", "cry", "hopeless"}
GLAD = {"thank", "thanks", "glad", "better", "good", "nice", "happy", "love", "hope"}


def words_of(text):
    return re.findall(r"[\w']+", text.lower())


def mood(text):
    words = words_of(text)
    balance = sum(w in GLAD for w in words) - sum(w in SAD for w in words)
    return max(-1.0, min(1.0, balance / 3))


def number_for(name, low, high, text):
    if name == "valence":
        return round(max(low, min(high, mood(text))), 2)
    if name == "arousal":
        return round(max(low, min(high, 0.1 + 0.1 * text.count("!"))), 2)
    if name in ("uncertainty", "confidence"):
        return 0.3
    digest = int(hashlib.sha256((name + text).encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
    return round(low + (high - low) * digest, 3)


def value_for(schema, name, text, index=0):
    """A plausible value of a schema, the same for the same text."""
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        if name in ("category", "emotion", "label"):
            wanted = "sadness" if mood(text) < 0 else "happiness" if mood(text) > 0 else "neutral"
            if wanted in schema["enum"]:
                return wanted
        return schema["enum"][(index + len(text)) % len(schema["enum"])]
    if schema.get("anyOf"):
        return value_for(schema["anyOf"][0], name, text, index)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        if "reply" in schema.get("properties", {}):
            # A client's reply with what the client feels: never better than low.
            text += " sad tired"
        members = {
            key: value_for(member, key, text, at)
            for at, (key, member) in enumerate(schema.get("properties", {}).items())
        }
        if name == "probabilities" and members and all(
            isinstance(v, (int, float)) for v in members.values()
        ):
            main = "sadness" if mood(text) < 0 else "happiness" if mood(text) > 0 else "neutral"
            rest = 0.4 / max(1, len(members) - 1)
            members = {k: (0.6 if k == main else round(rest, 4)) for k in members}
        return members
    if kind == "array":
        if name in ("breaches", "findings") and not schema.get("minItems"):
            # Principles are kept, and nothing is dangerous.
            return []
        count = max(schema.get("minItems", 1), min(3, schema.get("maxItems", 3)))
        return [value_for(schema.get("items", {}), name, text, at) for at in range(count)]
    if kind in ("number", "integer"):
        low, high = schema.get("minimum", 0), schema.get("maximum", 1)
        value = number_for(name, low, high, text)
        return round(value) if kind == "integer" else value
    if kind == "boolean":
        # Principles are mostly kept.
        return True
    if kind == "null":
        return None
    if name in ("reply", "answer", "message"):
        return reply_for(text)
    at = int(hashlib.sha256((name + text).encode()).hexdigest()[:6], 16) + index
    return SUGGESTIONS[at % len(SUGGESTIONS)]


def reply_for(text):
    return REPLIES[int(hashlib.sha256(text.encode()).hexdigest()[:6], 16) % len(REPLIES)]


KNOWN = set(
    """ok whole crlf cr bom comments multiline split no-done no-usage no-blank keep-open text-type
    slow pause late-head parts letters surrogates other-model length empty refusal filter echo say fence
    prose trailing quotes wrong not-json no-stream no-stream_options no-schema no-object
    no-max_tokens no-seed no-temperature quiet mistral 429-date 429-quota filter-400 context-400
    redirect stall stall-head cut cut-head malformed error huge html reset""".split()
)


def parse_step(text):
    """The parts of a step: {"429": "1", "crlf": ""}; None where one is unknown."""
    parts = {}
    for part in text.split("+"):
        name, _, value = part.partition(":")
        if name not in KNOWN and not re.fullmatch(r"[45]\d\d", name):
            return None
        parts[name] = value
    return parts


def parse_steps(text):
    steps = [parse_step(part) for part in text.partition("#")[0].split(",")]
    return None if None in steps else steps


class ModelServer:
    def __init__(self, options):
        self.options = options
        self.counts = {}
        self.steps = parse_steps(options.behaviour) or [{"ok": ""}]
        self.used = 0
        self.requests = []
        self.open = 0
        self.running = 0
        self.most_running = 0
        self.broken = 0
        self.connects = []

    def step(self, model):
        steps = parse_steps(model)
        if steps:
            at = self.counts.get(model, 0)
            self.counts[model] = at + 1
        else:
            steps, at = self.steps, self.used
            self.used += 1
        return steps[min(at, len(steps) - 1)], at

    # -- HTTP

    async def connection(self, reader, writer):
        self.open += 1
        try:
            while await self.one_request(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, TimeoutError):
            pass
        except asyncio.LimitOverrunError:
            pass
        finally:
            self.open -= 1
            writer.close()

    async def one_request(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return False
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                headers[name.strip().lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        path = target.split("?")[0]
        if target.startswith("http://"):
            path = "/" + target.split("/", 3)[3]
        if path == "/control":
            await self.control(method, body, writer)
            return True
        if path.endswith("/models") and method == "GET":
            await self.whole(writer, 200, {"object": "list", "data": [{"id": "stand-in"}]})
            return True
        if not path.endswith("/chat/completions") or method != "POST":
            await self.whole(writer, 404, {"error": {"message": f"no such address: {path}"}})
            return True
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            return await self.completion(headers, body, reader, writer)
        finally:
            self.running -= 1

    async def control(self, method, body, writer):
        if method == "POST":
            wanted = json.loads(body)
            if "behaviour" in wanted:
                self.steps = parse_steps(wanted["behaviour"]) or [{"ok": ""}]
                self.used = 0
        await self.whole(
            writer, 200,
            {
                "requests": self.requests, "open": self.open - 1, "running": self.running,
                "most_running": self.most_running, "broken": self.broken,
                "connects": self.connects,
            },
        )

    async def whole(self, writer, status, value, headers=(), content_type="application/json"):
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {content_type}",
                 f"Content-Length: {len(data)}", f"Date: {email.utils.formatdate(usegmt=True)}",
                 *headers]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        await writer.drain()

    async def error(self, writer, status, message, code=None, headers=(), param=None):
        await self.whole(
            writer, status,
            {"error": {"message": message, "type": "error", "param": param, "code": code}},
            headers,
        )
        return True

    # -- chat/completions

    async def completion(self, headers, body, reader, writer):
        asked = json.loads(body)
        model = str(asked.get("model", ""))
        authorization = headers.get("authorization", "")
        step, number = self.step(model)
        self.requests.append(
            {
                "model": model, "step": step, "body": asked, "raw": body.decode(),
                "headers": {k: v for k, v in headers.items() if k != "authorization"},
                "has_key": bool(authorization),
                "key_is_right": authorization == f"Bearer {self.options.key}",
                "time": time.monotonic(),
            }
        )
        del self.requests[:-2000]
        if self.options.key and authorization != f"Bearer {self.options.key}":
            return await self.error(
                writer, 401, f"Incorrect API key provided: {masked(authorization)}.",
                "invalid_api_key",
            )
        if await self.failed(step, asked, authorization, writer):
            return True
        if "cut-head" in step:
            writer.close()
            return False
        if "reset" in step:
            writer.transport.abort()
            return False
        if "stall-head" in step:
            return await self.hang(reader)
        if "late-head" in step:
            await asyncio.sleep(int(step["late-head"]) / 1000)
        text, finish = self.answer(asked, step, authorization)
        if asked.get("stream") and "whole" not in step:
            return await self.stream(asked, step, text, finish, reader, writer)
        message = {"role": "assistant", "content": text}
        if "refusal" in step:
            message = {"role": "assistant", "content": None, "refusal": text}
        if "parts" in step:
            message["content"] = [{"type": "text", "text": text}]
        value = self.envelope(asked, step, "chat.completion")
        value["choices"] = [{"index": 0, "message": message, "finish_reason": finish}]
        if "no-usage" not in step:
            value["usage"] = self.usage(asked, text)
        data = json.dumps(value).encode()
        if "malformed" in step:
            data = data[:-7]
        if "cut" in step:
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                % len(data) + data[: len(data) // 2])
            await writer.drain()
            writer.close()
            return False
        await self.whole(writer, 200, data)
        return True

    async def failed(self, step, asked, authorization, writer):
        """Sends the failure of a step or of a field that is not accepted; True if there was one."""
        for name, value in step.items():
            if re.fullmatch(r"[45]\d\d", name):
                extra = [f"Retry-After: {value}"] if value else []
                message = {"401": f"Not authorised with '{authorization}'",
                           "404": "The model does not exist"}.get(name, f"failing with {name}")
                return await self.error(writer, int(name), message, headers=extra)
        if "429-date" in step:
            moment = email.utils.formatdate(time.time() + float(step["429-date"]), usegmt=True)
            return await self.error(writer, 429, "slow down", headers=[f"Retry-After: {moment}"])
        if "429-quota" in step:
            return await self.error(writer, 429, "You exceeded your quota", "insufficient_quota")
        if "filter-400" in step:
            return await self.error(writer, 400, "The prompt was filtered", "content_filter")
        if "context-400" in step:
            return await self.error(
                writer, 400, "This model's maximum context length is 10 tokens",
                "context_length_exceeded")
        if "redirect" in step:
            await self.whole(writer, 307, {}, [f"Location: {step['redirect']}"])
            return True
        if "html" in step:
            await self.whole(writer, 200, b"<html><body>Sign in to the network</body></html>",
                             content_type="text/html; charset=utf-8")
            return True
        form = (asked.get("response_format") or {}).get("type")
        refused = {
            "no-stream_options": "stream_options" in asked, "no-stream": "stream" in asked,
            "no-schema": form == "json_schema", "no-object": form == "json_object",
            "no-max_tokens": "max_tokens" in asked, "no-seed": "seed" in asked,
            "no-temperature": "temperature" in asked,
        }
        for name, is_refused in refused.items():
            if name not in step or not is_refused:
                continue
            field = {"no-schema": "response_format", "no-object": "response_format"}.get(
                name, name[3:])
            if "quiet" in step:
                await self.whole(writer, 400, b"Bad Request", content_type="text/plain")
                return True
            if "mistral" in step:
                await self.whole(writer, 422, {"object": "error", "message": {"detail": [
                    {"type": "extra_forbidden", "loc": ["body", field],
                     "msg": "Extra inputs are not permitted"}]}})
                return True
            hint = " Use 'max_completion_tokens' instead." if name == "no-max_tokens" else ""
            return await self.error(
                writer, 400, f"Unsupported parameter: '{field}'.{hint}", param=field)
        return False

    async def hang(self, reader):
        """Says nothing more, until the other side goes."""
        await reader.read(1)
        self.broken += 1
        return False

    def answer(self, asked, step, authorization):
        """The text of an answer, and why it ends."""
        said = " ".join(
            str(m.get("content", "")) for m in asked.get("messages", [])
            if m.get("role") != "system")
        last = next((str(m.get("content", "")) for m in reversed(asked.get("messages", []))
                     if m.get("role") == "user"), said)
        if "say" in step:
            pad = "=" * (-len(step["say"]) % 4)
            return base64.urlsafe_b64decode(step["say"] + pad).decode(), "stop"
        if "empty" in step:
            return "", "stop"
        if "refusal" in step:
            return "I'm sorry, I can't help with that.", "stop"
        if "echo" in step:
            return f"You sent {authorization} to me.", "stop"
        schema = self.schema(asked)
        if schema is None or "not-json" in step:
            text = reply_for(last + str(len(asked.get("messages", []))))
        else:
            # Another number of messages gives another reply, so that none comes twice in a row.
            text = self.json_answer(schema, f"{last} {len(asked.get('messages', []))}", step)
        if "length" in step:
            return text[: len(text) // 2], "length"
        if "filter" in step:
            return text[: len(text) // 2], "content_filter"
        return text, "stop"

    def schema(self, asked):
        """The schema that is asked for, in the field for it or in words."""
        form = asked.get("response_format") or {}
        if form.get("type") == "json_schema":
            return form["json_schema"]["schema"]
        for message in asked.get("messages", []):
            content = str(message.get("content", ""))
            at = content.find("JSON Schema")
            if at >= 0 and "{" in content[at:]:
                try:
                    return json.JSONDecoder().raw_decode(content[content.index("{", at):])[0]
                except ValueError:
                    return None
        return {} if form.get("type") == "json_object" else None

    def json_answer(self, schema, last, step):
        value = value_for(schema, "", last)
        if "wrong" in step and isinstance(value, dict) and value:
            value.pop(sorted(value)[0])
        text = json.dumps(value, ensure_ascii=False)
        if "trailing" in step:
            text = re.sub(r"([}\]])", r",\1", text)
        if "quotes" in step:
            text = repr(value)
        if "fence" in step:
            text = f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```\n"
        if "prose" in step:
            text = f"Sure! {{thinking}} Here it is:\n\n{text}\n\nIs there anything else [you need]?"
        return text

    def envelope(self, asked, step, kind):
        name = "another-model-1" if "other-model" in step else asked.get("model")
        return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": name,
                "system_fingerprint": "fp_stand_in"}

    def usage(self, asked, text):
        given = sum(len(words_of(str(m.get("content", "")))) + 4 for m in asked.get("messages", []))
        said = max(1, len(words_of(text)))
        return {"prompt_tokens": given, "completion_tokens": said, "total_tokens": given + said}

    # -- streams

    async def stream(self, asked, step, text, finish, reader, writer):
        kind = "text/plain" if "text-type" in step else "text/event-stream; charset=utf-8"
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
            .encode())
        await writer.drain()
        if "slow" in step:
            await asyncio.sleep(int(step["slow"]) / 1000)
        if "huge" in step:
            return await self.huge(int(step["huge"] or 10_000_000), writer)
        pieces = self.events(asked, step, text, finish)
        cut_at = len(pieces) // 2
        pace = int(step.get("pause") or self.options.pace) / 1000
        for at, piece in enumerate(pieces):
            if "stall" in step and at == cut_at:
                return await self.hang(reader)
            if "cut" in step and at == cut_at:
                writer.close()
                return False
            for part in self.cut_up(piece, step, at):
                writer.write(b"%x\r\n" % len(part) + part + b"\r\n")
                try:
                    await writer.drain()
                except ConnectionError:
                    self.broken += 1
                    raise
                if "split" in step:
                    await asyncio.sleep(0)
            if pace:
                await asyncio.sleep(pace)
            if reader.at_eof():
                self.broken += 1
                return False
        if "keep-open" in step:
            return await self.hang(reader)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    def events(self, asked, step, text, finish):
        """The bytes of each event of a stream."""
        end = b"\r\n" if "crlf" in step else b"\r" if "cr" in step else b"\n"

        def event(value):
            data = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            lines = [b"data: " + data.encode()]
            if "multiline" in step and not isinstance(value, str):
                lines = [b"data:" + line for line in json.dumps(
                    value, indent=1, ensure_ascii=False).encode().split(b"\n")]
                lines.insert(0, b"event: message")
                lines.append(b"id: 7")
            return end.join(lines) + end + end

        def delta(change, reason=None):
            value = self.envelope(asked, step, "chat.completion.chunk")
            value["choices"] = [{"index": 0, "delta": change, "finish_reason": reason}]
            return value

        pieces = [b"\xef\xbb\xbf" if "bom" in step else b""]
        pieces.append(event(delta({"role": "assistant", "content": ""})))
        field = "refusal" if "refusal" in step else "content"
        form = r"(?s).{1,2}" if "letters" in step else r"\s*\S+\s*$|\s*\S+"
        for word in re.findall(form, text):
            content = [{"type": "text", "text": word}] if "parts" in step else word
            pieces.append(event(delta({field: content})))
            if "comments" in step:
                pieces.append(b": keep-alive" + end + end + b"retry: 3000" + end + b":" + end)
        if "surrogates" in step:
            half = json.dumps(delta({field: "HALF"}))
            pieces.append(b"data: " + half.replace("HALF", "\\ud83d").encode() + end + end)
        if "malformed" in step:
            pieces.append(b'data: {"choices": [{"delta": {"content": "half' + end + end)
        if "error" in step:
            pieces.append(event({"error": {"message": "the model crashed", "code": 500}}))
        pieces.append(event(delta({}, finish)))
        wants_usage = (asked.get("stream_options") or {}).get("include_usage")
        if wants_usage and "no-usage" not in step:
            value = self.envelope(asked, step, "chat.completion.chunk")
            value["choices"] = []
            value["usage"] = self.usage(asked, text)
            pieces.append(event(value))
        if "no-done" not in step:
            pieces.append(event("[DONE]"))
        if "no-blank" in step:
            pieces[-1] = pieces[-1].rstrip(b"\r\n")
        return [piece for piece in pieces if piece]

    def cut_up(self, piece, step, at):
        """Odd parts of an event: never where one would expect them."""
        if "split" in step:
            return [piece[i:i + 1] for i in range(len(piece))]
        first = (at * 7 + 3) % max(2, len(piece))
        return [part for part in (piece[:first], piece[first:]) if part]

    async def huge(self, size, writer):
        sent = 0
        while sent < size:
            part = b'data: {"choices":[{"delta":{"content":"' + b"x" * 65_000 + b'"}}]}\n\n'
            writer.write(b"%x\r\n" % len(part) + part + b"\r\n")
            await writer.drain()
            sent += len(part)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    # -- a proxy beside it

    async def proxy(self, reader, writer):
        """CONNECT, and requests with a whole address, to loopback alone."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            line = head.split(b"\r\n")[0].decode()
            method, target, _ = line.split(" ")
            self.connects.append(
                {"line": line, "has_key": b"authorization: bearer" in head.lower()})
            place = target if method == "CONNECT" else target.split("/")[2]
            host, _, port = place.rpartition(":")
            if host not in ("127.0.0.1", "localhost"):
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                return
            there, onward = await asyncio.open_connection("127.0.0.1", int(port))
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                onward.write(head)
            await asyncio.gather(carry(reader, onward), carry(there, writer))
        except (ConnectionError, OSError, ValueError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def carry(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def masked(authorization):
    """As providers show a key that they do not know."""
    key = authorization.removeprefix("Bearer ")
    return key if len(key) < 12 else key[:8] + "*" * (len(key) - 12) + key[-4:]


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="", help="refuse every other key")
    parser.add_argument("--behaviour", default="ok", help="steps, as above")
    parser.add_argument("--pace", default="0", help="milliseconds between the pieces of a stream")
    parser.add_argument("--with-parent", action="store_true")
    parser.add_argument("--certificate")
    parser.add_argument("--private-key")
    parser.add_argument("--proxy", action="store_true", help="open a proxy on a second port")
    options = parser.parse_args()
    if parse_steps(options.behaviour) is None:
        parser.error(f"unknown step in {options.behaviour}")
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.private_key)
    server = ModelServer(options)
    listening = await asyncio.start_server(
        server.connection, "127.0.0.1", options.port, ssl=context, limit=1 << 24, backlog=256)
    print("port", listening.sockets[0].getsockname()[1], flush=True)
    if options.proxy:
        proxy = await asyncio.start_server(server.proxy, "127.0.0.1", 0)
        print("proxy", proxy.sockets[0].getsockname()[1], flush=True)
    if options.with_parent:
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    else:
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
