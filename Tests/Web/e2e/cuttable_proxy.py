"""A TCP relay in front of the server under test that can be cut, frozen and healed, so that a loss is a real one."""

import contextlib
import socket
import threading


class CuttableProxy:
    """Relays 127.0.0.1:`port` to the target. `cut` hangs up and refuses, `freeze` keeps sockets open in silence."""

    def __init__(self, host, port):
        self._target = (host, port)
        self._lock = threading.Lock()
        self._sockets = set()
        self._flowing = threading.Event()
        self._flowing.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._listen()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def cut(self):
        """The server vanishes: the port refuses and all connections end."""
        self._shut(self._listener)
        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for each in sockets:
            self._shut(each)

    def heal(self):
        """The server is back on the same port."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listen()

    def freeze(self):
        self._flowing.clear()

    def thaw(self):
        self._flowing.set()

    def close(self):
        self.thaw()
        self.cut()

    def _listen(self):
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return  # cut() closed the listener
            try:
                server = socket.create_connection(self._target)
            except OSError:
                client.close()
                continue
            with self._lock:
                self._sockets |= {client, server}
            threading.Thread(target=self._relay, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._relay, args=(server, client, True), daemon=True).start()

    def _relay(self, source, sink, can_freeze):
        with contextlib.suppress(OSError):  # an end of either side ends the relay
            while data := source.recv(65536):
                if can_freeze:
                    self._flowing.wait()
                sink.sendall(data)
        self._shut(source)
        self._shut(sink)

    @staticmethod
    def _shut(end):
        # A socket already gone is what we want.
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
