"""A Celery application with one task, for `test_queue`."""

import os
import time
from pathlib import Path

from celery import Celery

from portal.supervisor.broker import broker_settings

app = Celery("queue_app")
app.conf.update(broker_settings(os.environ["QUEUE_URL"], visibility_timeout_s=3))


def _write(line):
    with Path(os.environ["DONE_FILE"]).open("a") as file:
        file.write(line + "\n")


@app.task(name="note")
def note(name, seconds):
    _write(f"begin-{name}")
    time.sleep(seconds)
    _write(f"end-{name}")
