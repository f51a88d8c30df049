/** Prints a line for the user at the terminal. */
export type Reporter = (line: string) => void;

export const report: Reporter = (line) => {
  console.log(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
};
