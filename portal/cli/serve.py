"""The processes of a node: the web server and the worker."""

import os

from config.settings import Settings


def serve() -> None:
    """Run the web server until it is told to stop."""
    import uvicorn

    from portal.telemetry.logs import configure

    settings = Settings()
    log_config = configure(level=settings.log_level, as_json=settings.log_format == "json")
    uvicorn.run(
        "portal.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        log_config=log_config,
        ssl_certfile=settings.tls_cert_file if settings.tls else None,
        ssl_keyfile=settings.tls_key_file if settings.tls else None,
        proxy_headers=settings.trusted_proxies is not None,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def worker() -> None:
    """Run a Celery worker with its scheduler until it is told to stop."""
    from celery.signals import worker_ready

    from portal.supervisor.readiness import mark_ready
    from portal.telemetry.logs import configure
    from portal.worker import make_celery, worker_arguments

    settings = Settings()
    configure(level=settings.log_level, as_json=settings.log_format == "json")

    @worker_ready.connect(weak=False)
    def _ready(**_facts: object) -> None:
        mark_ready(settings.data_dir, "worker")

    if os.geteuid() == 0:
        os.environ.setdefault("C_FORCE_ROOT", "1")  # messages are JSON only, so root adds no risk of its own
    celery = make_celery(settings)
    celery.set_default()
    celery.worker_main(worker_arguments(settings))
