"""Redis connections: with timeouts, health checks and retries on reconnects."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError


def open_redis(url: str, *, max_connections: int = 64) -> Redis:
    """Return a client that decodes text. Blocking reads outlive the socket timeout safely.

    What others wrote there and is no UTF-8 is read with marks in its place, and ends nobody.
    """
    return Redis.from_url(
        url,
        decode_responses=True,
        encoding_errors="replace",
        max_connections=max_connections,
        socket_connect_timeout=5.0,
        socket_timeout=30.0,
        health_check_interval=15,
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), 2),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
    )
