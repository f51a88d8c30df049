/** Prints a line for the person at the terminal. */
export type Reporter = (sentence: string) => void;

export const report: Reporter = (sentence) => {
  console.log(`${new Date().toTimeString().slice(0, 8)}  ${sentence}`);
};
