"""What happens to the worker, and to the devices before it."""

from __future__ import annotations

import signal

from simulators.faults.injection import write_offset
from simulators.faults.load import to_rows
from simulators.faults.scene import Scene
from simulators.faults.storm import CROWD, Storm
from simulators.faults.town import DEVICES

MOST_STOP_SECONDS = 10.0
MOST_NOTICE_SECONDS = 45.0
MOST_MEGABYTES = 300
HOUR_SECONDS = 3600


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
    second = scene.hire("second")
    second.start()
    scene.wait(4)
    scene.worker.kill()
    scene.wait(scene.between(1, 4))
    scene.worker.start()
    scene.wait(2)
    second.kill()


def step_clock_forward(scene: Scene) -> None:
    """An hour ahead and, after a while, right again: nobody was silent for an hour."""
    _step_clock(scene, HOUR_SECONDS)


def step_clock_back(scene: Scene) -> None:
    """An hour behind: what is reported meanwhile looks an hour ahead, and is right."""
    _step_clock(scene, -HOUR_SECONDS)


def _step_clock(scene: Scene, seconds: int) -> None:
    write_offset(scene.switch, seconds)
    # Silence is looked for every ten seconds.
    scene.wait(12)
    write_offset(scene.switch, 0)
    scene.wait(2)


def set_off_injection(scene: Scene) -> None:
    """What was built into the worker happens at its next message, and its supervisor starts it anew."""
    scene.switch.touch()
    if not scene.worker.ends_within(MOST_NOTICE_SECONDS):
        scene.notes.append(f"the worker went on for {MOST_NOTICE_SECONDS:.0f} s as if nothing had happened")
        scene.worker.kill()
        scene.worker.start()
    if scene.switch.exists():
        scene.notes.append("the error was not made")


def storm_with_buffered_hours(scene: Scene) -> None:
    scene.load.send_buffered()
    scene.wait(scene.between(0.2, 1))
    scene.load.send_buffered()


def storm_of_reconnects(scene: Scene) -> None:
    """Every device of the crowd connects at once with hours it has held back, and in the middle there is a fire."""
    storm = Storm(scene.settings, round(CROWD * scene.scale))
    # Who declares it and who hears of it were connected before: the question is how long the service takes.
    with scene.bell().listening() as bell:
        storm.start()
        scene.wait(scene.between(0.5, 1.5))
        scene.ring(bell, scene.rng.choice(DEVICES))
        storm.join()
    scene.more_promised.update(to_rows(storm.promised))
    scene.more_produced.update(to_rows(storm.produced))
    if storm.unfinished:
        scene.notes.append(f"{storm.unfinished} devices of the storm were not heard out")
    if (megabytes := scene.worker.peak_megabytes) > MOST_MEGABYTES:
        scene.notes.append(f"the worker took {megabytes:.0f} MB")
