"""How the node's processes log: one line per event, for people or as JSON, never with what `redaction` removes."""

import logging
import logging.config
from collections.abc import MutableMapping
from typing import Any

import structlog

from portal.telemetry.redaction import redact
from portal.telemetry.request_ids import current_names


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Removes secrets from the finished line, so that no logger and no stack trace can bring one in."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure(*, level: str, as_json: bool) -> dict[str, Any]:
    """Set up logging for this process; returns the configuration, for servers that want to set it themselves."""
    render = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _as_line
    config: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": RedactingFormatter,
                "foreign_pre_chain": [
                    structlog.stdlib.add_log_level,
                    structlog.stdlib.add_logger_name,
                    structlog.processors.TimeStamper(fmt="iso", utc=True),
                    structlog.stdlib.ExtraAdder(),
                    _add_names,
                ],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    render,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            # uvicorn brings handlers of its own unless told otherwise.
            name: {"handlers": [], "propagate": True}
            for name in ("uvicorn", "uvicorn.error", "uvicorn.access")
        },
    }
    logging.config.dictConfig(config)
    return config


def _add_names(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    names = current_names()
    if names is not None:
        event["request_id"] = names.request_id
        if names.trace_id is not None:
            event["trace_id"] = names.trace_id
    event.pop("color_message", None)  # uvicorn's, for terminals
    return event


def _as_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    names = "".join(f" {name}={event[name]}" for name in ("request_id", "trace_id") if name in event)
    trace = f"\n{event['exception']}" if event.get("exception") else ""
    return f"{event['timestamp']} {event['level']:<8} {event['logger']}: {event['event']}{names}{trace}"
