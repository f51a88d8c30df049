"""The code objects with breakpoints: of the script, of imported files, and of files that are imported later."""

from collections.abc import Callable
from types import CodeType

from sequencer_runner.script import threads
from sequencer_runner.script.debugger.breakpoints import Breakpoints, BreakpointSite
from sequencer_runner.script.source.code_objects import live_codes, with_nested


class BreakpointSites:
    """`set_watched` is called with code of libraries when it must start or stop to report its lines."""

    def __init__(self, breakpoints: Breakpoints, path: str, set_watched: Callable[[CodeType, bool], None]) -> None:
        self._breakpoints = breakpoints
        self._path = path
        self._set_watched = set_watched
        self._script: list[CodeType] = []
        self._library: dict[int, CodeType] = {}
        self._lock = threads.RLock()
        self.by_line: dict[int, list[BreakpointSite]] = {}
        self.awaited: set[str] = set()
        """The real paths of files with breakpoints that are not imported yet."""

    def of(self, code: CodeType, line: int) -> BreakpointSite | None:
        for site in self.by_line.get(line, ()):
            if site.code is code:
                return site
        return None

    def add_script(self, code: CodeType) -> None:
        """Adds a statement of the script, with its nested code."""
        with self._lock:
            self._script.append(code)
            self._add([code])

    def changed(self, await_files: Callable[[], None]) -> None:
        """The breakpoints have changed. `await_files` is called when `awaited` has changed."""
        with self._lock:
            before, self._library = self._library, {}
            self.by_line = {}
            self._add(self._script)
            paths = self._breakpoints.paths() - {self._breakpoints.real(self._path)}
            # Before the search, so that code which is imported meanwhile is found by one of the two.
            self.awaited = set(paths)
            await_files()
            if paths:
                codes, loaded = live_codes(paths, self._breakpoints.real)
                self._add_library(codes)
                self.awaited -= loaded
            await_files()
            for key, code in before.items():
                if key not in self._library:
                    self._set_watched(code, False)

    def appeared(self, code: CodeType) -> None:
        """Called when code begins to run. Sets the breakpoints of an awaited file."""
        real = self._breakpoints.real(code.co_filename)
        if real not in self.awaited:
            return
        with self._lock:
            self._add_library(with_nested([code]))
            if code.co_name == "<module>":
                self.awaited.discard(real)

    def rearm(self) -> None:
        """All sites report again."""
        for sites in list(self.by_line.values()):
            for site in sites:
                site.muted = False

    def has(self, code: CodeType) -> bool:
        return id(code) in self._library

    def _add_library(self, codes: list[CodeType]) -> None:
        for code in codes:
            if id(code) not in self._library and self._add([code], nested=False):
                self._library[id(code)] = code
                self._set_watched(code, True)

    def _add(self, codes: list[CodeType], *, nested: bool = True) -> bool:
        if not self._breakpoints.paths():
            return False
        added = False
        for code in with_nested(codes) if nested else codes:
            for line, site in self._breakpoints.sites(code).items():
                self.by_line[line] = [*self.by_line.get(line, ()), site]
                added = True
        return added
