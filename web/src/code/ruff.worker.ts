/** Ruff as WebAssembly, off the main thread. It is large, so it is loaded when the editor is first used. */
import init, { PositionEncoding, Workspace, type Diagnostic } from '@astral-sh/ruff-wasm-web';

const ready = init().then(
  () =>
    new Workspace(
      // Errors only: operators do not have to follow a style.
      { lint: { select: ['E9', 'F'], ignore: ['F401'] }, 'target-version': 'py312' },
      PositionEncoding.Utf16,
    ),
);

self.addEventListener('message', (event: MessageEvent<{ id: number; script: string }>) => {
  const { id, script } = event.data;
  void ready
    .then((workspace) => workspace.check(script) as Diagnostic[])
    .then(
      (found) => {
        self.postMessage({
          id,
          found: found.map(({ code, message, start_location: start, end_location: end }) => ({
            code,
            message,
            start,
            end,
          })),
        });
      },
      (error: unknown) => {
        self.postMessage({ id, found: [], error: String(error) });
      },
    );
});
