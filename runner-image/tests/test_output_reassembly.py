"""Output events contain all bytes once and in order, however the writes were split and mixed."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sequencer_runner.supervisor.output import Output

# Text with complete, split and invalid characters, progress bars and colours.
pieces = st.one_of(
    st.binary(max_size=12),
    st.text(max_size=12).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from(
        [b"\r 42%", b"\x1b[31mred\x1b[0m", b"\r\n", "é🔭".encode(), "é🔭".encode()[:1], b"\xff\xfe", b"\0"]
    ),
)
writes = st.tuples(st.sampled_from([1, 2]), st.booleans(), st.integers(0, 2), st.integers(0, 3), pieces)


def events_of(written: list[tuple[int, bool, int, int, bytes]], flushes: set[int]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    output = Output(events.append)
    for at, (stream, tagged, trace, line, data) in enumerate(written):
        output.add(stream, trace if tagged else 0, line if tagged else 0, 1000 + at, data, tagged=tagged)
        if at in flushes:
            output.flush()
    output.close(5000)
    return events


@given(st.lists(writes, max_size=30), st.sets(st.integers(0, 30)))
@settings(max_examples=300, deadline=None)
def test_each_stream_is_complete_and_in_order(
    written: list[tuple[int, bool, int, int, bytes]], flushes: set[int]
) -> None:
    # The order is guaranteed within one source of a stream.
    for stream, name in ((1, "STDOUT"), (2, "STDERR")):
        for source in (True, False):
            own = [w for w in written if w[0] == stream and w[1] == source]
            text = "".join(e["text"] for e in events_of(own, flushes) if e["stream"] == name)
            assert text == b"".join(w[4] for w in own).decode("utf-8", "backslashreplace")
    for event in events_of(written, flushes):
        assert event["text"] and len(event["text"].encode("utf-8", "surrogatepass")) <= 64 * 1024
        event["text"].encode()


@given(st.lists(writes, max_size=30), st.sets(st.integers(0, 30)))
@settings(max_examples=200, deadline=None)
def test_flushing_changes_only_where_events_end(
    written: list[tuple[int, bool, int, int, bytes]], flushes: set[int]
) -> None:
    def characters(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """Each character with its stream, trace and line."""
        return [(e["stream"], e.get("trace"), e.get("line"), c) for e in events for c in e["text"]]

    assert characters(events_of(written, flushes)) == characters(events_of(written, set()))


@given(st.text(alphabet="aé🔭\r\n", min_size=1, max_size=200), st.integers(1, 7), st.integers(1, 400))
@settings(max_examples=100, deadline=None)
def test_reassembles_text_from_any_pieces(text: str, size: int, times: int) -> None:
    data = (text * times).encode()
    events: list[dict[str, Any]] = []
    output = Output(events.append)
    for at in range(0, len(data), size):
        output.add(1, 1, 1, 1000, data[at : at + size], tagged=True)
    output.close(1000)
    assert "".join(e["text"] for e in events) == text * times
    assert all(len(e["text"].encode()) <= 64 * 1024 for e in events)
