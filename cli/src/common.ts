/** The options of every command. */
export interface Common {
  server: string;
  tokenFile?: string;
  json: boolean;
}
