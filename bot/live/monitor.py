"""/metrics for Prometheus and /healthz for whatever restarts a container; only where a port is set."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from bot.live.figures import Figures
from engine.deliberation.errors import EngineError

logger = logging.getLogger("accord.live")

Ask = Callable[[], Awaitable[Figures]]
Values = Mapping[Any, float]
"""By the values of the labels, a tuple of strings."""
IsWell = Callable[[], Awaitable[bool]]


class Monitor:
    """A small HTTP server. `figures` is asked at each scrape; `is_well` says whether the process does its work."""

    def __init__(self, figures: Ask, is_well: IsWell) -> None:
        self._figures = figures
        self._is_well = is_well
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one, which `port` then says. Raises `OSError` where that cannot be."""
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/healthz", self._health)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _metrics(self, _: web.Request) -> web.Response:
        registry = CollectorRegistry()
        try:
            figures = await self._figures()
        except EngineError as problem:
            logger.warning("the store does not answer (%s)", problem)
            registry.register(_Found([_gauge("accord_store_up", "Whether the store answers.", {(): 0})]))
        else:
            registry.register(_Found(list(families(figures))))
        body = generate_latest(registry) + generate_latest(self._process)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _health(self, _: web.Request) -> web.Response:
        try:
            well = await self._is_well()
        except EngineError:
            well = False
        return web.Response(text="ok\n" if well else "not well\n", status=200 if well else 503)


class _Found(Collector):
    """What was found, as the library wants it."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """Implement the library's `Collector`."""
        return self._families


def families(figures: Figures) -> Iterator[Metric]:
    """The figures as metrics; docs/operations.md lists them."""
    yield _gauge("accord_store_up", "Whether the store answers.", {(): 1})
    if figures.ran:  # in the bot; a worker counts no deliberations
        stages = {(stage,): count for stage, count in figures.stages.items()}
        yield _gauge("accord_deliberations", "Deliberations by stage.", stages, ["stage"])
        yield _gauge("accord_deliberations_drafting", "Deliberations that wait for a draft.", {(): figures.drafting})
        yield _gauge("accord_deliberations_overdue", "Past a deadline for over a minute.", {(): figures.overdue})
        ran = {(name,): seconds for name, seconds in figures.ran.items()}
        yield _gauge("accord_bot_last_ran_seconds", "Since a bot process last said that it runs.", ran, ["share"])
    queue = figures.queue
    if queue is not None:
        jobs = {("waiting",): queue.waiting, ("running",): queue.running}
        yield _gauge("accord_queue_jobs", "Drafting jobs.", jobs, ["state"])
        yield _gauge("accord_queue_oldest_seconds", "Age of the oldest job that is not done.", {(): queue.oldest})
        doing = dict.fromkeys((("starting",), ("waiting",), ("drafting",)), 0)
        for note in queue.alive.values():
            doing[note.doing,] += 1
        yield _gauge("accord_workers", "Workers that were heard lately, by what they do.", doing, ["doing"])
        done = {(name, "done"): note.done for name, note in queue.alive.items()}
        failed = {(name, "failed"): note.failed for name, note in queue.alive.items()}
        yield _gauge("accord_worker_jobs", "Jobs of a worker since it started.", done | failed, ["worker", "outcome"])


def _gauge(name: str, about: str, values: Values, labels: list[str] | None = None) -> Metric:
    family = GaugeMetricFamily(name, about, labels=labels or [])
    for key, value in values.items():
        family.add_metric(list(key), float(value))
    return family
