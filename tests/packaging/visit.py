"""Start a server, fetch some of its addresses, end it: run by the Python of a room that has neither network nor checkout.

python visit.py PORT PATH... -- COMMAND...     prints one JSON object, what each path answered
"""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request


def fetch(port: str, path: str) -> list:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return [answer.status, answer.read().decode(errors="replace")]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode(errors="replace")]


def main(arguments: list) -> None:
    cut = arguments.index("--")
    port, paths, command = arguments[0], arguments[1:cut], arguments[cut + 1 :]
    server = subprocess.Popen(command, stdout=sys.stderr, stderr=sys.stderr)
    try:
        deadline = time.monotonic() + 400  # a first start draws clips, and the machine may be busy
        while True:
            try:
                fetch(port, paths[0])
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{command} does not listen on {port}; its exit status is {server.poll()}")
                time.sleep(0.5)  # it cannot tell us when it listens
        print(json.dumps({path: fetch(port, path) for path in paths}))
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()


if __name__ == "__main__":
    main(sys.argv[1:])
