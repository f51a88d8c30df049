/** The lines that tell the person at the terminal how it goes. */
export type Say = (sentence: string) => void;

export const say: Say = (sentence) => {
  console.log(`${new Date().toTimeString().slice(0, 8)}  ${sentence}`);
};
