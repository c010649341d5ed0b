"""Processes side by side: commands of a step, and workers of one program that average their gradients."""
import os
import socket
import subprocess
import sys
import time


def run(commands, environments=None, cwd=None):
    """The first that fails ends the others. -> exit code, 0 when all succeed"""
    processes = [subprocess.Popen(command, cwd=cwd, env={**os.environ, **environment}) for command, environment in zip(commands, environments or [{}] * len(commands))]
    try:
        while True:
            codes = [process.poll() for process in processes]
            failed = next((code for code in codes if code), 0)
            if failed or None not in codes:
                return failed
            time.sleep(0.1)
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def run_workers(count, module):
    """This program again, `count` times, as torch.distributed wants it. torchrun of PyTorch 1.13 fails on Python 3.11."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = dict(WORLD_SIZE=str(count), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    return run([[sys.executable, "-m", module, *sys.argv[1:]]] * count, [dict(shared, RANK=str(rank)) for rank in range(count)])
