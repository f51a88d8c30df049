"""Random asyncio programs in which one task takes steps and freezes the others, compared with plain asyncio.

python random_tasks.py FIRST COUNT        checks these seeds; prints the faults and exits with 1
"""

import asyncio
import contextlib
import faulthandler
import random
import socket
import sys
import threading
import time

from sequencer_runner.script.debugger.task_freeze import TaskFreeze
from sequencer_runner.script.debugger.traces import Trace
from sequencer_runner.script.io.channel import Channel

Log = list[tuple[str, int]]
"""Pairs of a task and the index of its action, in the order of time."""

# Actions between tasks, without callbacks.
AMONG_TASKS = ["yield", "yield", "set", "wait", "put", "get", "lock", "spawn", "cancel"]
# Actions that also involve callbacks, timers and other threads.
ALL = [*AMONG_TASKS, "gather", "sleep", "timeout", "thread", "callback", "group"]
# Actions that do not involve the other tasks.
ALONE = ["yield", "yield", "yield", "spawn", "own gather"]


class Program:
    """One random program. `steps`: the other tasks are frozen during the steps of task 0."""

    def __init__(self, seed: int, *, together: bool) -> None:
        self.together = together
        chance = random.Random(seed)
        kinds = ALL if together else AMONG_TASKS
        self.plans = [[chance.choice(kinds) for _ in range(chance.randint(2, 9))] for _ in range(chance.randint(2, 5))]
        alone = ALL if together else ALONE
        self.plan = [chance.choice(alone) for _ in range(chance.randint(3, 12))]
        self.bounds = sorted(chance.sample(range(len(self.plan) + 1), 2))
        self.numbers = [chance.randrange(1 << 16) for _ in range(16)]
        self.eager = chance.random() < 0.3
        self.debug = chance.random() < 0.2

    def run(self, *, steps: bool) -> "Ran":
        return Ran(self, steps=steps)


class Ran:
    def __init__(self, program: Program, *, steps: bool) -> None:
        self.log: Log = []
        self.faults: list[str] = []
        self._program = program
        self._steps = steps
        self._frozen = False
        self._ours, theirs = socket.socketpair()
        threading.Thread(target=self._drain, daemon=True).start()
        self._trace = Trace(1, "TASK", "stepped", 0)
        self._freeze = TaskFreeze(Channel(theirs))
        self._over = False
        watcher = threading.Thread(target=self._resume_idle_steps)
        watcher.start()
        try:
            asyncio.run(self._main(), debug=program.debug)
        finally:
            self._over = True
            watcher.join()
            theirs.close()

    def _drain(self) -> None:
        while self._ours.recv(65536):
            pass

    def _resume_idle_steps(self) -> None:
        """Acts as the operator: resumes the frozen tasks when the loop is idle."""
        while not self._over:
            time.sleep(0.002)
            for step in list(self._freeze._steps.values()):
                if step.gate.is_closed and step.gate.idle and step.gate.waiting:
                    self._frozen = False
                    self._freeze.release(self._trace)

    async def _main(self) -> None:
        loop = asyncio.get_running_loop()
        program = self._program
        if program.eager and sys.version_info >= (3, 12):
            loop.set_task_factory(asyncio.eager_task_factory)
        self._events = [asyncio.Event() for _ in range(3)]
        self._queues: list[asyncio.Queue[int]] = [asyncio.Queue() for _ in range(2)]
        self._locks = [asyncio.Lock() for _ in range(2)]
        self._tasks: list[asyncio.Task[None]] = []
        for number, plan in enumerate(program.plans, 1):
            self._tasks.append(loop.create_task(self._task(str(number), plan)))
        all_tasks = [*self._tasks, loop.create_task(self._stepped())]
        # Wakes tasks that wait for an event or a queue that no other task will serve any more.
        for _ in range(60):
            await self._quiet()
            if all(task.done() for task in all_tasks):
                break
            for event in self._events:
                event.set()
            for queue in self._queues:
                queue.put_nowait(0)
        self.faults += [f"lost: {task}" for task in all_tasks if not task.done()]
        for task in all_tasks:
            if task.done() and not task.cancelled() and task.exception() is not None:
                self.faults.append(f"raised: {task.exception()!r}")

    async def _quiet(self) -> None:
        if self._program.together:
            await asyncio.sleep(0.003)
        for _ in range(60):
            await asyncio.sleep(0)

    async def _stepped(self) -> None:
        first, last = self._program.bounds
        for index, kind in enumerate(self._program.plan):
            if self._steps and index == first:
                self._trace.mode = "next"
                self._frozen = True
                self._freeze.begin(self._trace)
            if self._steps and index == last:
                self._end_step()
            await self._act("0", index, kind, stepped=True)
        # The step may last until the end of the task.
        self._frozen = False

    def _end_step(self) -> None:
        self._frozen = False
        self._trace.run_freely()
        self._freeze.end(self._trace)

    async def _task(self, name: str, plan: list[str]) -> None:
        for index, kind in enumerate(plan):
            await self._act(name, index, kind)

    async def _act(self, name: str, index: int, kind: str, *, stepped: bool = False) -> None:
        if self._frozen and len(name) == 1 and not stepped:
            self.faults.append(f"{name} did not wait")
        if (name, index) in self.log:
            self.faults.append(f"{name} has done {index} twice")
        self.log.append((name, index))
        number = self._program.numbers[(int(name[0]) * 5 + index) % 16]
        match kind:
            case "yield":
                await asyncio.sleep(0)
            case "set":
                self._events[number % 3].set()
            case "wait":
                await self._events[number % 3].wait()
            case "put":
                self._queues[number % 2].put_nowait(1)
            case "get":
                await self._queues[number % 2].get()
            case "lock":
                async with self._locks[number % 2]:
                    await asyncio.sleep(0)
            case "spawn":
                await asyncio.get_running_loop().create_task(self._task(f"{name}.{index}", ["yield", "yield"]))
            case "cancel" if self._tasks:
                self._tasks[number % len(self._tasks)].cancel()
            case "gather" | "own gather":
                names = [f"{name}.{index}.{i}" for i in range(3)]
                await asyncio.gather(*(self._task(n, ["yield", "yield"]) for n in names))
            case "sleep":
                await asyncio.sleep(0.001)
            case "timeout":
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(asyncio.sleep(9), 0.001)
            case "thread":
                await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.0005)
            case "callback":
                asyncio.get_running_loop().call_soon(self._events[number % 3].set)
            case "group" if sys.version_info >= (3, 11):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._task(f"{name}.{index}.g", ["yield", "yield"]))
                    group.create_task(self._task(f"{name}.{index}.h", ["yield"]))


def wrong(seed: int) -> list[str]:
    """The faults of this seed. A program that hangs ends the process after 60 s."""
    faulthandler.dump_traceback_later(60, exit=True)
    apart = Program(seed, together=False)
    plain, stepped = apart.run(steps=False), apart.run(steps=True)
    faults = [*plain.faults, *stepped.faults]
    for name in "0", "":
        mine, theirs = ([place for place in ran.log if (place[0][0] == "0") == bool(name)] for ran in (plain, stepped))
        if mine != theirs:
            faults.append(f"another order: {mine} became {theirs}")
    together = Program(seed, together=True)
    return [f"seed {seed}: {fault}" for fault in [*faults, *together.run(steps=True).faults]]


if __name__ == "__main__":
    first, count = map(int, sys.argv[1:])
    found = [fault for seed in range(first, first + count) for fault in wrong(seed)]
    sys.stdout.write("".join(f"{fault}\n" for fault in found[:20]))
    sys.exit(1 if found else 0)
