"""The channel from the script process to a supervisor that is slow, stuck or dead."""

import socket
import threading
import time

from sequencer_runner.common.frames import FrameReader, OutputFrame
from sequencer_runner.script.io.channel import Channel

SIZE = 4 << 20
PIECE = 64 * 1024


def put_much(channel: Channel) -> None:
    piece = memoryview(b"x" * PIECE)
    for _ in range(SIZE // PIECE):
        channel.output(1, 1, 1, piece)


def test_sends_all_output_to_a_slow_supervisor() -> None:
    ours, theirs = socket.socketpair()
    channel = Channel(theirs)
    put_much(channel)
    received = 0

    def take() -> None:
        nonlocal received
        reader = FrameReader()
        while received < SIZE:
            time.sleep(0.02)
            for frame in reader.feed(ours.recv(PIECE)):
                assert isinstance(frame, OutputFrame)
                received += len(frame.data)

    taker = threading.Thread(target=take)
    begin = time.monotonic()
    taker.start()
    # Longer than one piece takes, shorter than all of them together.
    channel.empty(1.0)
    took = time.monotonic() - begin
    taker.join()
    assert took > 1.0
    # The rest is in the buffers of the sockets.
    assert channel._queue.empty()


def test_ends_in_bounded_time_when_the_supervisor_is_stuck() -> None:
    ours, theirs = socket.socketpair()
    channel = Channel(theirs)
    put_much(channel)
    begin = time.monotonic()
    channel.empty(0.2)
    assert 0.2 <= time.monotonic() - begin < 5
    assert not channel._queue.empty()
    ours.close()


def test_ends_immediately_when_the_supervisor_has_died() -> None:
    ours, theirs = socket.socketpair()
    channel = Channel(theirs)
    ours.close()
    put_much(channel)
    begin = time.monotonic()
    channel.empty(30)
    assert time.monotonic() - begin < 10
