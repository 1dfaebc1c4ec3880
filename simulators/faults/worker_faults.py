"""What happens to the worker, and to the devices before it."""

from __future__ import annotations

import signal

from simulators.faults.scene import Scene

MOST_STOP_SECONDS = 10.0


def kill_worker(scene: Scene) -> None:
    """Twice, the second time while it takes over what the first left."""
    for _ in range(2):
        scene.worker.kill()
        scene.worker.start()
        scene.wait(scene.between(0.5, 3))


def terminate_worker(scene: Scene) -> None:
    seconds = scene.worker.terminate()
    if seconds > MOST_STOP_SECONDS:
        scene.notes.append(f"took {seconds:.1f} s to stop")
    scene.worker.start()


def freeze_worker(scene: Scene) -> None:
    scene.worker.send(signal.SIGSTOP)
    scene.wait(20)
    scene.worker.send(signal.SIGCONT)


def start_second_worker(scene: Scene) -> None:
    """A second of the same name stands by; it must be the worker once the first is no more."""
    scene.second_worker.start()
    scene.wait(4)
    scene.worker.kill()
    scene.wait(scene.between(1, 4))
    scene.worker.start()
    scene.wait(2)
    scene.second_worker.kill()


def storm_with_buffered_hours(scene: Scene) -> None:
    scene.load.send_buffered()
    scene.wait(scene.between(0.2, 1))
    scene.load.send_buffered()
