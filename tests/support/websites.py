"""Servers on loopback that answer as a test says, names that lead where it says, and a record of what was dialled."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PUBLIC = "93.184.216.34"  # an address that is nobody's here: `Dialled` leads it to loopback


def page(body=b"<p>A page.</p>", status=200, type="text/html", **headers):
    """An answer, as bytes."""
    known = {"content_type": type, "content_length": len(body), **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in known.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status} As told", *lines, "", ""]).encode() + body


def to(url, status=302, **headers):
    """A redirect, as bytes."""
    return page(b"", status, location=url, **headers)


def drip(*parts, pause=0.05):
    """Answer with each part and then with a byte at a time, for ever."""

    def answer(line):
        for part in parts:
            line.sendall(part)
        while True:
            time.sleep(pause)
            line.sendall(b"x")

    return answer


def flood(head, block):
    """Answer with a head and then as fast as it is read, for ever."""

    def answer(line):
        line.sendall(head)
        while True:
            line.sendall(block)

    return answer


class Site:
    """A web server: bytes for each path, or a function that is given the connection. Records the heads it was sent."""

    def __init__(self, answers, context=None):
        self.answers, self.heads, self._context = answers, [], context
        self.connections = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def paths(self):
        return [head.split(" ")[1] for head in self.heads]

    def close(self):
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._server.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._server.accept()
                self.connections += 1
                threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line):
        with line, contextlib.suppress(OSError):
            if callable(self.answers):
                return self.answers(line)
            if self._context:
                line = self._context.wrap_socket(line, server_side=True)
            with line:
                head = b""
                while b"\r\n\r\n" not in head:
                    if not (part := line.recv(4096)):
                        return None
                    head += part
                self.heads.append(head.decode())
                answer = self.answers.get(self.paths[-1], page(b"Nothing here.", 404))
                if callable(answer):
                    return answer(line)
                line.sendall(answer)
                line.shutdown(socket.SHUT_WR)
                line.recv(1)  # until the other side has read it
        return None


class Dialled:
    """In place of `socket.create_connection`: records each address, and leads those of PUBLIC to `port` on loopback."""

    def __init__(self, monkeypatch):
        self.addresses, self._real = [], socket.create_connection
        self.ports, self.dead = {}, set()
        monkeypatch.setattr(socket, "create_connection", self)

    def __call__(self, address, timeout=None, **more):
        self.addresses.append(address)
        if address[0] in self.dead:
            raise ConnectionRefusedError(111, "Connection refused")
        if address[0] == PUBLIC or ":" in address[0]:
            address = ("127.0.0.1", self.ports.get(address[1], address[1]))
        return self._real(address, timeout, **more)


class Names:
    """In place of the system's resolver: each name leads to its records; a list of lists is used up one by one."""

    def __init__(self, **records):
        self.records, self.asked = {name.replace("_", "."): found for name, found in records.items()}, []

    def __call__(self, host, port):
        self.asked.append(host)
        found = self.records.get(host)
        if found is None:
            raise socket.gaierror(-2, "Name or service not known")
        if found and isinstance(found[0], list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found


class Authority:
    """Issues certificates, and is trusted by whoever is told of its file."""

    def __init__(self, folder):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of the tests")])
        self._folder, self.file = folder, folder / "authority.pem"
        self._certificate = self._sign(self._name, self._key, x509.BasicConstraints(ca=True, path_length=0))
        self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def serves(self, name, days=1):
        """What a server needs that goes by `name`; with `days` below zero it is too late."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._sign(subject, key, x509.SubjectAlternativeName([x509.DNSName(name)]), days)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = self._folder / f"{name}{days}.pem"
        file.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _sign(self, subject, key, extension, days=1):
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=9))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
            .sign(self._key, hashes.SHA256())
        )
