import asyncio


async def numbers(n):
    for k in range(n):
        yield k
        await asyncio.sleep(0)


async def work(name):
    found = [k async for k in numbers(1)]
    await asyncio.sleep(0)
    return name, found


async def main():
    one = asyncio.create_task(work("one"), name="one")
    first = await one
    other = await work("other")
    return first, other


print(asyncio.run(main()))
