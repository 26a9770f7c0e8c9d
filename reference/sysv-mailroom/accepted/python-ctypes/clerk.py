import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import queues


def work(queue):
    while True:
        request = queues.receive(queue, queues.Request(), 1)
        queues.send(queue, queues.Answer(type=request.id, text=request.text.upper()))


def main(key):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    queue = queues.get(key, queues.IPC_CREAT | 0o600)
    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(work, queue)
        while signal.sigwaitinfo({signal.SIGTERM}).si_signo != signal.SIGTERM:
            pass
        queues.remove(queue)
        assert isinstance(worker.exception(), OSError)


if len(sys.argv) != 2 or not sys.argv[1].lstrip("-").isdigit():
    print("usage: clerk KEY", file=sys.stderr)
    sys.exit(2)
main(int(sys.argv[1]))
