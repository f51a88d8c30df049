/** A script that prints at a steady rate. */
export function printing(linesPerSecond: number, seconds: number): string {
  return `\
import time
begin = time.monotonic()
for number in range(${String(linesPerSecond * seconds)}):
    time.sleep(max(0, begin + number / ${String(linesPerSecond)} - time.monotonic()))
    print(f'detector {number % 1764:4} reads {number * 7919 % 10007 / 10007:.6f} V at step {number}')
`;
}
