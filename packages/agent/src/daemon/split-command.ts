import { SpotkeeperError } from "../errors.ts";

/**
 * Splits a command into words at blanks, except in single or double quotes. It is run without a shell: nothing is
 * expanded, so no text of a notice can become a command.
 */
export function splitCommand(command: string): readonly [file: string, ...args: string[]] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (const letter of command) {
    if (quote !== null) {
      if (letter === quote) quote = null;
      else word = (word ?? "") + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= "";
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + letter;
    }
  }
  if (quote !== null) {
    const said = `--hook: a quote is not closed in the command that begins with ${words[0] ?? "it"}.`;
    throw new SpotkeeperError("SK-AGENT-CALL", said);
  }
  if (word !== null) words.push(word);
  const [file, ...args] = words;
  if (file === undefined) throw new SpotkeeperError("SK-AGENT-CALL", "--hook: got nothing, wants a URL or a command.");
  return [file, ...args];
}
