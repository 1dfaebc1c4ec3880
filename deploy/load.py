"""``fengsui load``: hold a stated rate with a stated number of devices, and say what came back of it."""

from __future__ import annotations

import json as json_text
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from deploy.exits import DeployError, ExitStatus

_SPARE_FILES = 200


def load(
    devices: Annotated[int, typer.Option(min=1, max=100_000, help="How many devices publish.")] = 1000,
    connections: Annotated[
        int | None, typer.Option(min=1, help="On how many connections; else one for each device.")
    ] = None,
    rate: Annotated[float, typer.Option(min=0.1, help="Messages a second, all devices together.")] = 1000.0,
    seconds: Annotated[float, typer.Option(min=1.0, help="For how long.")] = 60.0,
    json: Annotated[
        Path | None, typer.Option("--json", dir_okay=False, help="Write the figures there too.")
    ] = None,
) -> None:
    """Hold a rate against a running stack: what the broker acknowledged, what receipts came back, and how late.

    The devices are registered in buildings of their own, called a test, and taken out of service afterwards. Exit
    status 0 says that the rate was held and nothing was lost.

    Example: fengsui load --devices 10000 --rate 1000 --seconds 300
    """
    import signal
    import time

    from deploy.file_limits import raise_file_limit
    from deploy.stack import running_settings
    from schemas.settings import load_settings
    from simulators.load.ground import Ground
    from simulators.load.holding import Asked, hold
    from simulators.town import first_seq

    asked = Asked(devices, min(connections or devices, devices), rate, seconds)
    files = raise_file_limit()
    if asked.connections + _SPARE_FILES > files:
        raise DeployError(
            f"{asked.connections} connections need more open files than the {files} of this system"
        )
    settings = running_settings(load_settings())
    begins = first_seq(time.time()) + 1
    ground = Ground(f"{begins:x}", devices, max(round(asked.interval_seconds), 1))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    ground.register(settings.database_url or "")
    try:
        report = hold(
            settings.mqtt_url or "",
            settings.topic_root,
            ground,
            asked,
            begins,
            lambda said: typer.echo(said, err=True),
        )
    except (OSError, TimeoutError) as error:
        raise DeployError(f"the broker does not hold {asked.connections} connections: {error}") from error
    finally:
        ground.retire(settings.database_url or "")
    text = json_text.dumps(asdict(report) | {"nothing_lost": report.nothing_lost}, indent=1)
    typer.echo(text)
    if json is not None:
        json.write_text(text + "\n")
    if not report.nothing_lost or report.rate < 0.95 * rate:
        raise typer.Exit(ExitStatus.FAILED)
