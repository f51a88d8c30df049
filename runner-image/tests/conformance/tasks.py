import asyncio
import contextlib
import contextvars

value = contextvars.ContextVar("value", default="none")


@contextlib.asynccontextmanager
async def around(name):
    print("enter", name)
    try:
        yield name
    finally:
        print("leave", name)


async def numbers(n):
    for k in range(n):
        yield k
        await asyncio.sleep(0)


async def work(name):
    value.set(name)
    async with around(name):
        total = [k async for k in numbers(3)]
    return name, sum(total), value.get()


async def failing():
    await asyncio.sleep(0)
    raise ValueError("in a task")


def forget():
    work("never")


async def main():
    # On a busy machine asyncio reports slow callbacks.
    asyncio.get_running_loop().slow_callback_duration = 60
    print(asyncio.get_running_loop().get_debug(), asyncio.current_task().get_name())
    print(await asyncio.gather(work("a"), work("b"), return_exceptions=True))
    print(await asyncio.gather(failing(), return_exceptions=True))
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except asyncio.TimeoutError:
        print("timed out")
    forget()
    return value.get()


print(asyncio.run(main(), debug=True))
print(asyncio.run(main()))
asyncio.run(failing())
