from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.deliberation.asking import Asking, AskingJob
from engine.deliberation.drafts import DraftJob
from engine.deliberation.errors import EngineError
from engine.worker.client import ModelWorker

SCRIPTED = "tests.engine.worker.runners:scripted"


def job(question: str) -> DraftJob:
    return DraftJob(draft="r1", round=1, question=question, opinions=())


@pytest.fixture
async def worker() -> AsyncIterator[ModelWorker]:
    async with ModelWorker(runner=SCRIPTED) as started:
        yield started


async def test_a_job_comes_back_with_its_progress(worker: ModelWorker) -> None:
    stages: list[str] = []
    result = await worker.draft(job("sleep 0.05"), progress=lambda stage, _done, _of: stages.append(stage))
    assert result.candidates[0].text == "We agree."
    assert stages[0] == "loading"
    assert "drafting" in stages


async def test_what_native_code_prints_does_not_garble_the_answers(worker: ModelWorker) -> None:
    assert (await worker.draft(job("print"))).inputs_digest == job("print").inputs_digest


async def test_a_result_of_five_megabytes_arrives_whole(worker: ModelWorker) -> None:
    assert len((await worker.draft(job("large"))).candidates[0].text) == 5_000_000


async def test_a_process_that_dies_is_replaced_and_the_job_done_again(worker: ModelWorker, tmp_path: Path) -> None:
    assert (await worker.draft(job(f"die-once {tmp_path / 'mark'}"))).candidates


async def test_a_job_that_kills_the_process_twice_fails_by_name_and_the_next_one_succeeds(worker: ModelWorker) -> None:
    with pytest.raises(EngineError) as failure:
        await worker.draft(job("abort"))
    assert failure.value.code == "worker_died"
    assert failure.value.parameters["exit_code"] == -signal.SIGABRT
    assert (await worker.draft(job("fine"))).candidates


async def test_an_unforeseen_error_names_an_incident_and_the_process_lives_on(worker: ModelWorker) -> None:
    with pytest.raises(EngineError) as failure:
        await worker.draft(job("raise"))
    assert failure.value.code == "worker_bug"
    assert failure.value.parameters["problem"] == "ValueError"
    assert (await worker.draft(job("fine"))).candidates


async def test_a_foreseen_error_keeps_its_code_and_parameters(worker: ModelWorker) -> None:
    with pytest.raises(EngineError) as failure:
        await worker.draft(job("refuse a.gguf"))
    assert (failure.value.code, failure.value.parameters) == ("model_missing", {"path": "a.gguf"})


async def test_models_that_cannot_be_loaded_are_said_at_once() -> None:
    async with ModelWorker(runner="tests.engine.worker.runners:broken") as worker:
        with pytest.raises(EngineError) as failure:
            await worker.draft(job("fine"))
        assert failure.value.code == "model_not_gguf"


async def test_cancelling_stops_the_job_and_the_next_is_served_by_the_same_process(worker: ModelWorker) -> None:
    drafting = asyncio.Event()

    def heard(stage: str, _done: int, _of: int) -> None:
        if stage == "drafting":
            drafting.set()

    long = asyncio.create_task(worker.draft(job("sleep 300"), progress=heard))
    await drafting.wait()
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long
    async with asyncio.timeout(100):
        assert (await worker.draft(job("fine"))).candidates


async def test_the_event_loop_keeps_turning_while_a_job_runs(worker: ModelWorker) -> None:
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    turning = asyncio.create_task(turn())
    await worker.draft(job("sleep 0.5"))
    turning.cancel()
    assert turns > 3, "a loop that waits for the job turns once or twice"


async def test_a_worker_that_yields_lets_the_program_that_talks_to_people_go_first() -> None:
    async with ModelWorker(runner=SCRIPTED, yields=True) as worker:
        await worker.draft(job("fine"))
        process = worker._process  # pyright: ignore[reportPrivateUsage]
        assert process is not None
        assert os.getpriority(os.PRIO_PROCESS, process.pid) > os.getpriority(os.PRIO_PROCESS, 0)


async def test_closing_ends_the_process() -> None:
    worker = ModelWorker(runner=SCRIPTED)
    await worker.draft(job("fine"))
    process = worker._process  # pyright: ignore[reportPrivateUsage]
    assert process is not None
    await worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_the_process_ends_when_its_parent_is_gone() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "engine.worker", "--runner", SCRIPTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.readline()
    child.stdin.close()
    assert child.wait(10) == 0
    child.stdout.close()


ASKING = AskingJob(known=job("fine"), draft="d", candidates=(), people=("m1",), rule="nash", seed=1)


async def test_a_runner_that_cannot_tell_what_to_ask_leaves_it_open(worker: ModelWorker) -> None:
    assert await worker.ask(ASKING) == Asking()
    assert (await worker.draft(job("fine"))).candidates


async def test_a_question_is_answered_between_two_drafts() -> None:
    async with ModelWorker(runner="tests.engine.worker.runners:asking") as worker:
        drafting = asyncio.create_task(worker.draft(job("sleep 0.2")))
        await asyncio.sleep(0)
        asking = await worker.ask(ASKING)
        assert drafting.done()
        assert asking.order == {"m1": ("o1",)}
