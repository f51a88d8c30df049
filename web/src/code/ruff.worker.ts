/** The linter, off the page's thread. It is large, and is loaded when the editor is first used. */
import init, { PositionEncoding, Workspace, type Diagnostic } from '@astral-sh/ruff-wasm-web';

const ready = init().then(
  () =>
    new Workspace(
      // What is wrong in any script. Questions of style are not asked of operators.
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
