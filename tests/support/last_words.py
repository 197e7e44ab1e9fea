"""What the services of a platform said last, beside a test that failed: their logs go with the test's folder."""

from tools.demo.platform import Platform
from tools.engines.engine import Engine

LINES = 25


def last_words(platform: Platform) -> str:
    """The last lines of those that have ended, and who still runs."""
    services = platform.services
    running = ", ".join(service.name for service in services if service.running)
    ended = [_of(service) for service in services if not service.running]
    return "\n".join([f"running: {running or 'none'}", *ended])


def _of(service: Engine) -> str:
    log = service.log
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES:] if log.exists() else ["(no log)"]
    return "\n".join([f"--- {service.name} has ended; it said last:", *lines])
