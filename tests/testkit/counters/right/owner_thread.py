"""One thread owns the value, the others send it requests."""

import queue
import threading


class Counter:
    def __init__(self):
        self.value = 0
        self._requests = queue.Queue()
        threading.Thread(target=self._serve, daemon=True).start()

    def increment(self):
        reply = queue.SimpleQueue()
        self._requests.put(reply)
        return reply.get()

    def _serve(self):
        while True:
            reply = self._requests.get()
            self.value += 1
            reply.put(self.value)
