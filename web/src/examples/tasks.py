# Three asyncio tasks that measure at the same time.
import asyncio


async def measure(name, count):
    for i in range(count):
        await asyncio.sleep(1)
        print(f'{name}: sample {i + 1} of {count}')
    return name


async def main():
    async with asyncio.TaskGroup() as group:
        for name in ('east', 'west', 'zenith'):
            group.create_task(measure(name, 5), name=name)


asyncio.run(main())
print('finished')
